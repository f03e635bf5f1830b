/** Walks selection sets, for all code that counts, compiles or searches them. */
import {
  isCompositeType,
  isInterfaceType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';

/** Fragments by name, in the form of graphql-js. */
export type FragmentMap = GraphQLResolveInfo['fragments'];

export function collectFragments({ definitions }: DocumentNode): FragmentMap {
  const fragments = Object.create(null) as Record<string, FragmentDefinitionNode>;
  for (const definition of definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
  }
  return fragments;
}

/** Computes results of selection sets, from the innermost outwards. `Type`: what a visitor knows about the type of a set. */
export interface SelectionVisitor<Type, Result> {
  /** The result of a fragment that is unknown, or spread within itself: validation reports these. */
  readonly empty: Result;
  /** Returns the type that a type condition names. Absent: types do not matter. */
  readonly narrow?: (typeName: string, type: Type) => Type;
  /** `below` computes the set below the field; null for a leaf. */
  readonly field: (node: FieldNode, type: Type, below: ((type: Type) => Result) | null) => Result;
  readonly join: (results: readonly Result[]) => Result;
  /** Applies the directives of a selection or a fragment to its result. Absent: they do not matter. */
  readonly direct?: (node: SelectionNode | FragmentDefinitionNode, result: Result) => Result;
}

/**
 * Computes results of selection sets as if fragments were inlined where they are spread. Computes each fragment once, so
 * that the work grows linearly with the document; results are shared and must not be changed.
 */
export class SelectionFold<Type, Result> {
  private readonly results = new Map<string, Result>();

  constructor(
    private readonly fragments: FragmentMap,
    private readonly visitor: SelectionVisitor<Type, Result>,
  ) {}

  over({ selections }: SelectionSetNode, type: Type): Result {
    return this.visitor.join(selections.map((node) => this.direct(node, this.visit(node, type))));
  }

  private visit(node: SelectionNode, type: Type): Result {
    switch (node.kind) {
      case Kind.FIELD: {
        const { selectionSet } = node;
        return this.visitor.field(node, type, selectionSet ? (inner) => this.over(selectionSet, inner) : null);
      }
      case Kind.INLINE_FRAGMENT:
        return this.over(node.selectionSet, this.narrow(node.typeCondition?.name.value, type));
      case Kind.FRAGMENT_SPREAD:
        return this.fragment(node.name.value, type);
    }
  }

  private fragment(name: string, type: Type): Result {
    const known = this.results.get(name);
    if (known !== undefined) return known;
    const node = this.fragments[name];
    if (!node) return this.visitor.empty;
    this.results.set(name, this.visitor.empty);
    const result = this.direct(node, this.over(node.selectionSet, this.narrow(node.typeCondition.name.value, type)));
    this.results.set(name, result);
    return result;
  }

  private direct(node: SelectionNode | FragmentDefinitionNode, result: Result): Result {
    return this.visitor.direct ? this.visitor.direct(node, result) : result;
  }

  private narrow(typeName: string | undefined, type: Type): Type {
    return typeName === undefined || !this.visitor.narrow ? type : this.visitor.narrow(typeName, type);
  }
}

/** Lists the fields of a selection set, with repetitions. Ignores `@skip` and `@include`. */
export function listFields(selectionSet: SelectionSetNode, fragments: FragmentMap): readonly FieldNode[] {
  const fold = new SelectionFold<null, readonly FieldNode[]>(fragments, {
    empty: [],
    field: (node) => [node],
    join: (lists) => lists.flat(),
  });
  return fold.over(selectionSet, null);
}

/**
 * Whether the operation may select a field below this one: `['results', 'evaluations', 'trace']`. Ignores `@skip` and
 * `@include`, so it may return true for a field that is left out in the end.
 */
export function selectsField(
  { fieldNodes, fragments }: Pick<GraphQLResolveInfo, 'fieldNodes' | 'fragments'>,
  path: readonly string[],
): boolean {
  let nodes: readonly FieldNode[] = fieldNodes;
  for (const name of path) {
    const below = nodes.flatMap(({ selectionSet }) => (selectionSet ? listFields(selectionSet, fragments) : []));
    nodes = below.filter((node) => node.name.value === name);
  }
  return nodes.length > 0;
}

/** Looks up type conditions in the schema, for visitors that know the type of a set. */
export function narrowIn(schema: GraphQLSchema): (typeName: string, type: GraphQLCompositeType) => GraphQLCompositeType {
  return (typeName, type) => {
    const named = schema.getType(typeName);
    return isCompositeType(named) ? named : type;
  };
}

/** Returns undefined also for `__schema`, `__type` and `__typename`. */
export function findField(type: GraphQLCompositeType, name: string): GraphQLField<unknown, unknown> | undefined {
  return isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
}
