/** The line of a request in the log: who asked for what, at which cost, and whether it was refused. */
import { connect, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { eventually, makeProject, uniqueKey, type Made, type MadeProject } from '../support/make';
import { makeMember, type Person } from '../support/members';
import { send } from '../support/raw';
import { openSocket } from '../support/raw-socket';
import { makeSceneWithKey } from '../support/scene';
import { authorization, createWorld, type World } from '../support/world';
import packageJson from '../../package.json';

let world: World;
let project: MadeProject;
let environment: Made;
let flag: Made;
let secret: string;
beforeAll(async () => {
  world = await createWorld();
  ({ project, environment, flag, secret } = await makeSceneWithKey(world));
});
afterAll(() => world.close());

type Line = Record<string, unknown>;

const tokenOf = ({ client }: Person): string =>
  String((client.requestConfig.headers as Record<string, string>).authorization).replace('Bearer ', '');

/** The line of a request with this body. */
async function lineOf(query: string, { credential = '', variables = {}, at = world } = {}): Promise<Line> {
  const id = uniqueKey('request');
  const headers = { 'content-type': 'application/json', 'x-request-id': id, ...authorization(credential || undefined) };
  await send(at, { method: 'POST', path: '/graphql', headers, body: JSON.stringify({ query, variables }) });
  return eventually(async () => at.logLines().find(({ clientRequestId }) => clientRequestId === id));
}

const fact = ({ operationName, rootFields, actor, cost, errorCodes, status }: Line): Line => ({
  ...{ operationName, rootFields, actor, cost, errorCodes, status },
});

const NONE = { operationName: undefined, rootFields: undefined, cost: undefined, errorCodes: undefined };
const EVALUATE = 'query Decide { evaluate(contexts: [{ targetingKey: "ada" }]) { results { evaluations { reason } } } }';

it('names operation, root fields, actor and cost, whichever way an answer takes', async () => {
  const { id: userId } = (
    await world.client(world.owner.accessToken).request<{ viewer: { user: { id: string } } }>('{ viewer { user { id } } }')
  ).viewer.user;
  const managed = await lineOf('query Mine { viewer { user { id } } again: viewer { user { id } } }', {
    credential: world.owner.accessToken,
  });
  // The first is answered by way of the framework at most, the others from memory.
  const evaluated = [await lineOf(EVALUATE, { credential: secret }), await lineOf(EVALUATE, { credential: secret })];

  expect(fact(managed)).toEqual({ ...NONE, operationName: 'Mine', rootFields: ['viewer'], actor: userId, cost: 4, status: 200 });
  const expected = { ...NONE, operationName: 'Decide', rootFields: ['evaluate'], cost: evaluated[0]!.cost, status: 200 };
  expect(evaluated.map(fact)).toEqual(Array(2).fill({ ...expected, actor: expect.stringMatching(/^key_|^api_key_/) as string }));
  expect(evaluated[0]!.cost).toBeGreaterThan(0);
});

it('says how long a request took, whichever way it was answered', async () => {
  const logIn = 'mutation ($input: LogInInput!) { logIn(input: $input) { userErrors { message } } }';
  const input = { email: world.owner.email, password: 'not the password' };
  const startedAt = performance.now();

  const managed = await lineOf(logIn, { variables: { input } });
  const evaluated = await lineOf(EVALUATE, { credential: secret });

  const elapsedMs = performance.now() - startedAt;
  // A password is hashed, which takes longer than the tenth of a millisecond that is told.
  expect(managed.durationMs).toBeGreaterThan(0);
  expect(evaluated.durationMs).toBeGreaterThanOrEqual(0);
  expect(Number(managed.durationMs) + Number(evaluated.durationMs)).toBeLessThan(elapsedMs + 1);
});

it('names the server and its version', async () => {
  const line = await lineOf(EVALUATE, { credential: secret });

  expect([line.server, line.version]).toEqual([`${hostname()}/${process.pid}`, packageJson.version]);
});

it('tells a refusal with status 200 from a success', async () => {
  const viewer = await makeMember(world, 'VIEWER', { organizationId: project.organizationId });
  const toggle = `mutation Switch($input: ToggleFlagInput!) { toggleFlag(input: $input) { userErrors { message } } }`;
  const input = { flagId: flag.id, environmentId: environment.id, isEnabled: true };

  const forbidden = await lineOf(toggle, { credential: tokenOf(viewer), variables: { input } });
  const stale = await lineOf(`mutation Rename($input: UpdateFlagInput!) { updateFlag(input: $input) { flag { id } } }`, {
    credential: world.owner.accessToken,
    variables: { input: { flagId: flag.id, expectedVersion: 99, name: 'x' } },
  });

  expect(fact(forbidden)).toMatchObject({ status: 200, errorCodes: ['FORBIDDEN'], operationName: 'Switch', actor: viewer.id });
  expect(fact(stale)).toMatchObject({ status: 200, errorCodes: ['STALE_VERSION'], operationName: 'Rename' });
});

it('has the code of what is refused before any operation', async () => {
  const malformed = await lineOf('{ nothing }', { credential: world.owner.accessToken });
  const unknown = await lineOf(EVALUATE, { credential: 'fs_server_nobody' });

  expect(fact(malformed)).toMatchObject({ status: 400, errorCodes: ['GRAPHQL_VALIDATION_FAILED'] });
  expect(fact(unknown)).toEqual({ ...NONE, actor: undefined, status: 401, errorCodes: ['UNAUTHENTICATED'] });
});

const lineWith = (id: string): Promise<Line> =>
  eventually(async () => world.logLines().find(({ clientRequestId }) => clientRequestId === id));

it('has the code and the cost of what is answered over OFREP', async () => {
  const ask = async (key: string, credential: string): Promise<Line> => {
    const id = uniqueKey('request');
    const headers = { 'content-type': 'application/json', 'x-request-id': id, ...authorization(credential) };
    const body = JSON.stringify({ context: { targetingKey: 'ada' } });
    await send(world, { method: 'POST', path: `/ofrep/v1/evaluate/flags/${key}`, headers, body });
    return lineWith(id);
  };

  expect(await ask(flag.key, secret)).toMatchObject({ status: 200, cost: 1 });
  expect(await ask('nothing', secret)).toMatchObject({ status: 404, errorCodes: ['FLAG_NOT_FOUND'] });
  expect(await ask(flag.key, 'fs_server_nobody')).toMatchObject({ status: 401, errorCodes: ['UNAUTHENTICATED'] });
});

it('has the code of a batch, which no operation began', async () => {
  const id = uniqueKey('request');
  const headers = { 'content-type': 'application/json', 'x-request-id': id, ...authorization(secret) };
  await send(world, { method: 'POST', path: '/graphql', headers, body: `[{"query":${JSON.stringify(EVALUATE)}}]` });

  expect(await lineWith(id)).toMatchObject({ status: 400, errorCodes: ['BAD_REQUEST'] });
});

it('is there for a body that was refused, and for a client that left', async () => {
  const [refused, left] = [uniqueKey('request'), uniqueKey('request')];
  const { host, hostname: address, port } = new URL(world.url);
  const begin = (id: string, length: number): Promise<Socket> =>
    new Promise((resolve) => {
      const socket = connect(Number(port), address, () => {
        const head = [`POST /graphql HTTP/1.1`, `host: ${host}`, `authorization: Bearer ${secret}`, `x-request-id: ${id}`];
        socket.write([...head, 'content-type: application/json', `content-length: ${length}`, '', '{"query":'].join('\r\n'));
        setTimeout(() => resolve(socket), 100);
      }).on('error', () => undefined);
    });
  const sockets = [await begin(refused, 9_000_000), await begin(left, 1_000)];
  for (const socket of sockets) socket.destroy();

  expect(await lineWith(refused)).toMatchObject({ status: 413, errorCodes: ['PAYLOAD_TOO_LARGE'], address: '127.0.0.1' });
  expect(await lineWith(left)).toMatchObject({ status: 499, address: '127.0.0.1' });
});

it('has the same facts of an operation over a socket, once it has ended or its subscription has begun', async () => {
  const socket = world.socket(secret);
  const query = 'subscription Follow { flagChanged { __typename } }';
  const good = socket.iterate({ query });
  const wrong = `subscription Wrong { flagChanged(environmentId: "environment_${'0'.repeat(32)}") { __typename } }`;
  const bad = socket.iterate({ query: wrong });
  const answers = [good.next(), bad.next()].map((answer) => answer.catch((error: unknown) => error));

  const lines = await eventually(async () => {
    const found = world.logLines().filter(({ msg, socket: isSocket }) => msg === 'operation' && isSocket === true);
    return found.length === 2 ? found : null;
  });
  await good.return?.();
  await answers[1];

  const byName = new Map(lines.map((line) => [line.operationName, line]));
  expect(byName.get('Follow')).toMatchObject({ rootFields: ['flagChanged'], path: '/graphql', address: '127.0.0.1' });
  expect(byName.get('Follow')!.errorCodes).toBeUndefined();
  expect(byName.get('Wrong')!.errorCodes).toEqual(['FORBIDDEN']);
});

/** Writes bytes on a connection of their own, and waits for its end. */
const sendBytes = (bytes: string): Promise<string> =>
  new Promise((resolve) => {
    const { hostname: address, port } = new URL(world.url);
    let answer = '';
    const socket = connect(Number(port), address, () => socket.write(bytes));
    socket
      .on('data', (chunk) => (answer += chunk.toString('latin1')))
      .on('close', () => resolve(answer))
      .on('error', () => undefined);
  });

const POST = 'POST /graphql HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
const SOCKET = 'connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n';

it.each([
  [
    'a path that cannot be decoded',
    'GET /% HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n',
    { method: 'GET', path: '/%', status: 400 },
  ],
  ['what is not HTTP', 'hello\r\n\r\n', { status: 400 }],
  ['headers that are too large', `GET /livez HTTP/1.1\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, { status: 431 }],
  [
    'a body whose chunks are malformed',
    `${POST}transfer-encoding: chunked\r\n\r\nnone\r\n`,
    { method: 'POST', path: '/graphql', status: 400 },
  ],
  [
    'a WebSocket at another path',
    `GET /other HTTP/1.1\r\nhost: x\r\n${SOCKET}sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n`,
    { method: 'GET', path: '/other', status: 404, errorCodes: ['NOT_FOUND'] },
  ],
  [
    'a WebSocket without a key',
    `GET /graphql HTTP/1.1\r\nhost: x\r\n${SOCKET}\r\n`,
    { method: 'GET', path: '/graphql', status: 400 },
  ],
])('has one line of %s', async (_name, bytes, expected) => {
  const before = world.logLines().filter(({ msg }) => msg === 'request').length;
  const answer = await sendBytes(bytes);
  const lines = await eventually(async () => {
    const found = world.logLines().filter(({ msg }) => msg === 'request');
    return found.length > before && found.slice(before);
  });

  const [, status] = answer.split(' ');
  const [, requestId] = /x-request-id: (\S+)/i.exec(answer) ?? [];
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ errorCodes: ['BAD_REQUEST'], ...expected, address: '127.0.0.1' });
  expect([String(lines[0]!.status), lines[0]!.requestId]).toEqual([status, requestId]);
});

it.each([
  [4400, 'Invalid message received', ['nonsense']],
  [
    4403,
    'The access token or API key is not valid, has expired, or was revoked.',
    [{ type: 'connection_init', payload: { authorization: 'Bearer wrong' } }],
  ],
  [4429, 'Too many initialisation requests', [{ type: 'connection_init' }, { type: 'connection_init' }]],
  [4401, 'Unauthorized', [{ type: 'subscribe', id: '1', payload: { query: '{ viewer { __typename } }' } }]],
])('has one line of a socket that is closed with %i', async (code, reason, messages) => {
  const closedLines = (): Line[] => world.logLines().filter(({ msg }) => msg === 'socket closed');
  const before = closedLines().length;
  const socket = await openSocket(world);
  for (const message of messages) socket.send(message);

  expect(await socket.closed).toEqual({ code, reason });
  const lines = await eventually(async () => closedLines().length > before && closedLines().slice(before));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toMatchObject({ path: '/graphql', socket: true, address: '127.0.0.1', closeCode: code, reason });
});

it('is only information, whatever clients did wrong', () => {
  const refused = world.logLines().filter(({ errorCodes }) => errorCodes !== undefined);

  expect(refused.length).toBeGreaterThan(10);
  expect(world.logLines().filter(({ level }) => level !== 30)).toEqual([]);
});

it('is accompanied by one error, of the same request, when the fault is ours', async () => {
  await world.app.database.connection.query('ALTER TABLE organization RENAME TO elsewhere');
  const line = await lineOf('{ organizations { totalCount } }', { credential: world.owner.accessToken });
  await world.app.database.connection.query('ALTER TABLE elsewhere RENAME TO organization');

  const aboveInformation = world.logLines().filter(({ level }) => Number(level) > 30);
  expect(line.errorCodes).toEqual(['INTERNAL_SERVER_ERROR']);
  expect(aboveInformation).toMatchObject([{ level: 50, requestId: line.requestId, msg: 'request failed' }]);
});

it('leaves out the usual answers to probes', async () => {
  const statuses: number[] = [];
  for (const path of ['/livez', '/readyz', '/livez']) {
    statuses.push((await send(world, { method: 'GET', path, headers: {} })).status);
  }
  await lineOf(EVALUATE, { credential: secret });

  expect(statuses).toEqual([200, 200, 200]);
  expect(world.logLines().filter(({ path }) => path === '/livez' || path === '/readyz')).toEqual([]);
});

it.each([
  ['failed', [[['FORBIDDEN'], 200]]],
  ['none', []],
])('with LOG_REQUESTS=%s writes fewer', async (logged, expected) => {
  const quiet = await createWorld({ env: { LOG_REQUESTS: logged } });
  const own = await makeProject(quiet);
  const viewer = await makeMember(quiet, 'VIEWER', { organizationId: own.organizationId });
  const input = { organizationId: own.organizationId, key: 'new', name: 'New' };
  await viewer.client
    .request('mutation ($input: CreateProjectInput!) { createProject(input: $input) { userErrors { message } } }', { input })
    .catch(() => undefined);
  // Lines are written once an answer has left.
  await new Promise((resolve) => setTimeout(resolve, 200));
  const lines = quiet.logLines().filter(({ msg }) => msg === 'request');
  await quiet.close();

  expect(lines.map(({ errorCodes, status }) => [errorCodes, status])).toEqual(expected);
});
