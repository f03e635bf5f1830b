/** GraphQL over WebSocket: the handshake, its refusals, and the same rules as over HTTP. */
import { openAcknowledged, openSocket } from '../support/raw-socket';
import { makeApiKey, makeEnvironment, makeProject, toggle, uniqueKey } from '../support/make';
import { answersStill } from '../support/raw';
import { makeScene } from '../support/scene';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld({ env: { ALLOWED_ORIGINS: 'https://app.example.com, https://admin.example.com' } });
});
afterAll(() => world.close());

const VIEWER = '{ viewer { user { email } } }';
const refusedUpgrade = (status: number): Error => new Error(`Unexpected server response: ${status}`);

it('closes a socket whose credential is not valid with 4403', async () => {
  const codes = [];

  for (const authorization of ['Bearer nothing', 'Basic abc', 'Bearer']) {
    const socket = await openSocket(world);
    socket.send({ type: 'connection_init', payload: { authorization } });
    codes.push(await socket.closed);
  }

  const form = 'The Authorization header must have the form "Bearer <access token or API key>".';
  const reasons = ['The access token or API key is not valid, has expired, or was revoked.', form, form];
  expect(codes).toEqual(reasons.map((reason) => ({ code: 4403, reason })));
  expect(await answersStill(world)).toBe(true);
});

it('refuses a credential that is not a string', async () => {
  const socket = await openSocket(world);

  socket.send({ type: 'connection_init', payload: { authorization: ['Bearer', 'x'] } });

  expect(await socket.closed).toEqual({ code: 4403, reason: 'The connection parameter authorization must be a string.' });
});

it('acknowledges a socket without a credential, which is anonymous', async () => {
  const socket = await openSocket(world);

  socket.send({ type: 'connection_init' });
  const acknowledged = await socket.next();
  socket.send({ id: '1', type: 'subscribe', payload: { query: VIEWER } });
  const answer = await socket.next();

  expect(acknowledged).toEqual({ type: 'connection_ack' });
  expect(answer).toEqual({ id: '1', type: 'next', payload: { data: { viewer: null } } });
  socket.close();
});

it('closes a socket that is not initialized within 3 seconds with 4408', async () => {
  const socket = await openSocket(world);

  expect(await socket.closed).toEqual({ code: 4408, reason: 'Connection initialisation timeout' });
});

it('accepts a socket that was initialized within 3 seconds although the server was busy', async () => {
  const socket = await openSocket(world);

  socket.send({ type: 'connection_init' });
  // The server is this process.
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3_100);

  expect(await Promise.race([socket.next(), socket.closed])).toEqual({ type: 'connection_ack' });
  socket.close();
});

it('closes a socket that is initialized twice with 4429', async () => {
  const socket = await openAcknowledged(world);

  socket.send({ type: 'connection_init' });

  expect(await socket.closed).toEqual({ code: 4429, reason: 'Too many initialisation requests' });
});

it('closes a socket that subscribes before it is initialized with 4401', async () => {
  const socket = await openSocket(world);

  socket.send({ id: '1', type: 'subscribe', payload: { query: VIEWER } });

  expect(await socket.closed).toEqual({ code: 4401, reason: 'Unauthorized' });
});

it('closes a socket that sends an invalid message with 4400', async () => {
  const socket = await openAcknowledged(world);

  socket.send('{"type":');

  expect((await socket.closed).code).toBe(4400);
  expect(await answersStill(world)).toBe(true);
});

it('closes a socket that uses an id twice with 4409', async () => {
  const project = await makeProject(world);
  const secret = await makeApiKey(project, await makeEnvironment(project));
  const socket = await openAcknowledged(world, secret);
  const payload = { query: 'subscription { flagChanged { revision } }' };

  socket.send({ id: 'same', type: 'subscribe', payload });
  socket.send({ id: 'same', type: 'subscribe', payload });

  expect(await socket.closed).toEqual({ code: 4409, reason: 'Subscriber for same already exists' });
});

it('closes a socket that asks for no subprotocol with 4406, and acknowledges none but its own', async () => {
  const none = await openSocket(world, []);
  const older = await openSocket(world, ['graphql-ws']).catch((error: Error) => error);

  expect(await none.closed).toEqual({ code: 4406, reason: 'Subprotocol not acceptable' });
  expect(older).toEqual(new Error('Server sent no subprotocol'));
});

it('refuses a page of another site as soon as its credential is known', async () => {
  const open = async (origin: string): Promise<unknown> => {
    const socket = await openSocket(world, ['graphql-transport-ws'], { headers: { origin } });
    socket.send({ type: 'connection_init', payload: { authorization: `Bearer ${world.owner.accessToken}` } });
    const outcome = await Promise.race([socket.closed, socket.next()]);
    socket.close();
    return outcome;
  };

  const outcomes = [];
  for (const origin of [
    'https://evil.example.com',
    'https://app.example.com.evil.example.com',
    'http://app.example.com',
    'null',
    'https://app.example.com',
    new URL(world.url).origin,
  ]) {
    outcomes.push(await open(origin));
  }

  const refused = (origin: string): object => ({ code: 4403, reason: `Pages from the origin "${origin}" may not connect.` });
  expect(outcomes).toEqual([
    refused('https://evil.example.com'),
    refused('https://app.example.com.evil.example.com'),
    refused('http://app.example.com'),
    refused('null'),
    { type: 'connection_ack' },
    { type: 'connection_ack' },
  ]);
});

it('refuses an upgrade at another path', async () => {
  const outcome = await openSocket({ url: world.url.replace('/graphql', '/elsewhere') }).catch((error: Error) => error);

  expect(outcome).toEqual(refusedUpgrade(404));
});

it('closes a socket that sends a frame of more than 64 KiB with 1009', async () => {
  const socket = await openSocket(world);

  socket.send({ type: 'connection_init', payload: { text: 'x'.repeat(64 * 1024) } });

  expect((await socket.closed).code).toBe(1009);
  expect(await answersStill(world)).toBe(true);
});

it('answers queries and mutations over the socket', async () => {
  const socket = await openAcknowledged(world, world.owner.accessToken);
  const key = uniqueKey('organization');

  socket.send({ id: 'q', type: 'subscribe', payload: { query: VIEWER } });
  const query = [await socket.next(), await socket.next()];
  const input = { key, name: 'Acme' };
  socket.send({
    id: 'm',
    type: 'subscribe',
    payload: {
      query:
        'mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { organization { key } userErrors { code } } }',
      variables: { input },
    },
  });
  const mutation = [await socket.next(), await socket.next()];

  expect(query).toEqual([
    { id: 'q', type: 'next', payload: { data: { viewer: { user: { email: world.owner.email } } } } },
    { id: 'q', type: 'complete' },
  ]);
  expect(mutation).toEqual([
    { id: 'm', type: 'next', payload: { data: { createOrganization: { organization: { key }, userErrors: [] } } } },
    { id: 'm', type: 'complete' },
  ]);
  socket.close();
});

const requestId = expect.any(String) as string;
const documents: [string, string, string, string][] = [
  ['a syntax error', '{ viewer {', 'GRAPHQL_PARSE_FAILED', 'Syntax Error: Expected Name, found <EOF>.'],
  ['an unknown field', '{ nothing }', 'GRAPHQL_VALIDATION_FAILED', 'Cannot query field "nothing" on type "Query".'],
  [
    'a document that is too deep',
    `{ node(id: "x") { ... on Flag { ${'project { flags { nodes { '.repeat(4)} key ${'} } }'.repeat(4)} } } }`,
    'OPERATION_LIMIT_EXCEEDED',
    'Depth of the operation: at most 12 are allowed.',
  ],
  [
    'too many aliases',
    `{ viewer { ${Array.from({ length: 31 }, (_, n) => `a${n}: user { id }`).join(' ')} } }`,
    'OPERATION_LIMIT_EXCEEDED',
    'Aliases of the operation: at most 30 are allowed.',
  ],
  [
    'too many tokens',
    `{ viewer { user { ${'id '.repeat(2_000)} } } }`,
    'GRAPHQL_PARSE_FAILED',
    'Syntax Error: Document contains more that 2000 tokens. Parsing aborted.',
  ],
  [
    'several operations without a name',
    'query A { viewer { user { id } } } query B { viewer { user { id } } }',
    'OPERATION_RESOLUTION_FAILURE',
    'Must provide operation name if query contains multiple operations.',
  ],
  [
    'a missing variable',
    'query ($id: ID!) { node(id: $id) { id } }',
    'BAD_USER_INPUT',
    'Variable "$id" of required type "ID!" was not provided.',
  ],
  [
    'what an anonymous caller may not ask',
    '{ organizations { nodes { id } } }',
    'UNAUTHENTICATED',
    'This needs a credential: send the header "Authorization: Bearer <access token or API key>".',
  ],
];

it.each(documents)('refuses %s over the socket as over HTTP, and the socket lives on', async (_what, query, code, message) => {
  const socket = await openAcknowledged(world);

  socket.send({ id: '1', type: 'subscribe', payload: { query } });
  const answer = (await socket.next()) as { payload: { errors?: object[] } | object[] };
  const errors = Array.isArray(answer.payload) ? answer.payload : (answer.payload.errors ?? []);
  if ('type' in answer && answer.type === 'next') await socket.next();
  socket.send({ id: '2', type: 'subscribe', payload: { query: VIEWER } });

  expect(errors).toMatchObject([{ message, extensions: { code, requestId } }]);
  expect(JSON.stringify(answer)).not.toContain('node_modules');
  expect(await socket.next()).toEqual({ id: '2', type: 'next', payload: { data: { viewer: null } } });
  socket.close();
});

it('refuses the 101st operation of a socket, and keeps the others', async () => {
  const { project, environment, flag } = await makeScene(world);
  const socket = await openAcknowledged(world, await makeApiKey(project, environment));
  const { epoch } = await toggle(project, flag, environment, true);
  const payload = {
    query: 'subscription ($since: RevisionInput) { flagChanged(since: $since) { revision } }',
    variables: { since: { epoch, revision: 2 } },
  };

  for (let id = 1; id <= 101; id++) socket.send({ id: String(id), type: 'subscribe', payload });
  const refusal = await socket.next();
  const { revision } = await toggle(project, flag, environment, false);
  const events: { id: string }[] = [];
  for (let count = 0; count < 100; count++) events.push((await socket.next()) as { id: string });

  const message = 'A socket may have at most 100 operations at once.';
  expect(refusal).toEqual({
    id: '101',
    type: 'error',
    payload: [{ message, extensions: { code: 'OPERATION_LIMIT_EXCEEDED', requestId } }],
  });
  expect(events.toSorted((a, b) => Number(a.id) - Number(b.id))).toEqual(
    Array.from({ length: 100 }, (_, n) => ({
      id: String(n + 1),
      type: 'next',
      payload: { data: { flagChanged: { revision } } },
    })),
  );
  socket.close();
});

it('ends a subscription that the client completes, and keeps the socket', async () => {
  const { project, environment, flag } = await makeScene(world);
  const socket = await openAcknowledged(world, await makeApiKey(project, environment));
  socket.send({ id: '1', type: 'subscribe', payload: { query: 'subscription { flagChanged { revision } }' } });
  socket.send({ id: '1', type: 'complete' });

  const { epoch, revision } = await toggle(project, flag, environment, true);
  const query = 'query ($min: RevisionInput) { snapshot(minRevision: $min) { revision } }';
  socket.send({ id: '2', type: 'subscribe', payload: { query, variables: { min: { epoch, revision } } } });

  expect(await socket.next()).toEqual({ id: '2', type: 'next', payload: { data: { snapshot: { revision: 2 } } } });
  socket.close();
});
