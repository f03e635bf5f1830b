/**
 * Collects selections as trees of fields: the keys of an answer in their order (GraphQL specification, 6.3.2). graphql-js does
 * this for every request; here it is done once per operation, or per combination of its conditions.
 */
import {
  getNamedType,
  isObjectType,
  Kind,
  visit,
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { collectFields, collectSubfields } from 'graphql/execution/collectFields';
import { collectFragments, type FragmentMap } from './selection';

/** One key of an answer. */
export interface PlainField {
  readonly key: string;
  /** The first of the nodes that select it; all have the same arguments. */
  readonly node: FieldNode;
  /** The type that has the field. */
  readonly type: GraphQLObjectType;
  /** Null for `__typename`. */
  readonly definition: GraphQLField<unknown, unknown> | null;
  /** Null for a leaf. */
  readonly below: readonly PlainField[] | null;
}

interface Operation {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
}

type Variables = Readonly<Record<string, unknown>>;

/** Lists the variables that `@skip` and `@include` use. Null when there are other directives. */
export function findConditions(document: DocumentNode): readonly string[] | null {
  const names = new Set<string>();
  let hasOthers = false;
  visit(document, {
    Directive: ({ name, arguments: given }) => {
      if (name.value !== 'skip' && name.value !== 'include') hasOthers = true;
      for (const { value } of given ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
    },
  });
  return hasOthers ? null : [...names];
}

/** Null when a field has an abstract type or belongs to introspection. `variables` are coerced; only conditions are read. */
export function collectPlainFields(
  schema: GraphQLSchema,
  { document, operation }: Operation,
  variables: Variables,
): readonly PlainField[] | null {
  const root = schema.getRootType(operation.operation);
  if (!root) return null;
  const collector: Collector = { schema, fragments: collectFragments(document), variables };
  return collectTree(collector, root, collectFields(schema, collector.fragments, variables, root, operation.selectionSet));
}

interface Collector {
  readonly schema: GraphQLSchema;
  readonly fragments: FragmentMap;
  readonly variables: Variables;
}

function collectTree(
  collector: Collector,
  type: GraphQLObjectType,
  grouped: ReadonlyMap<string, readonly FieldNode[]>,
): readonly PlainField[] | null {
  const fields: PlainField[] = [];
  for (const [key, nodes] of grouped) {
    const field = collectField(collector, type, key, nodes);
    if (field === null) return null;
    fields.push(field);
  }
  return fields;
}

function collectField(
  collector: Collector,
  type: GraphQLObjectType,
  key: string,
  nodes: readonly FieldNode[],
): PlainField | null {
  const [node] = nodes;
  if (!node) return null;
  if (node.name.value === '__typename') return { key, node, type, definition: null, below: null };
  const definition = type.getFields()[node.name.value];
  if (!definition) return null;
  if (!node.selectionSet) return { key, node, type, definition, below: null };
  const inner = getNamedType(definition.type);
  if (!isObjectType(inner)) return null;
  const { schema, fragments, variables } = collector;
  const below = collectTree(collector, inner, collectSubfields(schema, fragments, variables, inner, nodes));
  return below && { key, node, type, definition, below };
}
