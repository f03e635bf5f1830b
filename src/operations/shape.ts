/** Which parts of an answer are objects of the schema: JSON values look the same, but are one value each. */
import { getNamedType, isCompositeType, isInterfaceType, isObjectType, Kind } from 'graphql';
import type { DocumentNode, FragmentDefinitionNode, GraphQLCompositeType, GraphQLSchema } from 'graphql';
import type { OperationDefinitionNode, SelectionSetNode } from 'graphql';

/** By the names in the answer; only those that hold objects. */
export type Shape = ReadonlyMap<string, Shape>;

type GrowingShape = Map<string, GrowingShape>;

export function shapeOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Shape {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
  }
  const visit = (type: GraphQLCompositeType, { selections }: SelectionSetNode, into: GrowingShape): void => {
    for (const selection of selections) {
      if (selection.kind !== Kind.FIELD) {
        const source = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
        const name = source?.typeCondition?.name.value;
        const narrowed = name === undefined ? type : schema.getType(name);
        if (source && isCompositeType(narrowed)) visit(narrowed, source.selectionSet, into);
      } else if (selection.selectionSet) {
        const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[selection.name.value] : undefined;
        const inner = field && getNamedType(field.type);
        if (!isCompositeType(inner)) continue;
        const key = (selection.alias ?? selection.name).value;
        const below: GrowingShape = into.get(key) ?? new Map<string, GrowingShape>();
        into.set(key, below);
        visit(inner, selection.selectionSet, below);
      }
    }
  };
  const root = schema.getRootType(operation.operation);
  const shape: GrowingShape = new Map();
  if (root) visit(root, operation.selectionSet, shape);
  return shape;
}

/** How many objects an answer has below its root. */
export function countObjects(data: unknown, shape: Shape): number {
  if (typeof data !== 'object' || data === null) return 0;
  let count = 0;
  for (const [key, below] of shape) {
    const value = (data as Readonly<Record<string, unknown>>)[key];
    if (Array.isArray(value)) for (const item of value as unknown[]) count += countOne(item, below);
    else count += countOne(value, below);
  }
  return count;
}

function countOne(value: unknown, shape: Shape): number {
  if (Array.isArray(value)) return (value as unknown[]).reduce<number>((sum, item) => sum + countOne(item, shape), 0);
  return typeof value === 'object' && value !== null ? 1 + countObjects(value, shape) : 0;
}
