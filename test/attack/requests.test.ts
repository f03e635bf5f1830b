/** Requests that are meant to hurt: bodies, headers, paths and methods. */
import { request } from 'node:http';
import { connect } from 'node:net';
import { Bystander } from '../support/bystander';
import { eventually, makeApiKey, makeEnvironment, makeFlag, makeProject, uniqueKey } from '../support/make';
import { answersStill, JSON_HEADERS, send, sendQuery } from '../support/raw';
import { answerOver, STREAM_PATH, TRANSPORTS, type Answer } from '../support/transports';
import { authorization, createWorld, type World } from '../support/world';

let world: World;
let bystander: Bystander;
beforeAll(async () => {
  world = await createWorld({ env: { OPERATION_COST_MAX: '500000' } });
  bystander = await Bystander.enter(world);
});
afterAll(async () => {
  bystander.leave();
  await world.close();
});

const VIEWER = '{ viewer { user { id } } }';
/** Unsuitable for servers that are sent megabytes, which may take longer on a busy machine. */
const HASTY = { REQUEST_TIMEOUT_MS: '1000' };

async function refusalOf(raw: Parameters<typeof send>[1]): Promise<unknown> {
  const { status, body } = await send(world, raw);
  const { errors } = body as { errors?: { message: string; extensions: { code: string } }[] };
  return { status, errors: errors?.map(({ message, extensions }) => [extensions.code, message]) };
}

const isCut = (code: string | undefined): boolean => code === 'ECONNRESET' || code === 'EPIPE';

/** The server's answer to raw bytes. */
function rawAnswer(text: string, to: Pick<World, 'url'> = world): Promise<string> {
  const { port } = new URL(to.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.setEncoding('utf8').on('data', (part: string) => (answer += part));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => (isCut(code) ? resolve(answer) : reject(new Error(code))));
    socket.on('close', () => resolve(answer));
  });
}

const own = () => ({ ...JSON_HEADERS, ...authorization(world.owner.accessToken) });

it('refuses a document of 1 MB to everybody', async () => {
  const body = JSON.stringify({ query: `{ viewer { user { id } } } ${'#'.repeat(1_000_000)}` });

  expect(await refusalOf({ body })).toEqual({
    status: 413,
    errors: [['PAYLOAD_TOO_LARGE', 'The body is larger than the limit of 262144 bytes.']],
  });
  expect(await refusalOf({ headers: own(), body })).toEqual({
    status: 413,
    errors: [['PAYLOAD_TOO_LARGE', 'The body is larger than the limit of 262144 bytes for this operation.']],
  });
  expect(await answersStill(world)).toBe(true);
});

it('refuses variables of 7 MiB where large bodies are not allowed, and limits those that are', async () => {
  const many = Array.from({ length: 400_000 }, (_, i) => `key-${i}`);
  const node = {
    query:
      'query ($ids: [String!]!) { evaluate(environmentId: "none", contexts: [], flagKeys: $ids) { revision } viewer { user { id } } }',
    variables: { ids: many },
  };
  const evaluate = {
    query: 'query ($ids: [String!]!) { evaluate(environmentId: "none", contexts: [{}], flagKeys: $ids) { revision } }',
    variables: { ids: many },
  };

  expect(await refusalOf({ headers: own(), body: JSON.stringify(node) })).toEqual({
    status: 413,
    errors: [['PAYLOAD_TOO_LARGE', 'The body is larger than the limit of 262144 bytes for this operation.']],
  });
  expect(
    await refusalOf({
      headers: own(),
      body: JSON.stringify({ ...evaluate, variables: { ids: [...many, ...many.slice(0, 100_001)] } }),
    }),
  ).toEqual({
    status: 400,
    errors: [
      [
        'OPERATION_LIMIT_EXCEEDED',
        'The operation costs 500002 points; at most 500000 are allowed. The list that costs most is evaluate, with up to 1 × 500001 objects. Ask for smaller pages.',
      ],
    ],
  });
  expect(await answersStill(world)).toBe(true);
});

it.each([
  ['/graphql', 'Operation batching disabled.'],
  [STREAM_PATH, 'query must be the text of a GraphQL document.'],
])('refuses batches, however small, at %s', async (path, message) => {
  const batch = (length: number): string => JSON.stringify(Array.from({ length }, () => ({ query: VIEWER })));
  const refused = { status: 400, errors: [['BAD_REQUEST', message]] };

  const { answer, isServed } = await bystander.beside(`1,000 operations in a body at ${path}`, () =>
    refusalOf({ path, body: batch(1_000) }),
  );

  expect(await refusalOf({ path, body: batch(1) })).toEqual(refused);
  expect(answer).toEqual(refused);
  expect(isServed).toBe(true);
});

it.each(['subscription { flagChanged { revision } }', 'mutation { logOut(input: {}) { userErrors { code } } }'])(
  'refuses by GET what is no query: %s',
  async (query) => {
    const headers = { 'apollo-require-preflight': 'true' };
    const answer = await send(world, { method: 'GET', path: `/graphql?query=${encodeURIComponent(query)}`, headers });

    expect(answer).toMatchObject({
      status: 405,
      headers: { allow: 'POST' },
      body: { errors: [{ extensions: { code: 'METHOD_NOT_ALLOWED' } }] },
    });
  },
);

it('refuses a subscription by POST', async () => {
  const message = 'Subscriptions are served over WebSocket (subprotocol graphql-transport-ws) at the same path, not over HTTP.';

  expect(await refusalOf({ body: JSON.stringify({ query: 'subscription { flagChanged { revision } }' }) })).toEqual({
    status: 400,
    errors: [['SUBSCRIPTION_OVER_HTTP', message]],
  });
});

it('refuses persisted queries, and stores none', async () => {
  const extensions = { persistedQuery: { version: 1, sha256Hash: 'a'.repeat(64) } };
  const refusal = {
    status: 400,
    errors: [['BAD_REQUEST', 'Persisted queries are not supported; send the text of the operation as `query`.']],
  };

  expect(await refusalOf({ body: JSON.stringify({ extensions }) })).toEqual(refusal);
  expect(await refusalOf({ body: JSON.stringify({ query: VIEWER, extensions }) })).toEqual(refusal);
});

it('cuts off a client that sends its body drop by drop', async () => {
  const head = 'POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100000\r\n\r\n{';

  const hasty = await createWorld({ env: HASTY });
  const honest = await Bystander.enter(hasty);
  const { answer, isServed } = await honest.beside('a body drop by drop', () => rawAnswer(head, hasty));
  honest.leave();
  await hasty.close();

  expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
  expect(answer).toContain('{"errors":[{"message":"The request did not arrive in time.","extensions":{"code":"BAD_REQUEST"');
  expect(isServed).toBe(true);
});

it('cuts off a client that sends its headers drop by drop', async () => {
  const hasty = await createWorld({ env: HASTY });
  const answer = await rawAnswer('POST /graphql HTTP/1.1\r\nHost: x\r\nX-', hasty);
  await hasty.close();

  expect(answer).toMatch(/^HTTP\/1\.1 408 Request Timeout\r\n/);
});

it('answers malformed HTTP, and headers that are too large, in its own shape', async () => {
  expect(await rawAnswer('hello\r\n\r\n')).toMatch(
    /^HTTP\/1\.1 400 Bad Request\r\n[^]*\{"errors":\[\{"message":"Malformed HTTP request\."/,
  );
  const large = `GET /graphql HTTP/1.1\r\nHost: x\r\nX-Large: ${'x'.repeat(100_000)}\r\n\r\n`;
  expect(await rawAnswer(large)).toMatch(/^HTTP\/1\.1 431 [^]*"code":"BAD_REQUEST"/);
});

it.each(['/%E0%A4%A', '/%', '/graphiql/graphql-ws/%ff'])('answers in its own shape to the malformed path %s', async (path) => {
  const answer = await send(world, { method: 'GET', path, headers: {} });

  const requestId = answer.headers['x-request-id'];
  expect(answer.status).toBe(400);
  expect(answer.body).toEqual({
    errors: [{ message: 'The path of the URL is malformed.', extensions: { code: 'BAD_REQUEST', requestId } }],
  });
});

it.each(['/graphql', '/nothing', '/livez', '/%'])(
  'tells browsers with every answer to trust it with nothing: %s',
  async (path) => {
    const { headers } = await send(world, { method: 'GET', path, headers: {} });

    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    });
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('server');
  },
);

it('lets GraphiQL run its own scripts only, none of which stands in the page', async () => {
  const { headers, body } = await send(world, { method: 'GET', path: '/graphiql', headers: {} });
  const policy = String(headers['content-security-policy']);

  expect(policy).toContain("frame-ancestors 'none'");
  expect(/script-src ([^;]*)/.exec(policy)?.[1]).toBe("'self'");
  expect(String(body)).not.toMatch(/<script[^>]*>[^<]/);
});

it('escapes everything in the log with which a client could forge a line', async () => {
  const requestId = uniqueKey('request');
  const forged = '\\n{"level":30,"msg":"forged"}';

  await send(world, {
    method: 'GET',
    path: `/nothing${encodeURIComponent('\n{"msg":"forged"}\r\n')}`,
    headers: { 'x-request-id': requestId },
  });
  await sendQuery(world, VIEWER, { 'user-agent': forged, 'x-request-id': forged, referer: forged });
  const lines = await eventually(async () => {
    const found = world.logLines().filter((line) => line.clientRequestId === requestId);
    return found.length > 0 ? found : null;
  });

  expect(lines).toHaveLength(1);
  expect(world.logLines().filter(({ msg }) => msg === 'forged')).toEqual([]);
});

it('returns no header that a client wrote', async () => {
  const answer = await rawAnswer(
    'GET /graphql?x=%0d%0aset-cookie:%20a=b HTTP/1.1\r\nHost: x\r\nX-Request-Id: a%0d%0aset-cookie: a=b\r\nConnection: close\r\n\r\n',
  );

  expect(answer.toLowerCase()).not.toContain('set-cookie');
});

it.each(TRANSPORTS)('takes keys of prototypes for what they are over %s', async (transport) => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  await makeFlag(project);
  const secret = await makeApiKey(project, environment);
  const query =
    'query ($attributes: JSONObject) { evaluate(contexts: [{ targetingKey: "a", attributes: $attributes }]) { results { evaluations { reason } } } }';
  const given = (attributes: string): Promise<Answer> =>
    answerOver(transport, world, { query, variables: { attributes: JSON.parse(attributes) as object } }, secret);

  const polluting = await given('{"__proto__":{"isAdmin":true}}');
  const constructor = await given('{"constructor":{"prototype":{"isAdmin":true}}}');
  const harmless = await given('{"toString":1,"hasOwnProperty":2,"valueOf":3}');

  const served = { data: { evaluate: { results: [{ evaluations: [{ reason: 'DISABLED' }] }] } }, errors: [] };
  expect([polluting, constructor, harmless]).toMatchObject([served, served, served]);
  expect(({} as { isAdmin?: boolean }).isAdmin).toBeUndefined();
  expect(await answersStill(world)).toBe(true);
});

it('answers several pipelined requests, and closes a connection with thousands of them', async () => {
  const get = (connection: string): string => `GET /livez HTTP/1.1\r\nHost: x\r\nConnection: ${connection}\r\n\r\n`;

  const several = await rawAnswer(get('keep-alive').repeat(99) + get('close'));
  const { answer: thousands, isServed } = await bystander.beside('10,000 requests at once on a connection', () =>
    rawAnswer(get('keep-alive').repeat(10_000)),
  );

  const answersIn = (text: string): number => text.match(/HTTP\/1\.1 200 OK/g)?.length ?? 0;
  expect(answersIn(several)).toBe(100);
  expect(answersIn(thousands)).toBeLessThan(1_000);
  expect(isServed).toBe(true);
});

it('survives a client that goes away in the middle of its body', async () => {
  await new Promise<void>((resolve) => {
    const outgoing = request(world.url, { method: 'POST', headers: { ...JSON_HEADERS, 'content-length': '1000' } });
    outgoing.on('error', () => resolve());
    outgoing.write('{"query":');
    setImmediate(() => outgoing.destroy());
    outgoing.on('close', () => resolve());
  });

  expect(await answersStill(world)).toBe(true);
});
