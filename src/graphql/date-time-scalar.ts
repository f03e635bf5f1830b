import { GraphQLError, GraphQLScalarType, type ValueNode } from 'graphql';
import { GraphQLDateTimeISO } from 'graphql-scalars';

const FORM = 'A DateTime is RFC 3339 text with date, time and offset, such as "2026-11-21T09:30:00.000Z".';
const config = GraphQLDateTimeISO.toConfig();

/** An instant. Named as the schema names it: variables declared with that name would be refused under the scalar's own. */
export const dateTimeScalar = new GraphQLScalarType<Date, string>({
  ...config,
  name: 'DateTime',
  parseValue: (value) => read(() => config.parseValue(value)),
  parseLiteral: (node: ValueNode) => read(() => config.parseLiteral(node), node),
});

/** Replaces the sentence of a refusal, which only repeats the value, by one that says which form is wanted. */
function read(parse: () => unknown, node?: ValueNode): Date {
  try {
    return parse() as Date;
  } catch {
    throw new GraphQLError(FORM, { nodes: node ?? null });
  }
}
