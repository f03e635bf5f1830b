/** Tells apart objects of the schema and JSON values in an answer: a JSON value counts as one, whatever it contains. */
import { getNamedType, isCompositeType } from 'graphql';
import type { DocumentNode, GraphQLCompositeType, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import { collectFragments, findField, narrowIn, SelectionFold } from '../graphql/selection';

/** Keyed by the names in the answer; only fields whose values are objects of the schema. */
export type Shape = ReadonlyMap<string, Shape>;

const NO_OBJECTS: Shape = new Map();

export function shapeOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): Shape {
  const fold = new SelectionFold<GraphQLCompositeType, Shape>(collectFragments(document), {
    empty: NO_OBJECTS,
    narrow: narrowIn(schema),
    field: (node, type, below) => {
      const field = below && findField(type, node.name.value);
      const inner = field && getNamedType(field.type);
      return below && isCompositeType(inner) ? new Map([[(node.alias ?? node.name).value, below(inner)]]) : NO_OBJECTS;
    },
    join: merge,
  });
  const root = schema.getRootType(operation.operation);
  return root ? fold.over(operation.selectionSet, root) : NO_OBJECTS;
}

function merge(shapes: readonly Shape[]): Shape {
  const merged = new Map<string, Shape>();
  for (const shape of shapes) {
    for (const [key, below] of shape) {
      const known = merged.get(key);
      merged.set(key, known ? merge([known, below]) : below);
    }
  }
  return merged;
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
