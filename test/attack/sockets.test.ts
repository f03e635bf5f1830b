/** Sockets that are meant to hurt: each ends with the code of the protocol, or lives on; others are served. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { WebSocket, WebSocketServer } from 'ws';
import { SocketConnection, type SocketHost } from '../../src/socket-connection';
import { SocketAdmission } from '../../src/socket-admission';
import { makeApiKey, makeEnvironment, makeProject } from '../support/make';
import { answersStill } from '../support/raw';
import { openAcknowledged, openSocket, socketUrlOf } from '../support/raw-socket';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const VIEWER = '{ viewer { user { id } } }';

it('closes a socket that begins with 50 MB', async () => {
  const socket = await openSocket(world);

  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: 'x'.repeat(50 * 1024 * 1024) } }));

  expect((await socket.closed).code).toBe(1009);
  expect(await answersStill(world)).toBe(true);
});

it('closes a socket that sends a frame of more than 64 KiB later on', async () => {
  const socket = await openAcknowledged(world);

  socket.send({ id: '1', type: 'subscribe', payload: { query: VIEWER + '#'.repeat(64 * 1024) } });

  expect((await socket.closed).code).toBe(1009);
});

it('answers or refuses each of 10,000 operations on one socket, and lives on', async () => {
  const socket = await openAcknowledged(world);
  for (let id = 0; id < 10_000; id++) socket.send({ id: String(id), type: 'subscribe', payload: { query: VIEWER } });

  const [outcomes, isServed] = await Promise.all([outcomesOf(socket, 10_000), answersStill(world)]);
  socket.send({ type: 'ping' });

  expect(outcomes.size).toBe(10_000);
  expect(new Set(outcomes.values())).toEqual(new Set(['next', 'A socket may have 100 operations at once.']));
  expect(isServed).toBe(true);
  socket.close();
});

/** By operation: `next` when it was answered, else why not. */
async function outcomesOf(socket: Awaited<ReturnType<typeof openAcknowledged>>, count: number): Promise<Map<string, string>> {
  const outcomes = new Map<string, string>();
  while (outcomes.size < count) {
    const { id, type, payload } = (await socket.next()) as { id: string; type: string; payload: { message: string }[] };
    if (type !== 'complete') outcomes.set(id, type === 'error' ? payload[0]!.message : type);
  }
  return outcomes;
}

it('takes ids and connection parameters that are keys of prototypes', async () => {
  const socket = await openSocket(world);
  socket.send('{"type":"connection_init","payload":{"__proto__":{"authorization":"Bearer x"},"constructor":1}}');
  const acknowledged = await socket.next();
  const answers = [];
  for (const id of ['__proto__', 'constructor', 'toString']) {
    socket.send(`{"id":"${id}","type":"subscribe","payload":{"query":"${VIEWER}","variables":{"__proto__":{"x":1}}}}`);
    answers.push(await socket.next(), await socket.next());
  }

  expect(acknowledged).toEqual({ type: 'connection_ack' });
  expect(answers).toEqual(
    ['__proto__', 'constructor', 'toString'].flatMap((id) => [
      { id, type: 'next', payload: { data: { viewer: null } } },
      { id, type: 'complete' },
    ]),
  );
  expect(({} as { authorization?: string }).authorization).toBeUndefined();
  socket.close();
});

it.each([
  'null',
  '[]',
  '7',
  '{}',
  '{"type":"nothing"}',
  '{"type":"subscribe"}',
  '{"type":"subscribe","id":"","payload":{"query":"x"}}',
  '{"type":"complete"}',
])('closes a socket that sends %s with 4400', async (message) => {
  const socket = await openAcknowledged(world);

  socket.send(message);

  expect((await socket.closed).code).toBe(4400);
});

it('closes a socket with 4429 only for beginning twice, however much it asks', async () => {
  const socket = await openSocket(world);
  socket.send({ type: 'connection_init' });
  socket.send({ type: 'connection_init' });

  expect((await socket.closed).code).toBe(4429);
});

it('closes a socket with 4500 when the server fails, and says nothing of why', async () => {
  const lines: string[] = [];
  const log = pino({}, { write: (line: string) => void lines.push(line) });
  const http = createServer().listen(0);
  const sockets = new WebSocketServer({ server: http, handleProtocols: () => 'graphql-transport-ws' });
  const host = {
    log,
    live: { format: () => [], run: () => Promise.reject(new Error('a secret of the database')) },
    access: { generation: 0 },
    createContext: async () => ({ actor: { kind: 'ANONYMOUS' } }),
    onBegun: () => undefined,
    onClosed: () => undefined,
  } as unknown as SocketHost;
  const request = { address: '127.0.0.1', userAgent: '', origin: null, host: '' };
  sockets.on('connection', (socket) => new SocketConnection(socket, request, host));
  const socket = await openAcknowledged({ url: `http://127.0.0.1:${(http.address() as AddressInfo).port}` } as World);

  socket.send({ id: '1', type: 'subscribe', payload: { query: VIEWER } });

  expect(await socket.closed).toEqual({ code: 4500, reason: 'Internal server error' });
  expect(lines.map((line) => (JSON.parse(line) as { err: { message: string } }).err.message)).toEqual([
    'a secret of the database',
  ]);
  sockets.close();
  http.close();
});

it('lets many idle sockets be, closes those that never begin, and serves beside them', async () => {
  const idle = await Promise.all(Array.from({ length: 100 }, () => openAcknowledged(world)));
  const silent = await Promise.all(Array.from({ length: 20 }, () => openSocket(world)));

  const isServed = await answersStill(world);
  const codes = await Promise.all(silent.map(async ({ closed }) => (await closed).code));

  expect(isServed).toBe(true);
  expect(new Set(codes)).toEqual(new Set([4408]));
  for (const socket of idle) socket.close();
});

/** Status and headers of a refused upgrade; null when it was accepted. */
async function upgradeRefusal(of: Pick<World, 'url'>): Promise<{ status?: number; retryAfter?: string } | null> {
  const socket = new WebSocket(socketUrlOf(of), ['graphql-transport-ws']);
  const refused = new Promise<{ status?: number; retryAfter?: string }>((resolve) => {
    socket.on('unexpected-response', (_request, response) => {
      resolve({ status: response.statusCode, retryAfter: response.headers['retry-after'] });
      response.resume();
    });
    socket.on('error', () => undefined);
  });
  return Promise.race([refused, once(socket, 'open').then(() => null)]);
}

it('refuses sockets beyond those that may be waiting to begin with 503, and takes more when they have begun', async () => {
  const few = await createWorld({ env: { SOCKETS_PENDING_MAX: '3' } });
  const pending = await Promise.all([openSocket(few), openSocket(few), openSocket(few)]);

  const refused = await upgradeRefusal(few);
  const isServed = await answersStill(few);
  pending[0].send({ type: 'connection_init' });
  await pending[0].next();
  const accepted = await upgradeRefusal(few);

  expect(refused).toEqual({ status: 503, retryAfter: '1' });
  expect(isServed).toBe(true);
  expect(accepted).toBeNull();
  await few.close();
});

it('lets in so many sockets a second, and a second of them at once', () => {
  let now = 0;
  const admission = new SocketAdmission({ acceptRate: 10, pendingMax: 1_000, now: () => now });
  const accepted = (asked: number): number =>
    Array.from({ length: asked }, () => admission.refusal()).filter((refusal) => refusal === null).length;

  const atOnce = accepted(50);
  now = 500;
  const later = accepted(50);
  now = 100_000;

  expect([atOnce, later, accepted(50)]).toEqual([10, 5, 10]);
});

it('charges each operation of a socket, and refuses what is beyond with an error while the socket stays', async () => {
  const small = await createWorld({ env: { RATE_LIMIT_SERVER_KEY: '50' } });
  const project = await makeProject(small);
  const secret = await makeApiKey(project, await makeEnvironment(project));
  const socket = await openAcknowledged(small, secret);
  for (let id = 0; id < 60; id++)
    socket.send({ id: String(id), type: 'subscribe', payload: { query: '{ viewer { __typename } }' } });

  const outcomes = [...(await outcomesOf(socket, 60)).values()];
  socket.send({ type: 'ping' });

  const refused = outcomes.filter((outcome) => /^Too many cost points: at most 50 a minute are allowed\./.test(outcome));
  expect(outcomes.filter((outcome) => outcome === 'next').length + refused.length).toBe(60);
  expect(refused.length).toBeGreaterThanOrEqual(10);
  let last: unknown;
  do last = await socket.next();
  while ((last as { type: string }).type === 'complete');
  expect(last).toEqual({ type: 'pong' });
  socket.close();
  await small.close();
});
