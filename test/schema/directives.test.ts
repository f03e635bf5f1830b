/** Directives of the SDL that the operations pipeline reads at the start, and refuses there when they are wrong. */
import { buildSchema, type GraphQLSchema } from 'graphql';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createAccessWrapper } from '../../src/modules/access/access-directives';
import { readCostBounds } from '../../src/operations/cost-bounds';
import { Documents } from '../../src/operations/documents';
import { RootFields } from '../../src/operations/root-fields';
import { PACKAGE_ROOT } from '../../src/package-root';

const base = readFileSync(join(PACKAGE_ROOT, 'schema', 'base.graphql'), 'utf8');
const definitions = base.slice(base.indexOf('"""\nReveals more'), base.indexOf('"""\nEverything that can be read.'));

const schemaWith = (sdl: string): GraphQLSchema =>
  buildSchema(`${definitions} type Thing { name: String! parts: [Thing!]! } ${sdl}`);

/** The sentence with which a server with such a schema does not start; null when it starts. */
function refusalOf(sdl: string): string | null {
  // Left to the directives' own readers.
  const schema = buildSchema(`${definitions} type Thing { name: String! parts: [Thing!]! } ${sdl}`, { assumeValidSDL: true });
  try {
    new Documents({ schema, isIntrospectionOn: true });
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

it('takes the size of a list from its field, or else from the type of its items', () => {
  const schema = schemaWith(`
    type Query {
      own: [Part!]! @listSize(assumedSize: 7)
      ofType: [Part!]!
      sliced(ids: [ID!]): [Thing!]! @listSize(slicingArgument: "ids", assumedSize: 3)
      counted(of: ID, ids: [ID!]): [Thing!]! @listSize(slicingArgument: "ids", countedBy: "of")
      rowParts: [Thing!]!
    }
    type Part @listSize(assumedSize: 100) { name: String! }
  `);

  expect(Object.fromEntries(readCostBounds(schema).lists)).toEqual({
    'Query.own': 7,
    'Query.ofType': 100,
    'Query.sliced': { argument: 'ids', otherwise: 3 },
    'Query.counted': { argument: 'ids', otherwise: { countedBy: 'of' } },
  });
});

it('takes the cost of a field from the sizes of the lists that it names', () => {
  const schema = schemaWith(`
    type Query {
      all: [Thing!]! @listSize(assumedSize: 7)
      dear: Thing @cost(lists: ["Query.all", "Query.all"])
    }
  `);

  expect(Object.fromEntries(readCostBounds(schema).work)).toEqual({ 'Query.dear': [7, 7] });
});

it('tells root fields by the type that they stand on', () => {
  const fields = new RootFields(
    schemaWith(`
      type Query { look: Thing @servedUnderLoad enter: Thing }
      type Mutation { enter: Thing @logInAttempt send: Thing @largeBody }
    `),
  );

  const traits = [
    fields.traitsOf('mutation' as never, ['enter', 'enter', 'send']),
    fields.traitsOf('query' as never, ['enter']),
    fields.traitsOf('mutation' as never, ['send']),
    fields.traitsOf('query' as never, ['look', '__typename']),
  ];

  expect(traits).toEqual([
    { isLargeBodyAllowed: false, isServedUnderLoad: false, logInAttempts: 2 },
    { isLargeBodyAllowed: false, isServedUnderLoad: false, logInAttempts: 0 },
    { isLargeBodyAllowed: true, isServedUnderLoad: false, logInAttempts: 0 },
    { isLargeBodyAllowed: false, isServedUnderLoad: true, logInAttempts: 0 },
  ]);
});

it.each([
  ['parts: [Thing!]! @listSize(assumedSize: 0)', 'Query.parts: @listSize has the assumedSize 0; it must be 1 or more.'],
  ['parts: [Thing!]! @listSize(assumedSize: "ten")', 'Query.parts: @listSize: Argument "assumedSize" has invalid value "ten".'],
  ['parts: [Thing!]! @listSize', 'Query.parts: @listSize must have either assumedSize or countedBy.'],
  [
    'parts(of: ID): [Thing!]! @listSize(assumedSize: 1, countedBy: "of")',
    'Query.parts: @listSize must have either assumedSize or countedBy.',
  ],
  ['parts(of: ID): [Thing!]! @listSize(countedBy: "of")', 'Query.parts: @listSize has countedBy, which needs slicingArgument.'],
  [
    'parts: [Thing!]! @listSize(slicingArgument: "keys", assumedSize: 1)',
    'Query.parts: @listSize names the argument keys, which no field has.',
  ],
  ['part: Thing @listSize(assumedSize: 1)', 'Query.part: @listSize is for lists, and the field is not one.'],
  ['part: Thing @cost(lists: ["Thing.parts"])', 'Query.part: @cost names Thing.parts, which is not a list with @listSize.'],
  ['part: Thing @cost', 'Query.part: @cost: Argument "lists" of required type "[String!]!" was not provided.'],
])('refuses at the start: %s', (field, sentence) => {
  expect(refusalOf(`type Query { ${field} }`)).toBe(sentence);
});

it.each(['largeBody', 'servedUnderLoad', 'logInAttempt'])('refuses @%s on what is no root field', (name) => {
  const sdl = `type Query { other: Other } type Other { name: String @${name} }`;

  expect(refusalOf(sdl)).toBe(`Other.name: @${name} is for fields of Query, Mutation and Subscription.`);
});

describe('given a type that implements Node', () => {
  const schema = schemaWith('interface Node { id: ID! } type Part implements Node { id: ID! } type Query { name: String }');

  it('does not start while no noun declares its scope', () => {
    const sentence = 'Part implements Node, and no module.ts declares its scope; null if it has none.';

    expect(() => createAccessWrapper(schema, {})).toThrow(new Error(sentence));
  });

  it('starts with a scope, and with none that is declared', () => {
    expect(createAccessWrapper(schema, { Part: () => null })).toBeInstanceOf(Function);
    expect(createAccessWrapper(schema, { Part: null })).toBeInstanceOf(Function);
  });
});
