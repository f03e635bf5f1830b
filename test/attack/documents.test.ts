/** Documents that are meant to hurt: each is refused with a code and its bound over every transport, and others are served. */
import { parse, validate } from 'graphql';
import { createSchema } from '../../src/api';
import { documentProblems } from '../../src/graphql/limits';
import { PACKAGE_ROOT } from '../../src/package-root';
import { getIntrospectionQuery } from 'graphql';
import { answersStill } from '../support/raw';
import { errorsOver, TRANSPORTS, type Told } from '../support/transports';
import { createWorld, type World } from '../support/world';
import { join } from 'node:path';

let world: World;
let closed: World;
beforeAll(async () => {
  world = await createWorld();
  closed = await createWorld({ env: { INTROSPECTION: 'off' } });
});
afterAll(async () => {
  await world.close();
  await closed.close();
});

const tooMany = (what: string, max: number): Told => ({
  code: 'OPERATION_LIMIT_EXCEEDED',
  message: `${what} of the operation: more than ${max} are not allowed.`,
});
const tooManyTokens: Told = {
  code: 'GRAPHQL_PARSE_FAILED',
  message: 'Syntax Error: Document contains more that 2000 tokens. Parsing aborted.',
};
/** Which of both bounds is met first depends on how much stack Node has. */
const tooManyTokensOrLevels: Told = {
  code: 'GRAPHQL_PARSE_FAILED',
  message: expect.stringMatching(/^The document nests too deep\.$|contains more that 2000 tokens/) as string,
};
const list = (length: number, text: (i: number) => string): string => Array.from({ length }, (_, i) => text(i)).join(' ');

/** Each fragment spreads the next one twice under two names, so that written out the document has 2^depth fields. */
const bomb = (depth: number): string =>
  `{ viewer { user { ...F0 } } } ${list(depth, (i) => `fragment F${i} on User { ...F${i + 1} ...F${i + 1} }`)} fragment F${depth} on User { id }`;

const cases: [string, string, Told[]][] = [
  ['20,000 levels', `{ ${'viewer { '.repeat(20_000)} id ${'}'.repeat(20_000)} }`, [tooManyTokens]],
  ['20,000 levels of lists', `{ node(id: ${'['.repeat(20_000)}${']'.repeat(20_000)}) { id } }`, [tooManyTokensOrLevels]],
  [
    '13 levels',
    `{ node(id: "x") { ... on Flag { ${'project { flags { nodes { '.repeat(4)} key ${'} } }'.repeat(4)} } } }`,
    [tooMany('Depth', 12)],
  ],
  ['10,000 aliases', `{ ${list(10_000, (i) => `a${i}: viewer { user { id } }`)} }`, [tooManyTokens]],
  ['31 aliases', `{ viewer { ${list(31, (i) => `a${i}: user { id }`)} } }`, [tooMany('Aliases', 30)]],
  ['31 aliased __typename', `{ viewer { ${list(31, (i) => `a${i}: __typename`)} } }`, [tooMany('Aliases', 30)]],
  [
    'aliases in a fragment that is spread twice',
    `{ a: viewer { ...F } b: viewer { ...F } } fragment F on Viewer { ${list(15, (i) => `a${i}: __typename`)} }`,
    [tooMany('Aliases', 30)],
  ],
  ['21 aliased __typename at the root', `{ ${list(21, (i) => `a${i}: __typename`)} }`, [tooMany('Root fields', 20)]],
  ['a fragment bomb of 2^100 fields', bomb(100), [tooMany('Fields', 2_000)]],
  ['a fragment bomb of 2^12 fields', bomb(12), [tooMany('Fields', 2_000)]],
  [
    'a fragment that spreads itself',
    '{ viewer { ...F } } fragment F on Viewer { user { id } ...F }',
    [{ code: 'GRAPHQL_VALIDATION_FAILED', message: 'Cannot spread fragment "F" within itself.' }],
  ],
  [
    'fragments that spread each other in a circle',
    '{ viewer { ...F } } fragment F on Viewer { ...G } fragment G on Viewer { ...F }',
    [{ code: 'GRAPHQL_VALIDATION_FAILED', message: 'Cannot spread fragment "F" within itself via "G".' }],
  ],
  ['overlapping fields in 60 kB', `{ ${'viewer { user { id } } '.repeat(2_600)} }`, [tooManyTokens]],
  ['overlapping fields in 700 kB', `{ ${'viewer { user { id } } '.repeat(30_000)} }`, [tooManyTokens]],
  ['overlapping fields in 2,000 tokens', `{ ${'viewer { user { id } } '.repeat(280)} }`, [tooMany('Root fields', 20)]],
  ['51 directives', `{ viewer { ${list(51, () => '__typename @skip(if: false)')} } }`, [tooMany('Directives', 50)]],
  ['51 directives on one field', `{ viewer { __typename ${'@skip(if: false) '.repeat(51)} } }`, [tooMany('Directives', 50)]],
  [
    '51 directives on variables',
    `query (${list(51, (i) => `$v${i}: Int @nothing`)}) { viewer { __typename } }`,
    [tooMany('Directives', 50)],
  ],
  [
    'introspection four times over',
    `{ ${list(4, (i) => `a${i}: __schema { queryType { name } }`)} }`,
    [tooMany('Introspection fields', 3)],
  ],
  [
    'introspection in a circle',
    `{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }`,
    [{ code: 'GRAPHQL_VALIDATION_FAILED', message: 'Maximum introspection depth exceeded' }],
  ],
  [
    '16 levels of introspection',
    `{ __schema { types { ${'ofType { '.repeat(14)} name ${'}'.repeat(14)} } } }`,
    [tooMany('Depth of the introspection', 15)],
  ],
];

/** What fits neither a frame of 64 KiB nor an anonymous body of 256 KiB is refused before it is read, as the next tests show. */
const bytesMax = { HTTP: 256 * 1024, WebSocket: 64 * 1024 };

describe.each(TRANSPORTS)('over %s', (transport) => {
  const fitting = cases.filter(([, query]) => query.length < bytesMax[transport] - 200);

  it.each(fitting)('refuses %s', async (_what, query, expected) => {
    const [errors, isServed] = await Promise.all([errorsOver(transport, world, { query }), answersStill(world)]);

    expect(errors).toEqual(expected);
    expect(isServed).toBe(true);
  });

  it('answers the standard introspection query', async () => {
    const query = getIntrospectionQuery({
      specifiedByUrl: true,
      directiveIsRepeatable: true,
      schemaDescription: true,
      inputValueDeprecation: true,
      oneOf: true,
    });

    expect(await errorsOver(transport, world, { query })).toEqual([]);
  });

  it('tells nothing of the schema when introspection is off', async () => {
    const asked = (query: string): Promise<Told[]> => errorsOver(transport, closed, { query }, closed.owner.accessToken);

    expect(await asked('{ __schema { queryType { name } } }')).toEqual([
      {
        code: 'GRAPHQL_VALIDATION_FAILED',
        message: 'GraphQL introspection has been disabled, but the requested query contained the field "__schema".',
      },
      {
        code: 'GRAPHQL_VALIDATION_FAILED',
        message: 'GraphQL introspection has been disabled, but the requested query contained the field "queryType".',
      },
    ]);
    expect(await asked('{ __type(name: "User") { name } }')).toMatchObject([{ code: 'GRAPHQL_VALIDATION_FAILED' }]);
    expect(await asked('{ viewer { __typename } }')).toEqual([]);
    expect(await asked('{ viewr { id } }')).toEqual([
      { code: 'GRAPHQL_VALIDATION_FAILED', message: 'Cannot query field "viewr" on type "Query".' },
    ]);
  });

  it('says what somebody could have meant only to those with a credential', async () => {
    const document = { query: '{ viewr { id } }' };
    const variables = {
      query: 'mutation ($input: LogInInput!) { logIn(input: $input) { accessToken } }',
      variables: { input: { email: 'a', password: 'b', emial: 'c' } },
    };

    const anonymous = [...(await errorsOver(transport, world, document)), ...(await errorsOver(transport, world, variables))];
    const known = await errorsOver(transport, world, document, world.owner.accessToken);

    expect(anonymous.map(({ message }) => message)).toEqual([
      'Cannot query field "viewr" on type "Query".',
      expect.stringMatching(/Field "emial" is not defined by type "LogInInput"\.$/),
    ]);
    expect(known[0]?.message).toBe('Cannot query field "viewr" on type "Query". Did you mean "viewer"?');
  });
});

it('counts a document in time that grows with its length, whatever its fragments do', () => {
  const fragments = list(190, (i) => `fragment F${i} on User { ...F${i + 1} ...F${i + 1} }`);
  const document = parse(`{ viewer { user { ...F0 } } } ${fragments} fragment F190 on User { id }`, { maxTokens: 2_000 });

  expect(documentProblems(document)).toEqual(['Fields of the operation: more than 2000 are not allowed.']);
});

it('refuses every document before validation that validation would take long for', () => {
  const schema = createSchema(join(PACKAGE_ROOT, 'schema'));
  const fragments = list(
    60,
    (i) => `fragment F${i} on Flag { ${list(8, (k) => (i + k + 1 < 60 ? `...F${i + k + 1}` : 'key'))} project { key } }`,
  );
  const document = parse(`{ flag(id: "x") { ...F0 } } ${fragments}`, { maxTokens: 2_000 });

  expect(documentProblems(document)).toEqual(['Fields of the operation: more than 2000 are not allowed.']);
  // It is a valid one: only its size is wrong.
  expect(validate(schema, document)).toEqual([]);
});
