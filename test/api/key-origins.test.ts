/** Pages on which CLIENT and MOBILE keys work, over HTTP and WebSocket, and the headers for browsers. */
import { make, makeEnvironment, makeFlag, makeProject, mutate, type MadeProject } from '../support/make';
import { chainLength, lastChange, refusalOf } from '../support/members';
import { send, type RawAnswer } from '../support/raw';
import { openSocket } from '../support/raw-socket';
import { createWorld, type World } from '../support/world';

const SHOP = 'https://shop.example.com';
const OWN = 'https://console.example.com';

let world: World;
beforeAll(async () => {
  world = await createWorld({ env: { ALLOWED_ORIGINS: OWN } });
});
afterAll(() => world.close());

interface PageKey {
  readonly id: string;
  readonly secret: string;
  readonly project: MadeProject;
}

async function makePageKey(input: object = {}): Promise<PageKey> {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  await makeFlag(project, { isClientAvailable: true });
  const whole = { environmentId: environment.id, kind: 'CLIENT', name: 'A page', ...input };
  const made = await make<{ secret: string; apiKey: { id: string } }>(
    project.client,
    'createApiKey',
    whole,
    'secret apiKey { id }',
  );
  return { id: made.apiKey.id, secret: made.secret, project };
}

const QUERY = '{ evaluate(contexts: [{ targetingKey: "ada" }]) { results { targetingKey } } }';

function post(credential: string | null, origin: string | null, path = '/graphql', query = QUERY): Promise<RawAnswer> {
  const authorization = credential === null ? {} : { authorization: `Bearer ${credential}` };
  const headers = { 'content-type': 'application/json', ...authorization, ...(origin === null ? {} : { origin }) };
  return send(world, {
    path,
    headers,
    body: JSON.stringify(path === '/graphql' ? { query } : { context: { targetingKey: 'ada' } }),
  });
}

/** The parts of an answer that matter for CORS. */
const corsOf = ({ status, headers }: RawAnswer): unknown[] => [
  status,
  headers['access-control-allow-origin'] ?? null,
  headers['access-control-allow-credentials'] ?? null,
  String(headers.vary).includes('Origin'),
];

/** The server's answer to a page of the origin that connects with the credential. */
async function connect(credential: string, origin: string | null): Promise<unknown> {
  const socket = await openSocket(world, ['graphql-transport-ws'], origin === null ? {} : { headers: { origin } });
  socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${credential}` } });
  const outcome = await Promise.race([socket.closed, socket.next()]);
  socket.close();
  return outcome;
}

it('stores origins as browsers write them, without duplicates, and shows them', async () => {
  const allowedOrigins = ['HTTPS://Shop.Example.com:443', SHOP, 'https://bücher.example:8443', 'http://localhost:3000'];
  const { id, project } = await makePageKey({ allowedOrigins });
  const kept = [SHOP, 'https://xn--bcher-kva.example:8443', 'http://localhost:3000'];

  const { node } = await project.client.request<{ node: object }>(
    'query ($id: ID!) { node(id: $id) { ... on ApiKey { allowedOrigins } } }',
    { id },
  );

  expect(node).toEqual({ allowedOrigins: kept });
  expect((await lastChange(world, project.organizationId)).items).toEqual([
    expect.objectContaining({ after: expect.objectContaining({ allowedOrigins: kept }) as object }),
  ]);
});

it.each(['/graphql', '/ofrep/v1/evaluate/flags'])('lets a key through from its origins and from no page, at %s', async (path) => {
  const { secret } = await makePageKey({ allowedOrigins: [SHOP, 'http://localhost:3000'] });

  expect(corsOf(await post(secret, SHOP, path))).toEqual([200, SHOP, null, true]);
  expect(corsOf(await post(secret, 'http://localhost:3000', path))).toEqual([200, 'http://localhost:3000', null, true]);
  expect(corsOf(await post(secret, null, path))).toEqual([200, null, null, true]);
});

it.each([
  'https://shop.example.com.evil.org',
  'https://evil.org',
  'http://shop.example.com',
  'https://shop.example.com:8443',
  'https://SHOP.example.com',
  'https://shop.example.com/',
  'https://shop.example.com/path',
  'https://xn--shop-example-com.evil.org',
  'null',
  OWN,
])('refuses a key on a page of %s, over HTTP and WebSocket, and tells the page why', async (origin) => {
  const { secret } = await makePageKey({ allowedOrigins: [SHOP] });
  const message = `This API key may not be used from the origin "${origin}".`;

  const answer = await post(secret, origin);

  expect(corsOf(answer)).toEqual([403, origin, null, true]);
  expect(answer.body).toEqual({
    errors: [expect.objectContaining({ message, extensions: expect.objectContaining({ code: 'FORBIDDEN' }) as object })],
  });
  expect((await post(secret, origin, '/ofrep/v1/evaluate/flags')).status).toBe(403);
  expect(await connect(secret, origin)).toEqual({ code: 4403, reason: message });
});

it('lets a key connect from its origins and from no page, over WebSocket', async () => {
  const { secret } = await makePageKey({ kind: 'MOBILE', allowedOrigins: [SHOP] });

  expect(await connect(secret, SHOP)).toEqual({ type: 'connection_ack' });
  expect(await connect(secret, null)).toEqual({ type: 'connection_ack' });
});

it('lets a key without a list work on any page', async () => {
  const { secret } = await makePageKey({ allowedOrigins: [] });
  const anywhere = 'https://anywhere.example';

  expect(corsOf(await post(secret, anywhere))).toEqual([200, anywhere, null, true]);
  expect(await connect(secret, anywhere)).toEqual({ type: 'connection_ack' });
});

it('lets pages of other sites read nothing that was asked without a key for pages', async () => {
  const { project, secret } = await makePageKey();
  const [{ environment_id: environmentId }] = await world.app.database.connection.query<[{ environment_id: string }]>(
    'SELECT environment_id FROM api_key WHERE organization_id = $1',
    [project.organizationId],
  );
  const server = await make<{ secret: string }>(
    project.client,
    'createApiKey',
    { environmentId, kind: 'SERVER', name: 'S' },
    'secret',
  );
  const evil = 'https://evil.org';

  // Without a credential the answer is only that one is needed, which any page may read.
  expect((await post(null, evil)).headers['access-control-allow-origin']).toBe(evil);
  const viewer = '{ viewer { user { id } } }';
  for (const [credential, query] of [
    [server.secret, QUERY],
    [world.owner.accessToken, viewer],
  ] as const) {
    const answer = await post(credential, evil, '/graphql', query);
    expect([answer.headers['access-control-allow-origin'], answer.headers.vary]).toEqual([
      undefined,
      expect.stringContaining('Origin'),
    ]);
    expect((await post(credential, OWN)).headers['access-control-allow-origin']).toBe(OWN);
  }
  expect(await connect(server.secret, evil)).toEqual({
    code: 4403,
    reason: 'Pages from the origin "https://evil.org" may not connect.',
  });
  expect(await connect(secret, evil)).toEqual({ type: 'connection_ack' });
});

it.each(['/graphql', '/ofrep/v1/evaluate/flags'])(
  'answers a preflight of any origin at %s, for it carries no credential',
  async (path) => {
    const headers = {
      origin: 'https://anywhere.example',
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization',
    };

    const answer = await send(world, { method: 'OPTIONS', path, headers });

    expect(corsOf(answer)).toEqual([204, 'https://anywhere.example', null, true]);
    expect(answer.headers['access-control-allow-methods']).toBe('GET, POST');
    expect(answer.headers['access-control-allow-headers']).toContain('authorization');
    const plain = await send(world, { method: 'OPTIONS', path, headers: { origin: 'https://anywhere.example' } });
    expect(plain.headers['access-control-allow-origin']).toBeUndefined();
  },
);

it('changes origins and name of a key immediately, and records nothing for equal values', async () => {
  const { id, secret, project } = await makePageKey({ allowedOrigins: [SHOP] });
  const selection = 'apiKey { name allowedOrigins }';
  const before = await chainLength(world, project.organizationId);

  const first = await mutate(
    project.client,
    'updateApiKey',
    { apiKeyId: id, allowedOrigins: ['https://Other.example'] },
    selection,
  );
  const same = await mutate(
    project.client,
    'updateApiKey',
    { apiKeyId: id, name: 'A page', allowedOrigins: ['https://other.example'] },
    selection,
  );
  const outcomes = [(await post(secret, SHOP)).status, (await post(secret, 'https://other.example')).status];
  const any = await mutate(project.client, 'updateApiKey', { apiKeyId: id, name: 'Any', allowedOrigins: null }, selection);

  expect(first).toEqual({ apiKey: { name: 'A page', allowedOrigins: ['https://other.example'] }, userErrors: [] });
  expect(same).toEqual(first);
  expect(any).toEqual({ apiKey: { name: 'Any', allowedOrigins: null }, userErrors: [] });
  expect(outcomes).toEqual([403, 200]);
  expect((await post(secret, SHOP)).status).toBe(200);
  expect(await chainLength(world, project.organizationId)).toBe(before + 2);
  expect((await lastChange(world, project.organizationId)).kind).toBe('API_KEY_UPDATED');
});

it('keeps the origins when a key is rotated', async () => {
  const { id, project } = await makePageKey({ allowedOrigins: [SHOP] });

  const { secret } = await make<{ secret: string }>(project.client, 'rotateApiKey', { apiKeyId: id }, 'secret');

  expect([(await post(secret, SHOP)).status, (await post(secret, 'https://evil.org')).status]).toEqual([200, 403]);
});

it('reports all invalid origins together, of new and of existing keys, and writes nothing', async () => {
  const { id, project } = await makePageKey({ allowedOrigins: [SHOP] });
  const before = await chainLength(world, project.organizationId);
  const form = 'must have the form https://host or https://host:port, without path or wildcard; http is for localhost only.';
  const allowedOrigins = [
    SHOP,
    '',
    'null',
    'https://a.example/x',
    'https://*.a.example',
    'https://a\u0000',
    `https://${'a'.repeat(300)}`,
  ];

  const { userErrors } = await mutate(
    project.client,
    'updateApiKey',
    { apiKeyId: id, name: '', allowedOrigins },
    'apiKey { id }',
  );
  const [place] = await world.app.database.connection.query<[{ environment_id: string }]>(
    'SELECT environment_id FROM api_key WHERE id = $1',
    [id],
  );
  const input = { environmentId: place.environment_id, kind: 'MOBILE', name: 'M', allowedOrigins: Array<string>(51).fill(SHOP) };
  const many = await mutate(project.client, 'createApiKey', input, 'secret');
  const server = await mutate(project.client, 'createApiKey', { ...input, kind: 'SERVER', allowedOrigins: [SHOP] }, 'secret');

  const at = (i: number): string[] => ['input', 'allowedOrigins', String(i)];
  expect(userErrors).toEqual([
    { code: 'BLANK', message: 'Key name must not be empty.', path: ['input', 'name'] },
    { code: 'BLANK', message: 'Origin must not be empty.', path: at(1) },
    { code: 'INVALID', message: `Origin "null" ${form}`, path: at(2) },
    { code: 'INVALID', message: `Origin "https://a.example/x" ${form}`, path: at(3) },
    { code: 'INVALID', message: `Origin "https://*.a.example" ${form}`, path: at(4) },
    { code: 'INVALID', message: `Origin "https://a\\u0000" ${form}`, path: at(5) },
    { code: 'TOO_LONG', message: 'Origin has 308 characters; at most 270 are allowed.', path: at(6) },
  ]);
  expect(many.userErrors).toEqual([
    {
      code: 'OUT_OF_RANGE',
      message: 'Allowed origins: 51 were given; at most 50 are allowed.',
      path: ['input', 'allowedOrigins'],
    },
  ]);
  expect(server.userErrors).toEqual([
    {
      code: 'INVALID',
      message: 'Only CLIENT and MOBILE keys have allowed origins, not SERVER keys.',
      path: ['input', 'allowedOrigins'],
    },
  ]);
  expect(await chainLength(world, project.organizationId)).toBe(before);
  expect(await refusalOf(mutate(world.client(), 'updateApiKey', { apiKeyId: id }, 'apiKey { id }'))).toEqual(
    expect.objectContaining({ code: 'UNAUTHENTICATED' }),
  );
});
