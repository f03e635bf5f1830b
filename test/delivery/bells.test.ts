/** One contract for every bell: in memory always, over Redis when the run has one. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import type { Bell } from '../../src/delivery/bell';
import { createMemoryBell } from '../../src/delivery/memory-bell';
import { createRedisBell } from '../../src/delivery/redis-bell';
import { eventually, uniqueKey } from '../support/make';
import { freePort } from '../support/processes';

/** Heads of other tests travel over the same Redis: only those of this test are kept. */
async function listenFor(bell: Bell, heads: readonly string[]): Promise<string[]> {
  const heard: string[] = [];
  await bell.listen(
    (head) => {
      if (heads.includes(head)) heard.push(head);
    },
    () => undefined,
  );
  return heard;
}

const connected = (bell: Bell): Promise<true> => eventually(async () => (bell.isConnected() ? (true as const) : null));

/** Rings until it is heard: the subscription over Redis begins a moment after `listen`. */
async function untilHeard(bell: Bell, head: string, heard: readonly string[]): Promise<void> {
  await eventually(async () => {
    bell.ring(new Set([head]));
    await new Promise((resolve) => setTimeout(resolve, 20));
    return heard.includes(head);
  });
}

const bells: [string, () => Bell][] = [['in memory', createMemoryBell]];
const { REDIS_URL } = process.env;
if (REDIS_URL) bells.push(['over Redis', () => createRedisBell({ url: REDIS_URL, onStateChange: () => undefined })]);

describe.each(bells)('a bell %s', (_where, createBell) => {
  it('is heard by every listener of its own, several heads with one ring, in their order', async () => {
    const bell = createBell();
    const [first, second, last] = [uniqueKey('a'), uniqueKey('b'), uniqueKey('c')];
    const one = await listenFor(bell, [first, second, last]);
    const other = await listenFor(bell, [second, last]);
    await connected(bell);
    const marker = uniqueKey('marker');
    const markers = [await listenFor(bell, [marker]), await listenFor(bell, [marker])];
    for (const heard of markers) await untilHeard(bell, marker, heard);

    bell.ring(new Set([first, second]));
    bell.ring(new Set([last]));
    await eventually(async () => one.includes(last) && other.includes(last));
    await bell.close();

    expect({ one, other }).toEqual({ one: [first, second, last], other: [second, last] });
  });

  it('does not call back before the ring has returned', async () => {
    const bell = createBell();
    const head = uniqueKey('head');
    const heard = await listenFor(bell, [head]);

    bell.ring(new Set([head]));
    const heardAtOnce = [...heard];
    await bell.close();

    expect(heardAtOnce).toEqual([]);
  });

  it('rings into the void without a listener and after it was closed', async () => {
    const bell = createBell();
    const head = uniqueKey('head');

    bell.ring(new Set([head]));
    await bell.close();

    expect(() => bell.ring(new Set([head]))).not.toThrow();
    await bell.close();
  });

  it('takes an empty ring for none', async () => {
    const bell = createBell();
    const head = uniqueKey('head');
    const heard = await listenFor(bell, [head]);
    await connected(bell);

    bell.ring(new Set());
    await untilHeard(bell, head, heard);
    await bell.close();

    expect(new Set(heard)).toEqual(new Set([head]));
  });
});

if (REDIS_URL) {
  it('carries a ring from one process to another', async () => {
    const [near, far] = [0, 1].map(() => createRedisBell({ url: REDIS_URL, onStateChange: () => undefined })) as [Bell, Bell];
    const head = uniqueKey('head');
    const heard = await listenFor(far, [head]);
    await Promise.all([connected(near), connected(far)]);

    await untilHeard(near, head, heard);
    await Promise.all([near.close(), far.close()]);

    expect(new Set(heard)).toEqual(new Set([head]));
  });

  it('passes over messages that are not its own, and goes on', async () => {
    const bell = createRedisBell({ url: REDIS_URL, onStateChange: () => undefined });
    const stranger = new Redis(REDIS_URL);
    const [head, long] = [uniqueKey('head'), `${uniqueKey('long')}${'x'.repeat(100)}`];
    const heard = await listenFor(bell, [head, long, '7', 'null']);
    await connected(bell);
    const foreign = ['', 'not JSON', '{', 'null', '7', '"text"', '[]', '{"heads":7}', '{"heads":[7,null,{}]}', '\u0000'];

    for (const message of [...foreign, JSON.stringify({ heads: [long] })]) await stranger.publish('flagstaff:heads', message);
    await untilHeard(bell, head, heard);
    await bell.close();
    stranger.disconnect();

    expect(new Set(heard)).toEqual(new Set([head]));
  });
}

const servers: ChildProcess[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await stop(server);
});

async function startRedis(port: number): Promise<ChildProcess> {
  const server = spawn('redis-server', ['--port', String(port), '--save', '', '--appendonly', 'no', '--bind', '127.0.0.1'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  servers.push(server);
  let output = '';
  server.stdout.on('data', (data: Buffer) => (output += data.toString('utf8')));
  await eventually(async () => output.includes('Ready to accept connections'));
  return server;
}

async function stop(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exited = once(server, 'exit');
  server.kill('SIGKILL');
  await exited;
}

const hasRedisServer = spawnSync('redis-server', ['--version']).status === 0;

if (hasRedisServer) {
  it('starts without Redis, never throws or waits, and is heard when Redis comes', async () => {
    const port = await freePort();
    const states: string[] = [];
    const bell = createRedisBell({ url: `redis://127.0.0.1:${port}`, onStateChange: (state) => void states.push(state) });
    const head = uniqueKey('head');
    const heard = await listenFor(bell, [head]);

    for (let i = 0; i < 100; i++) bell.ring(new Set([head]));
    const wasConnected = bell.isConnected();
    await startRedis(port);
    await connected(bell);
    await untilHeard(bell, head, heard);
    await bell.close();

    expect(wasConnected).toBe(false);
    expect(states[0]).toBe('connected');
  });

  it('says once that Redis is away and once that it is back, asks for a look, and is heard again', async () => {
    const port = await freePort();
    const first = await startRedis(port);
    const states: string[] = [];
    const bell = createRedisBell({ url: `redis://127.0.0.1:${port}`, onStateChange: (state) => void states.push(state) });
    const [before, after] = [uniqueKey('before'), uniqueKey('after')];
    const heard: string[] = [];
    let reconnects = 0;
    await bell.listen(
      (head) => void heard.push(head),
      () => void reconnects++,
    );
    await connected(bell);
    await untilHeard(bell, before, heard);

    await stop(first);
    await eventually(async () => !bell.isConnected());
    bell.ring(new Set(['lost']));
    await startRedis(port);
    await connected(bell);
    await untilHeard(bell, after, heard);
    await bell.close();

    expect(states.slice(0, 3)).toEqual(['connected', 'lost', 'connected']);
    expect(reconnects).toBe(2);
    expect(heard).not.toContain('lost');
  });
}
