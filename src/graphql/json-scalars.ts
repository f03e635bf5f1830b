/** JSON arguments with a bounded depth, so that functions that walk them do not run out of stack. */
import { GraphQLScalarType, type ValueNode } from 'graphql';
import { GraphQLJSON, GraphQLJSONObject } from 'graphql-scalars';

/** Functions that walk JSON need a stack frame per level; the stack ends at some thousands. */
const DEPTH_MAX = 100;

export const jsonScalar = bounded(GraphQLJSON);
export const jsonObjectScalar = bounded(GraphQLJSONObject);

function bounded(scalar: GraphQLScalarType): GraphQLScalarType {
  return new GraphQLScalarType({
    ...scalar.toConfig(),
    parseValue: (value) => refuseDeep(scalar.parseValue(value)),
    parseLiteral: (node: ValueNode, variables) => refuseDeep(scalar.parseLiteral(node, variables)),
  });
}

function refuseDeep(value: unknown): unknown {
  if (isDeeperThan(value, DEPTH_MAX)) throw new TypeError(`The value nests deeper than ${DEPTH_MAX} levels.`);
  return value;
}

function isDeeperThan(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return depth === 0 || Object.values(value).some((member) => isDeeperThan(member, depth - 1));
}
