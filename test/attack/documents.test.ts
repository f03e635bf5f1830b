/** Documents that are meant to hurt: each is refused with a code and its bound over every transport, and others are served. */
import { parse, validate } from 'graphql';
import { createSchema } from '../../src/schema';
import { documentProblems } from '../../src/operations/limits';
import { PACKAGE_ROOT } from '../../src/package-root';
import { getIntrospectionQuery } from 'graphql';
import { Bystander } from '../support/bystander';
import { errorsOver, TRANSPORTS, type Operation, type SentEvaluation, type Transport } from '../support/transports';
import { createWorld, type World } from '../support/world';
import { join } from 'node:path';

let world: World;
let closed: World;
let bystander: Bystander;
beforeAll(async () => {
  world = await createWorld({ env: { OPERATION_COST_MAX: '500000' } });
  closed = await createWorld({ env: { INTROSPECTION: 'off' } });
  bystander = await Bystander.enter(world);
});
afterAll(async () => {
  bystander.leave();
  await world.close();
  await closed.close();
});

const tooMany = (what: string, max: number): SentEvaluation => ({
  code: 'OPERATION_LIMIT_EXCEEDED',
  message: `${what} of the operation: at most ${max} are allowed.`,
});
const tooManyTokens: SentEvaluation = {
  code: 'GRAPHQL_PARSE_FAILED',
  message: 'Syntax Error: Document contains more that 2000 tokens. Parsing aborted.',
};
/** Which of both bounds is met first depends on how much stack Node has. */
const tooManyTokensOrLevels: SentEvaluation = {
  code: 'GRAPHQL_PARSE_FAILED',
  message: expect.stringMatching(/^The document is nested too deeply\.$|contains more that 2000 tokens/) as string,
};
const largerThanOrdinary: SentEvaluation = {
  code: 'PAYLOAD_TOO_LARGE',
  message: 'The body is larger than the limit of 262144 bytes for this operation.',
};
const list = (length: number, text: (i: number) => string): string => Array.from({ length }, (_, i) => text(i)).join(' ');

/** Each fragment spreads the next one twice under two names, so that written out the document has 2^depth fields. */
const bomb = (depth: number): string =>
  `{ viewer { user { ...F0 } } } ${list(depth, (i) => `fragment F${i} on User { ...F${i + 1} ...F${i + 1} }`)} fragment F${depth} on User { id }`;

const cases: [string, string, SentEvaluation[]][] = [
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
  ['a document of 1 MB', `{ viewer { user { id } } } ${'#'.repeat(1_000_000)}`, [largerThanOrdinary]],
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

const badInput = (message: unknown): SentEvaluation => ({ code: 'BAD_USER_INPUT', message: message as string });
const EVALUATE =
  'query ($contexts: [EvaluationContextInput!]!, $keys: [String!]) { evaluate(environmentId: "environment_00000000000000000000000000000000", contexts: $contexts, flagKeys: $keys) { revision } }';
const nested = (levels: number): object => Array.from({ length: levels }).reduce<object>((inner) => ({ inner }), {});

/** Inputs sent with a credential. */
const inputs: [string, Operation, SentEvaluation[]][] = [
  [
    'variables of 201 levels',
    { query: EVALUATE, variables: { contexts: [{ attributes: nested(200) }] } },
    [{ code: 'OPERATION_LIMIT_EXCEEDED', message: 'variables: at most 200 levels of nesting are allowed.' }],
  ],
  [
    'a list of 1,001 contexts by variable',
    { query: EVALUATE, variables: { contexts: Array.from({ length: 1_001 }, () => ({})) } },
    [badInput('contexts: 1001 were given; 1 to 1000 are allowed.')],
  ],
  [
    '1,000 contexts and 1,500 flags by default',
    {
      query: EVALUATE.replace('$keys: [String!]', `$keys: [String!] = [${'"" '.repeat(1_500)}]`),
      variables: { contexts: Array.from({ length: 1_000 }, () => ({})) },
    },
    [
      {
        code: 'OPERATION_LIMIT_EXCEEDED',
        message:
          'The operation costs 1500001 points; at most 500000 are allowed. The list that costs most is evaluate, with up to 1000 × 1500 objects. Ask for smaller pages.',
      },
    ],
  ],
  [
    'a page of 101 by variable',
    { query: 'query ($n: Int) { organizations(first: $n) { nodes { id } } }', variables: { n: 101 } },
    [badInput('first: 101 was given; 1 to 100 are allowed.')],
  ],
  [
    'a page of 101 by default',
    { query: 'query ($n: Int = 101) { organizations(first: $n) { nodes { id } } }' },
    [badInput('first: 101 was given; 1 to 100 are allowed.')],
  ],
];

/** The largest operation that is read without a credential. */
const BYTES_MAX = { HTTP: 256 * 1024, WebSocket: 64 * 1024, SSE: 256 * 1024 };
const bytesOf = (operation: Operation): number => JSON.stringify(operation).length;

/** The refusal of an operation that is not read. */
function tooLarge(transport: Transport): SentEvaluation[] {
  if (transport === 'WebSocket') return [{ code: '1009', message: '' }];
  const message = `The body is larger than the limit of ${BYTES_MAX[transport]} bytes.`;
  return [{ code: 'PAYLOAD_TOO_LARGE', message }];
}

describe.each(TRANSPORTS)('over %s', (transport) => {
  it.each(cases)('refuses %s', async (what, query, expected) => {
    const { answer, isServed } = await bystander.beside(`${what} over ${transport}`, () =>
      errorsOver(transport, world, { query }),
    );

    expect(answer).toEqual(bytesOf({ query }) > BYTES_MAX[transport] - 200 ? tooLarge(transport) : expected);
    expect(isServed).toBe(true);
  });

  it.each(inputs)('refuses %s', async (what, operation, expected) => {
    const { answer, isServed } = await bystander.beside(`${what} over ${transport}`, () =>
      errorsOver(transport, world, operation, world.owner.accessToken),
    );

    expect(answer).toEqual(bytesOf(operation) > BYTES_MAX[transport] - 200 ? tooLarge(transport) : expected);
    expect(isServed).toBe(true);
  });

  it('refuses variables of 7 MiB', async () => {
    const contexts = [{ attributes: { text: 'x'.repeat(7 * 1024 * 1024) } }];
    const { answer, isServed } = await bystander.beside(`variables of 7 MiB over ${transport}`, () =>
      errorsOver(transport, world, { query: EVALUATE, variables: { contexts } }),
    );

    expect(answer).toEqual(tooLarge(transport));
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

  it('reveals nothing of the schema when introspection is off', async () => {
    const asked = (query: string): Promise<SentEvaluation[]> =>
      errorsOver(transport, closed, { query }, closed.owner.accessToken);

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

  it('suggests names only to callers with a credential', async () => {
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

it.each(cases.filter(([, query]) => bytesOf({ query }) > BYTES_MAX.HTTP))(
  'refuses %s to those, too, whose bodies may be larger',
  async (what, query, expected) => {
    const { answer, isServed } = await bystander.beside(`${what} with a credential`, () =>
      errorsOver('HTTP', world, { query }, world.owner.accessToken),
    );

    expect(answer).toEqual(expected);
    expect(isServed).toBe(true);
  },
);

it('counts a document in time linear in its length, whatever its fragments do', () => {
  const fragments = list(190, (i) => `fragment F${i} on User { ...F${i + 1} ...F${i + 1} }`);
  const document = parse(`{ viewer { user { ...F0 } } } ${fragments} fragment F190 on User { id }`, { maxTokens: 2_000 });

  expect(documentProblems(document)).toEqual(['Fields of the operation: at most 2000 are allowed.']);
});

it('refuses documents that would take long to validate before validation', () => {
  const schema = createSchema(join(PACKAGE_ROOT, 'schema'));
  const fragments = list(
    60,
    (i) => `fragment F${i} on Flag { ${list(8, (k) => (i + k + 1 < 60 ? `...F${i + k + 1}` : 'key'))} project { key } }`,
  );
  const document = parse(`{ flag(id: "x") { ...F0 } } ${fragments}`, { maxTokens: 2_000 });

  expect(documentProblems(document)).toEqual(['Fields of the operation: at most 2000 are allowed.']);
  // It is a valid one: only its size is wrong.
  expect(validate(schema, document)).toEqual([]);
});
