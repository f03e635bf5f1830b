/**
 * The cost of an operation: how many objects its answer can have. It is compiled once per operation and computed for each
 * request from its variables and defaults. Every object counts one, multiplied by the sizes of the lists around it: `first`
 * for a connection, its bound for any other list. Parts of one stored row (docs/LIMITS.md) are counted when they are known.
 */
import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  Kind,
  valueFromASTUntyped,
  type DirectiveNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { PAGE_SIZE_MAX } from '../graphql/connection';
import { collectFragments, findField, narrowIn, SelectionFold } from '../graphql/selection';
import type { CostBounds, ListBound, SizedByArgument } from './cost-bounds';

/** The cost of one `__schema` or `__type`. */
const INTROSPECTION_COST = 10_000;

export type Variables = Readonly<Record<string, unknown>>;

/** Facts that only the server knows. */
export interface CostFacts {
  /** How many flags an environment has; null means the environment of the credential. */
  readonly flagsOf: (environmentId: string | null) => number;
}

/** Answers 1 or more. */
export type Cost = (variables: Variables, facts: CostFacts) => number;

type Measure = (frame: Frame) => number;

/** A field in its operation, with the arguments given to it and to the fields around it. */
interface Frame {
  readonly variables: Variables;
  readonly facts: CostFacts;
  readonly field: { readonly definition: GraphQLField<unknown, unknown>; readonly node: FieldNode } | null;
  readonly parent: Frame | null;
}

const CONNECTION_PAGE: SizedByArgument = { argument: 'first', otherwise: PAGE_SIZE_MAX };

export function compileCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  bounds: CostBounds,
): Cost {
  const root = schema.getRootType(operation.operation);
  if (!root) return () => 1;
  const fold = new SelectionFold<GraphQLCompositeType, Measure>(collectFragments(document), {
    empty: FREE,
    narrow: narrowIn(schema),
    field: (node, type, below) => compileField(bounds, type, node, below),
    join: sumOf,
    direct: compileConditions,
  });
  const measure = fold.over(operation.selectionSet, root);
  const defaults = defaultsOf(operation);
  return (variables, facts) =>
    Math.max(1, measure({ variables: { ...defaults, ...variables }, facts, field: null, parent: null }));
}

/** The measure of a field that is not an object. */
const FREE: Measure = () => 0;

function sumOf(measures: readonly Measure[]): Measure {
  const parts = measures.filter((measure) => measure !== FREE);
  if (parts.length === 0) return FREE;
  return (frame) => {
    let sum = 0;
    for (const part of parts) sum += part(frame);
    return sum;
  };
}

function compileField(
  bounds: CostBounds,
  type: GraphQLCompositeType,
  node: FieldNode,
  compileBelow: ((type: GraphQLCompositeType) => Measure) | null,
): Measure {
  const name = node.name.value;
  if (name === '__schema' || name === '__type') return () => INTROSPECTION_COST;
  const definition = findField(type, name);
  const inner = definition && getNamedType(definition.type);
  if (!definition || !isCompositeType(inner) || compileBelow === null) return FREE;
  const below = compileBelow(inner);
  const size = isListType(getNullableType(definition.type)) ? sizeOf(bounds, type.name, name) : null;
  const work = bounds.work.get(`${type.name}.${name}`) ?? null;
  return (parent) => {
    const frame: Frame = { variables: parent.variables, facts: parent.facts, field: { definition, node }, parent };
    const each = 1 + below(frame);
    const objects = size === null ? each : each * lengthOf(size, frame);
    if (work === null) return objects;
    return Math.max(objects, 1 + work.reduce<number>((product, list) => product * lengthOf(list, frame), 1));
  };
}

function sizeOf(bounds: CostBounds, typeName: string, fieldName: string): ListBound {
  const isPage = typeName.endsWith('Connection') && (fieldName === 'nodes' || fieldName === 'edges');
  if (isPage) return CONNECTION_PAGE;
  return bounds.lists.get(`${typeName}.${fieldName}`) ?? 1;
}

function lengthOf(bound: ListBound, frame: Frame): number {
  if (typeof bound === 'number') return bound;
  const value = argumentAround(bound.argument, frame);
  if (Array.isArray(value)) return value.length;
  // The field itself refuses pages above the maximum or below 1.
  if (typeof value === 'number' && bound.argument === 'first') return Math.min(Math.max(0, value), PAGE_SIZE_MAX);
  // GraphQL coerces a single value to a list of one.
  if (value !== undefined && value !== null && bound.argument !== 'first') return 1;
  if (typeof bound.otherwise === 'number') return bound.otherwise;
  const counted = argumentAround(bound.otherwise.countedBy, frame);
  return frame.facts.flagsOf(typeof counted === 'string' ? counted : null);
}

/** The value of an argument of the nearest field that has one of this name. */
function argumentAround(name: string, frame: Frame): unknown {
  for (let at: Frame | null = frame; at !== null; at = at.parent) {
    const argument = at.field?.definition.args.find((candidate) => candidate.name === name);
    if (!argument) continue;
    const given = at.field?.node.arguments?.find((candidate) => candidate.name.value === name)?.value;
    const isAbsent = !given || (given.kind === Kind.VARIABLE && at.variables[given.name.value] === undefined);
    return isAbsent ? argument.defaultValue : valueFromASTUntyped(given, at.variables);
  }
  return undefined;
}

/** A measure that is 0 when `@skip` or `@include` leave the selection out. */
function compileConditions({ directives = [] }: { readonly directives?: readonly DirectiveNode[] }, measure: Measure): Measure {
  const conditions = directives.flatMap(({ name, arguments: given }) => {
    const isSkip = name.value === 'skip';
    const value = given?.find((argument) => argument.name.value === 'if')?.value;
    return (isSkip || name.value === 'include') && value ? [{ isSkip, value }] : [];
  });
  if (measure === FREE || conditions.length === 0) return measure;
  const isLeftOut = (variables: Variables): boolean =>
    conditions.some(({ isSkip, value }) => {
      const truth = value.kind === Kind.VARIABLE ? variables[value.name.value] : value.kind === Kind.BOOLEAN && value.value;
      return isSkip ? truth === true : truth === false;
    });
  return (frame) => (isLeftOut(frame.variables) ? 0 : measure(frame));
}

function defaultsOf(operation: OperationDefinitionNode): Record<string, unknown> {
  const defaults: Record<string, unknown> = {};
  for (const { variable, defaultValue } of operation.variableDefinitions ?? []) {
    if (defaultValue) defaults[variable.name.value] = valueFromASTUntyped(defaultValue);
  }
  return defaults;
}
