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
  /** Called for each list that is counted. Absent while an operation is admitted; a refusal says what costs most. */
  readonly onList?: (list: CountedList) => void;
}

/** A list of an operation, and how long it and the lists around it can be. */
export interface CountedList {
  /** Response keys: `organizations.nodes.projects`. */
  readonly path: string;
  /** From the outside inwards; their product is how many objects the list adds. */
  readonly lengths: readonly number[];
}

/** Answers 1 or more. */
export type Cost = (variables: Variables, facts: CostFacts) => number;

type Measure = (frame: Frame) => number;

/** A field in its operation, with the arguments given to it and to the fields around it. */
interface Frame {
  readonly variables: Variables;
  readonly facts: CostFacts;
  readonly field: {
    readonly definition: GraphQLField<unknown, unknown>;
    readonly node: FieldNode;
    /** Null: one object. */
    readonly size: ListBound | null;
  } | null;
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

/** The list that has the most objects at these variables; null when the operation has none. */
export function findCostliestList(cost: Cost, variables: Variables, facts: CostFacts): CountedList | null {
  const objectsIn = ({ lengths }: CountedList): number => lengths.reduce((product, length) => product * length, 1);
  let most: CountedList | null = null;
  const onList = (list: CountedList): void => {
    if (most === null || objectsIn(list) > objectsIn(most)) most = list;
  };
  cost(variables, { ...facts, onList });
  return most;
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
    const { variables, facts } = parent;
    const frame: Frame = { variables, facts, field: { definition, node, size }, parent };
    const each = 1 + below(frame);
    const objects = size === null ? each : each * lengthOf(size, frame);
    if (size !== null && size !== 1) facts.onList?.(countedList(frame));
    if (work === null) return objects;
    facts.onList?.(countedList(frame, work));
    return Math.max(objects, 1 + work.reduce<number>((product, list) => product * lengthOf(list, frame), 1));
  };
}

/** `work`: the lists that the field itself goes through. */
function countedList(frame: Frame, work: readonly ListBound[] = []): CountedList {
  const path: string[] = [];
  const lengths = work.map((list) => lengthOf(list, frame));
  for (let at: Frame | null = frame; at?.field; at = at.parent) {
    const { node, size } = at.field;
    path.unshift((node.alias ?? node.name).value);
    if (size !== null && size !== 1) lengths.unshift(lengthOf(size, at));
  }
  return { path: path.join('.'), lengths };
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

/** The value of an argument of the nearest field that has one of this name, or of a field of that value: `input.changes`. */
function argumentAround(path: string, frame: Frame): unknown {
  const [name = '', ...fields] = path.split('.');
  const read = (value: unknown, field: string): unknown =>
    (value as Readonly<Record<string, unknown>> | null | undefined)?.[field];
  return fields.reduce(read, wholeArgumentAround(name, frame));
}

function wholeArgumentAround(name: string, frame: Frame): unknown {
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
