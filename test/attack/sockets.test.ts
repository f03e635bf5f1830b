/** Sockets that are meant to hurt: each ends with the code of the protocol, or stays open; others are served. */
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { LiveOperations } from '../../src/subscriptions/live-operations';
import { SocketAdmission } from '../../src/subscriptions/socket-admission';
import { Bystander } from '../support/bystander';
import { makeApiKey, makeEnvironment, makeProject } from '../support/make';
import { answersStill } from '../support/raw';
import { openAcknowledged, openSocket, socketUrlOf } from '../support/raw-socket';
import { scaled } from '../support/scale';
import { createWorld, type World } from '../support/world';
import { whileBroken } from '../surface/support/faults';

jest.setTimeout(240_000);

let world: World;
let bystander: Bystander;
beforeAll(async () => {
  world = await createWorld();
  bystander = await Bystander.enter(world);
});
afterAll(async () => {
  bystander.leave();
  await world.close();
});

const VIEWER = '{ viewer { user { id } } }';
/** Hashes a password, which takes several turns of the event loop. */
const SLOW = 'logIn(input: { email: "nobody@example.com", password: "x" }) { accessToken }';
const IDLE = scaled(10_000, 2_000);
const IDLE_SOCKETS = join(__dirname, '../support/idle-sockets.cjs');
const FLOOD = join(__dirname, '../support/flood.cjs');

it('closes a socket whose first message has 50 MB', async () => {
  const init = JSON.stringify({ type: 'connection_init', payload: { authorization: 'x'.repeat(50 * 1024 * 1024) } });

  const { answer: code, isServed } = await bystander.beside('50 MB to begin with', async () => {
    const socket = await openSocket(world);
    socket.send(init);
    return (await socket.closed).code;
  });

  expect(code).toBe(1009);
  expect(isServed).toBe(true);
});

it('closes a socket that sends a frame of more than 64 KiB later on', async () => {
  const socket = await openAcknowledged(world);

  socket.send({ id: '1', type: 'subscribe', payload: { query: VIEWER + '#'.repeat(64 * 1024) } });

  expect((await socket.closed).code).toBe(1009);
});

it('handles one message of a socket in each turn of the event loop, however many come at once', async () => {
  const socket = await openAcknowledged(world);
  let turns = 0;
  let isOver = false;
  const count = (): void => {
    turns++;
    if (!isOver) setImmediate(count);
  };
  count();

  for (let i = 0; i < 500; i++) socket.send({ type: 'ping' });
  for (let i = 0; i < 500; i++) await socket.next();
  isOver = true;

  expect(turns).toBeGreaterThanOrEqual(500);
  socket.close();
});

it('answers or refuses each of 10,000 operations on one socket, and keeps serving', async () => {
  const flood = async (): Promise<unknown> => messageOf(fork(FLOOD, [socketUrlOf(world), '10000']));

  const { answer, isServed } = await bystander.beside('10,000 operations on one socket', flood);

  const { outcomes } = answer as { outcomes: Record<string, number> };
  expect(['next', 'A socket may have at most 100 operations at once.']).toEqual(expect.arrayContaining(Object.keys(outcomes)));
  expect(Object.values(outcomes).reduce((sum, each) => sum + each)).toBe(10_000);
  expect(isServed).toBe(true);
});

async function messageOf(child: ChildProcess): Promise<unknown> {
  return (await once(child, 'message'))[0] as unknown;
}

/** Outcome by operation: `next` when it was answered, otherwise the reason. */
async function outcomesOf(socket: Awaited<ReturnType<typeof openAcknowledged>>, count: number): Promise<Map<string, string>> {
  const outcomes = new Map<string, string>();
  while (outcomes.size < count) {
    const { id, type, payload } = (await socket.next()) as { id: string; type: string; payload: { message: string }[] };
    if (type !== 'complete') outcomes.set(id, type === 'error' ? payload[0]!.message : type);
  }
  return outcomes;
}

/** Text that would be a separate log line, a header, or an order to a terminal. */
const FORGED = 'x\r\n{"level":30,"msg":"forged"}\nset-cookie: a=b\u001b[31m\u2028';

it('treats lines and headers as text, wherever a socket may send them', async () => {
  const refused = await openSocket(world);
  refused.send({ type: 'connection_init', payload: { authorization: `Bearer ${FORGED}`, [FORGED]: FORGED } });
  const page = await openSocket(world, ['graphql-transport-ws'], { headers: { origin: 'https://x\t{"msg":"forged"}' } });
  page.send({ type: 'connection_init' });
  const socket = await openSocket(world, ['graphql-transport-ws'], { headers: { 'user-agent': 'x\t{"msg":"forged"}' } });
  socket.send({ type: 'connection_init', payload: { [FORGED]: FORGED } });
  const answers = [await socket.next()];
  socket.send({ id: FORGED, type: 'subscribe', payload: { query: `query A { viewer { __typename } }`, operationName: FORGED } });
  answers.push(await socket.next());
  socket.send({ type: 'ping', payload: { [FORGED]: FORGED } });
  answers.push(await socket.next());

  const message = `Unknown operation named ${JSON.stringify(FORGED)}.`;
  const error = { message, extensions: { code: 'OPERATION_RESOLUTION_FAILURE', requestId: expect.any(String) as string } };
  const reason = 'The Authorization header must have the form "Bearer <access token or API key>".';
  expect(await refused.closed).toEqual({ code: 4403, reason });
  expect(await page.closed).toEqual({ code: 4403, reason: expect.stringMatching(/^[\x20-\x7e]+$/) as string });
  expect(answers).toEqual([
    { type: 'connection_ack' },
    { id: FORGED, type: 'error', payload: [error] },
    { type: 'pong', payload: { [FORGED]: FORGED } },
  ]);
  expect(world.logLines().filter(({ msg }) => msg === 'forged')).toEqual([]);
  socket.close();
});

it('leaves an id that does not fit a close frame out of the reason', async () => {
  const socket = await openAcknowledged(world, world.owner.accessToken);
  const payload = { query: `mutation { a: ${SLOW} }` };

  socket.send({ id: FORGED, type: 'subscribe', payload });
  socket.send({ id: FORGED, type: 'subscribe', payload });

  expect(await socket.closed).toEqual({ code: 4409, reason: 'Subscriber already exists' });
});

it('truncates the name of an operation in the log', async () => {
  const socket = await openAcknowledged(world);
  const operationName = `Long${'x'.repeat(60_000)}`;

  socket.send({ id: '1', type: 'subscribe', payload: { query: VIEWER, operationName } });
  await socket.next();

  const names = world.logLines().flatMap((line) => (String(line.operationName).startsWith('Long') ? [line.operationName] : []));
  expect(names).toEqual([operationName.slice(0, 100)]);
  socket.close();
});

it('accepts ids and connection parameters that are keys of prototypes', async () => {
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

it('closes a socket that sends text which is not UTF-8 with 1007', async () => {
  const socket = new WebSocket(socketUrlOf(world), ['graphql-transport-ws']);
  await once(socket, 'open');

  socket.send(Buffer.from([0x7b, 0xff, 0x7d]), { binary: false });

  expect((await once(socket, 'close'))[0]).toBe(1007);
  expect(await answersStill(world)).toBe(true);
});

it('closes a socket with 4429 only for initializing twice, however much it asks', async () => {
  const socket = await openSocket(world);
  socket.send({ type: 'connection_init' });
  socket.send({ type: 'connection_init' });

  expect((await socket.closed).code).toBe(4429);
});

it('closes a socket with 4500 when the server fails, without the reason', async () => {
  const socket = await openAcknowledged(world);
  const fail = (): Promise<never> => Promise.reject(new Error('a secret of the database'));

  const closed = await whileBroken(LiveOperations.prototype, 'run', fail, () => {
    socket.send({ id: '1', type: 'subscribe', payload: { query: VIEWER } });
    return socket.closed;
  });

  const causes = world
    .logLines()
    .flatMap(({ msg, err }) => ((err as { message?: string })?.message === 'a secret of the database' ? [msg] : []));
  expect(closed).toEqual({ code: 4500, reason: 'Internal server error' });
  expect(causes).toEqual(['a socket message could not be handled']);
  expect(await answersStill(world)).toBe(true);
});

it('closes each of many sockets that are never initialized', async () => {
  const silent = await Promise.all(Array.from({ length: 20 }, () => openSocket(world)));

  const { answer: codes, isServed } = await bystander.beside('20 sockets that never begin', () =>
    Promise.all(silent.map(async ({ closed }) => (await closed).code)),
  );

  expect(new Set(codes)).toEqual(new Set([4408]));
  expect(isServed).toBe(true);
});

it(`lets ${IDLE} idle sockets be, and serves beside them`, async () => {
  const patient = await createWorld({ env: { SOCKET_ACCEPT_RATE: '1000000' } });
  const honest = await Bystander.enter(patient);
  const idle = fork(IDLE_SOCKETS, [socketUrlOf(patient), String(IDLE)]);

  const { answer: begun, isServed: isServedMeanwhile } = await honest.beside(`${IDLE} sockets that begin`, () => messageOf(idle));
  const { isServed } = await honest.beside(`${IDLE} idle sockets`, () => sleep(10));
  idle.send('How many?');
  const still = await messageOf(idle);
  idle.kill();
  const { isServed: isServedAfterwards } = await honest.beside(`the end of ${IDLE} sockets`, () => sleep(10));

  expect([begun, still]).toEqual([{ acknowledged: IDLE }, { open: IDLE }]);
  expect([isServedMeanwhile, isServed, isServedAfterwards]).toEqual([true, true, true]);
  honest.leave();
  await patient.close();
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

it('refuses sockets beyond the pending limit with 503, and accepts more when others are initialized', async () => {
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

it('accepts so many sockets per second, and the number of one second at once', () => {
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

it('charges each operation of a socket, and refuses those beyond the limit with an error while the socket stays', async () => {
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
