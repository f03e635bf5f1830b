/** Requests that no client of ours would send: each is refused with a status, a code and a sentence, and nothing else. */
import { eventually, uniqueKey } from '../support/make';
import { answersStill, JSON_HEADERS, send, sendQuery, type RawAnswer, type RawRequest } from '../support/raw';
import { authorization, createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const KIB = 1024;
const query = (text: string): string => JSON.stringify({ query: text });

interface Refused {
  readonly status: number;
  readonly code: string;
  readonly message: string | RegExp;
}

const cases: [string, RawRequest, Refused][] = [
  ['malformed JSON', { body: '{"query": ' }, { status: 400, code: 'BAD_REQUEST', message: 'The body is not valid JSON.' }],
  ['an empty body', { body: '' }, { status: 400, code: 'BAD_REQUEST', message: 'The body is not valid JSON.' }],
  [
    'a body that is no object',
    { body: '"text"' },
    { status: 400, code: 'BAD_REQUEST', message: 'POST body missing, invalid Content-Type, or JSON object has no keys.' },
  ],
  [
    'a body without a query',
    { body: '{}' },
    { status: 400, code: 'BAD_REQUEST', message: 'POST body missing, invalid Content-Type, or JSON object has no keys.' },
  ],
  [
    'a list of operations',
    { body: `[${query('{ viewer { user { id } } }')}]` },
    { status: 400, code: 'BAD_REQUEST', message: 'Operation batching disabled.' },
  ],
  [
    'variables that are no object',
    { body: '{"query":"{ viewer { user { id } } }","variables":7}' },
    { status: 400, code: 'BAD_REQUEST', message: '`variables` in a POST body must be an object if provided.' },
  ],
  [
    'a content type that is not JSON',
    { headers: { 'content-type': 'text/plain' }, body: query('{ viewer { user { id } } }') },
    { status: 415, code: 'UNSUPPORTED_MEDIA_TYPE', message: 'The content type must be application/json.' },
  ],
  [
    'a form',
    { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'query={viewer{user{id}}}' },
    { status: 415, code: 'UNSUPPORTED_MEDIA_TYPE', message: 'The content type must be application/json.' },
  ],
  [
    'a syntax error',
    { body: query('{ viewer {') },
    { status: 400, code: 'GRAPHQL_PARSE_FAILED', message: 'Syntax Error: Expected Name, found <EOF>.' },
  ],
  [
    'an unknown field',
    { body: query('{ nothing }') },
    { status: 400, code: 'GRAPHQL_VALIDATION_FAILED', message: 'Cannot query field "nothing" on type "Query".' },
  ],
  [
    'a variable of the wrong type',
    { body: JSON.stringify({ query: 'query ($id: ID!) { node(id: $id) { id } }', variables: { id: {} } }) },
    { status: 400, code: 'BAD_USER_INPUT', message: 'Variable "$id" got invalid value {}; ID cannot represent value: {}' },
  ],
  [
    'a variable that is missing',
    { body: query('query ($id: ID!) { node(id: $id) { id } }') },
    { status: 400, code: 'BAD_USER_INPUT', message: 'Variable "$id" of required type "ID!" was not provided.' },
  ],
  [
    'several operations without a name',
    { body: query('query A { viewer { user { id } } } query B { viewer { user { id } } }') },
    {
      status: 400,
      code: 'OPERATION_RESOLUTION_FAILURE',
      message: 'Must provide operation name if query contains multiple operations.',
    },
  ],
  [
    'a subscription',
    { body: query('subscription { flagChanged { revision } }') },
    {
      status: 400,
      code: 'SUBSCRIPTION_OVER_HTTP',
      message: 'Subscriptions are served over WebSocket (subprotocol graphql-transport-ws) at the same path, not over HTTP.',
    },
  ],
  [
    'a mutation by GET',
    {
      method: 'GET',
      path: `/graphql?query=${encodeURIComponent('mutation { logIn(input: { email: "a", password: "b" }) { accessToken } }')}`,
      headers: { 'apollo-require-preflight': 'true' },
    },
    { status: 405, code: 'METHOD_NOT_ALLOWED', message: 'GET requests only support query operations, not mutation operations' },
  ],
  [
    'a GET that a page of another site could send',
    { method: 'GET', path: `/graphql?query=${encodeURIComponent('{ viewer { user { id } } }')}`, headers: {} },
    {
      status: 400,
      code: 'BAD_REQUEST',
      message: /^This operation has been blocked as a potential Cross-Site Request Forgery \(CSRF\)/,
    },
  ],
  [
    'a method that is not served',
    { method: 'PUT', body: query('{ viewer { user { id } } }') },
    { status: 405, code: 'METHOD_NOT_ALLOWED', message: 'GraphQL is served over GET and POST, not PUT.' },
  ],
  [
    'an unknown path',
    { method: 'GET', path: '/nothing?secret=1' },
    { status: 404, code: 'NOT_FOUND', message: 'There is nothing at /nothing.' },
  ],
  [
    'a body that declares more than an anonymous caller may send',
    { body: query(`{ viewer { user { id } } } #${'x'.repeat(256 * KIB)}`) },
    { status: 413, code: 'PAYLOAD_TOO_LARGE', message: 'The body is larger than the limit of 262144 bytes.' },
  ],
  [
    'a body that turns out to be more than an anonymous caller may send',
    { headers: JSON_HEADERS, body: ['{"query":"#', ...Array.from({ length: 257 }, () => 'x'.repeat(KIB)), '"}'] },
    { status: 413, code: 'PAYLOAD_TOO_LARGE', message: 'The body is larger than the limit of 262144 bytes.' },
  ],
  [
    'a document that is too deep',
    { body: query(`{ node(id: "x") { ... on Flag { ${'project { flags { nodes { '.repeat(4)} key ${'} } }'.repeat(4)} } } }`) },
    { status: 400, code: 'OPERATION_LIMIT_EXCEEDED', message: 'Depth of the operation: at most 12 are allowed.' },
  ],
  [
    'a document with too many aliases',
    { body: query(`{ viewer { ${Array.from({ length: 31 }, (_, n) => `a${n}: user { id }`).join(' ')} } }`) },
    { status: 400, code: 'OPERATION_LIMIT_EXCEEDED', message: 'Aliases of the operation: at most 30 are allowed.' },
  ],
  [
    'a document with too many root fields',
    { body: query(`{ ${'viewer { user { id } } '.repeat(21)} }`) },
    { status: 400, code: 'OPERATION_LIMIT_EXCEEDED', message: 'Root fields of the operation: at most 20 are allowed.' },
  ],
  [
    'a document with too many root fields in a fragment',
    { body: query(`{ ...Many } fragment Many on Query { ${'viewer { user { id } } '.repeat(21)} }`) },
    { status: 400, code: 'OPERATION_LIMIT_EXCEEDED', message: 'Root fields of the operation: at most 20 are allowed.' },
  ],
  [
    'a document with too many tokens',
    { body: query(`{ viewer { user { ${'id '.repeat(2_000)} } } }`) },
    {
      status: 400,
      code: 'GRAPHQL_PARSE_FAILED',
      message: 'Syntax Error: Document contains more that 2000 tokens. Parsing aborted.',
    },
  ],
  [
    'an Idempotency-Key with white space',
    { headers: { ...JSON_HEADERS, 'idempotency-key': 'a b' }, body: query('{ viewer { user { id } } }') },
    { status: 400, code: 'BAD_USER_INPUT', message: 'The Idempotency-Key header must have 1 to 200 visible ASCII characters.' },
  ],
  [
    'an Idempotency-Key that is too long',
    { headers: { ...JSON_HEADERS, 'idempotency-key': 'a'.repeat(201) }, body: query('{ viewer { user { id } } }') },
    { status: 400, code: 'BAD_USER_INPUT', message: 'The Idempotency-Key header must have 1 to 200 visible ASCII characters.' },
  ],
];

it.each(cases)('refuses %s', async (_what, raw, { status, code, message }) => {
  const answer = await send(world, raw);

  const error = {
    message: typeof message === 'string' ? message : (expect.stringMatching(message) as string),
    extensions: { code, requestId: answer.headers['x-request-id'] },
  };
  expect(withoutLocations(answer)).toEqual({ errors: [error] });
  expect(answer.status).toBe(status);
  expect(answer.headers['content-type']).toBe('application/json; charset=utf-8');
  expect(JSON.stringify(answer.body)).not.toContain('node_modules');
  expect(await answersStill(world)).toBe(true);
});

it('accepts a body of more than 256 KiB from a caller with a credential, for operations that allow large bodies', async () => {
  const headers = { ...JSON_HEADERS, ...authorization(world.owner.accessToken) };
  const filler = ` #${'x'.repeat(300 * KIB)}`;

  const evaluation = await send(world, {
    headers,
    body: query(`{ evaluate(environmentId: "none", contexts: [{}]) { revision } }${filler}`),
  });
  const viewer = await send(world, { headers, body: query(`{ viewer { user { email } } }${filler}`) });
  const both = await send(world, {
    headers,
    body: query(`{ evaluate(environmentId: "none", contexts: [{}]) { revision } viewer { user { id } } }${filler}`),
  });

  expect(evaluation).toMatchObject({ status: 200, body: { data: { evaluate: null } } });
  const message = 'The body is larger than the limit of 262144 bytes for this operation.';
  for (const answer of [viewer, both]) {
    expect(answer).toMatchObject({ status: 413, body: { errors: [{ message, extensions: { code: 'PAYLOAD_TOO_LARGE' } }] } });
  }
});

it('refuses a body of more than 8 MiB from everybody', async () => {
  const headers = { ...JSON_HEADERS, ...authorization(world.owner.accessToken) };

  const answer = await send(world, { headers, body: query(`#${'x'.repeat(8 * KIB * KIB)}`) });

  const message = 'The body is larger than the limit of 8388608 bytes.';
  expect(answer.status).toBe(413);
  expect(answer.body).toEqual({
    errors: [{ message, extensions: { code: 'PAYLOAD_TOO_LARGE', requestId: answer.headers['x-request-id'] } }],
  });
  expect(await answersStill(world)).toBe(true);
});

it('accepts a large body only from a caller whose credential is valid', async () => {
  const body = query(`#${'x'.repeat(300 * KIB)}`);

  const invalid = await send(world, { headers: { ...JSON_HEADERS, ...authorization('nothing that we gave') }, body });
  const empty = await send(world, { headers: { ...JSON_HEADERS, authorization: '' }, body });
  const elsewhere = await send(world, { path: '/nothing', headers: JSON_HEADERS, body });

  expect([invalid.status, empty.status, elsewhere.status]).toEqual([401, 413, 404]);
  expect(await answersStill(world)).toBe(true);
});

it('gives each request an id of its own, and keeps a safe id of the client only in the log', async () => {
  const ids = ['client-1.a_B', 'client-1.a_B', 'a b"\\'];
  const answers: RawAnswer[] = [];
  for (const id of ids) answers.push(await sendQuery(world, '{ nothing }', { 'x-request-id': id }));
  const own = answers.map(({ headers }) => headers['x-request-id']);
  const lines = await eventually(async () => {
    const found = own.map((id) => world.logLines().find(({ requestId }) => requestId === id));
    return found.includes(undefined) ? null : found;
  });

  expect(own.filter((id) => !/^[0-9a-f-]{36}$/.test(String(id)))).toEqual([]);
  expect(new Set(own).size).toBe(3);
  expect(answers.map(({ body }) => (body as { errors: object[] }).errors)).toMatchObject(
    own.map((requestId) => [{ extensions: { requestId } }]),
  );
  expect(lines.map((line) => line!.clientRequestId)).toEqual(['client-1.a_B', 'client-1.a_B', undefined]);
});

it('logs one line for each request, with its id and without its credential', async () => {
  const requestId = uniqueKey('request');

  await sendQuery(world, '{ nothing }', { 'x-request-id': requestId, ...authorization(world.owner.accessToken) });
  const lines = await eventually(async () => {
    const found = world.logLines().filter((line) => line.clientRequestId === requestId);
    return found.length > 0 ? found : null;
  });

  expect(lines).toMatchObject([{ method: 'POST', path: '/graphql', status: 400, address: '127.0.0.1', msg: 'request' }]);
  expect(JSON.stringify(lines)).not.toContain(world.owner.accessToken);
});

/** graphql-js determines the locations. */
function withoutLocations({ body }: RawAnswer): unknown {
  const { errors } = body as { errors?: { locations?: unknown }[] };
  return { ...(body as object), errors: errors?.map(({ locations: _locations, ...error }) => error) };
}

it('refuses variables that nest deep enough to exhaust the stack, and keeps serving', async () => {
  const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
  const query = 'mutation ($input: LogInInput!) { logIn(input: $input) { userErrors { code } } }';
  const body = `{"query": ${JSON.stringify(query)}, "variables": {"input": ${deep}}}`;

  const answer = await send(world, { body });

  expect(answer).toMatchObject({
    status: 400,
    body: {
      errors: [
        {
          message: 'variables: at most 200 levels of nesting are allowed.',
          extensions: { code: 'OPERATION_LIMIT_EXCEEDED' },
        },
      ],
    },
  });
  expect(await answersStill(world)).toBe(true);
});
