/** Reads the sizes of lists, and which fields cost more than their answers, from `@listSize` and `@cost`. */
import {
  getNamedType,
  getNullableType,
  isInterfaceType,
  isListType,
  isObjectType,
  type GraphQLField,
  type GraphQLSchema,
} from 'graphql';
import { readDirective, type Declared } from './read-directive';

/** The longest that a list can be: a fixed number, or given by an argument of its field or of a field around it. */
export type ListBound = number | SizedByArgument;

export interface SizedByArgument {
  /** The argument that is as long as the list, or the list in an argument: `input.changes`. */
  readonly argument: string;
  /** The length when the argument is absent. */
  readonly otherwise: number | CountedBy;
}

/** A length that the server looks up for the value of an argument. */
export interface CountedBy {
  readonly countedBy: string;
}

export interface CostBounds {
  /** Keyed by `Type.field`. A list without an entry is part of its stored row. */
  readonly lists: ReadonlyMap<string, ListBound>;
  /** Fields that cost at least the product of these lists, whatever is selected of them. Keyed by `Type.field`. */
  readonly work: ReadonlyMap<string, readonly ListBound[]>;
}

interface ListSize {
  readonly assumedSize?: number | null;
  readonly slicingArgument?: string | null;
  readonly countedBy?: string | null;
}

type Field = GraphQLField<unknown, unknown>;

/** Reads both directives of all fields. Throws an error that names the coordinate when a directive is wrong. */
export function readCostBounds(schema: GraphQLSchema): CostBounds {
  const fields = fieldsOf(schema);
  const argumentNames = new Set(fields.flatMap(([, field]) => field.args.map(({ name }) => name)));
  const boundOf = (coordinate: string, declared: Declared): ListBound | null => {
    const size = readDirective<ListSize>(schema, 'listSize', coordinate, declared);
    return size && listBound(coordinate, size, argumentNames);
  };
  const ofTypes = new Map<string, ListBound>();
  for (const type of Object.values(schema.getTypeMap())) {
    const bound = isObjectType(type) ? boundOf(type.name, type) : null;
    if (bound !== null) ofTypes.set(type.name, bound);
  }
  const lists = new Map<string, ListBound>();
  for (const [coordinate, field] of fields) {
    const own = boundOf(coordinate, field);
    const isList = isListType(getNullableType(field.type));
    if (own !== null && !isList) throw new Error(`${coordinate}: @listSize is for lists, and the field is not one.`);
    const bound = own ?? ofTypes.get(getNamedType(field.type).name);
    if (isList && bound !== undefined) lists.set(coordinate, bound);
  }
  return { lists, work: readWork(schema, fields, lists) };
}

function readWork(
  schema: GraphQLSchema,
  fields: readonly (readonly [string, Field])[],
  lists: CostBounds['lists'],
): CostBounds['work'] {
  const work = new Map<string, readonly ListBound[]>();
  for (const [coordinate, field] of fields) {
    const cost = readDirective<{ readonly lists: readonly string[] }>(schema, 'cost', coordinate, field);
    if (cost === null) continue;
    const bounds = cost.lists.map((list) => {
      const bound = lists.get(list);
      if (bound === undefined) throw new Error(`${coordinate}: @cost names ${list}, which is not a list with @listSize.`);
      return bound;
    });
    work.set(coordinate, bounds);
  }
  return work;
}

function listBound(coordinate: string, size: ListSize, argumentNames: ReadonlySet<string>): ListBound {
  const { assumedSize = null, slicingArgument = null, countedBy = null } = size;
  const wrong = (problem: string): Error => new Error(`${coordinate}: @listSize ${problem}.`);
  if (assumedSize !== null && assumedSize < 1) throw wrong(`has the assumedSize ${assumedSize}; it must be 1 or more`);
  for (const name of [slicingArgument, countedBy]) {
    if (name !== null && !argumentNames.has(name.split('.', 1).join()))
      throw wrong(`names the argument ${name}, which no field has`);
  }
  if ((assumedSize === null) === (countedBy === null)) throw wrong('must have either assumedSize or countedBy');
  const otherwise = countedBy === null ? (assumedSize as number) : { countedBy };
  if (slicingArgument !== null) return { argument: slicingArgument, otherwise };
  if (typeof otherwise === 'object') throw wrong('has countedBy, which needs slicingArgument');
  return otherwise;
}

function fieldsOf(schema: GraphQLSchema): [string, Field][] {
  return Object.values(schema.getTypeMap()).flatMap((type) => {
    if ((!isObjectType(type) && !isInterfaceType(type)) || type.name.startsWith('__')) return [];
    return Object.values(type.getFields()).map((field): [string, Field] => [`${type.name}.${field.name}`, field]);
  });
}
