/** One contract for every bell: in memory always, over Redis when the run has one. */
import { Redis } from 'ioredis';
import type { Bell } from '../../src/delivery/bell';
import { createMemoryBell } from '../../src/delivery/memory-bell';
import { createRedisBell } from '../../src/redis/redis-bell';
import { eventually, uniqueKey } from '../support/make';
import { Stopwatch } from '../support/stopwatch';
import { hasRedisServer, prepareOwnRedis, startOwnRedis, type OwnRedis } from '../support/own-redis';

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
async function untilHeard(bell: Bell, head: string, heard: readonly unknown[]): Promise<void> {
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
    const [first, head] = [uniqueKey('first'), uniqueKey('head')];
    const heard: unknown[] = [];
    await bell.listen(
      // Other tests ring heads that have a name.
      (name) => {
        if (!name || name === first || name === head) heard.push(name);
      },
      () => undefined,
    );
    await untilHeard(bell, first, heard);

    bell.ring(new Set());
    await untilHeard(bell, head, heard);
    await bell.close();

    expect(new Set(heard)).toEqual(new Set([first, head]));
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

  it('says of its own end nothing', async () => {
    const states: string[] = [];
    const bell = createRedisBell({ url: REDIS_URL, onStateChange: (state) => void states.push(state) });
    await listenFor(bell, []);
    await connected(bell);

    await bell.close();
    // Its connections end a moment later.
    await new Promise((resolve) => setTimeout(resolve, 300));

    expect(states).toEqual(['connected']);
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

const ownServers: OwnRedis[] = [];
afterEach(async () => {
  for (const server of ownServers.splice(0)) await server.remove();
});

async function prepare(): Promise<OwnRedis> {
  const server = await prepareOwnRedis();
  ownServers.push(server);
  return server;
}

if (hasRedisServer) {
  it('starts without Redis, never throws or waits, and is heard when Redis comes', async () => {
    const server = await prepare();
    const states: string[] = [];
    const bell = createRedisBell({ url: server.url, onStateChange: (state) => void states.push(state) });
    const head = uniqueKey('head');
    const heard = await listenFor(bell, [head]);

    for (let i = 0; i < 100; i++) bell.ring(new Set([head]));
    const wasConnected = bell.isConnected();
    await server.start();
    await connected(bell);
    await untilHeard(bell, head, heard);
    await bell.close();

    expect(wasConnected).toBe(false);
    expect(states[0]).toBe('connected');
  });

  it('says once that Redis is away and once that it is back, asks for a look, and is heard again', async () => {
    const server = await prepare();
    await server.start();
    const states: string[] = [];
    const bell = createRedisBell({ url: server.url, onStateChange: (state) => void states.push(state) });
    const [before, after] = [uniqueKey('before'), uniqueKey('after')];
    const heard: string[] = [];
    let reconnects = 0;
    await bell.listen(
      (head) => void heard.push(head),
      () => void reconnects++,
    );
    await connected(bell);
    await untilHeard(bell, before, heard);

    await server.kill();
    await eventually(async () => !bell.isConnected());
    bell.ring(new Set(['lost']));
    await server.start();
    await connected(bell);
    await untilHeard(bell, after, heard);
    await bell.close();

    expect(states.slice(0, 3)).toEqual(['connected', 'lost', 'connected']);
    expect(reconnects).toBe(2);
    expect(heard).not.toContain('lost');
  });
}

describe('a bell over a Redis of its own', () => {
  const run = hasRedisServer ? it : it.skip;
  let redis: OwnRedis;
  const states: string[] = [];
  const bellsHere: Bell[] = [];
  const rejections: unknown[] = [];
  const noteRejection = (reason: unknown): void => void rejections.push(reason);

  beforeEach(() => {
    states.length = 0;
    rejections.length = 0;
    process.on('unhandledRejection', noteRejection);
  });
  afterEach(async () => {
    for (const bell of bellsHere.splice(0)) await bell.close();
    await redis.remove();
    process.off('unhandledRejection', noteRejection);
    expect(rejections).toEqual([]);
  });

  function createOwnBell(url = redis.url): Bell {
    const bell = createRedisBell({ url, onStateChange: (state) => void states.push(state) });
    bellsHere.push(bell);
    return bell;
  }

  run('hears again after its connections were killed by an operator', async () => {
    redis = await startOwnRedis();
    const bell = createOwnBell();
    const heard = await listenFor(bell, ['before', 'after']);
    await untilHeard(bell, 'before', heard);

    await redis.client().call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await eventually(async () => states.includes('lost'));
    await untilHeard(bell, 'after', heard);

    expect(states).toEqual(['connected', 'lost', 'connected']);
  });

  run('notices within 15 s that Redis stands still, keeps no rings for it, and hears again when it goes on', async () => {
    redis = await startOwnRedis();
    const bell = createOwnBell();
    const heard = await listenFor(bell, ['before', 'meanwhile', 'after']);
    await untilHeard(bell, 'before', heard);

    redis.pause();
    const stopwatch = new Stopwatch();
    await eventually(async () => {
      for (let i = 0; i < 1_000; i++) bell.ring(new Set([`head-${i}`]));
      return !bell.isConnected();
    });
    const noticedMs = stopwatch.stop();
    bell.ring(new Set(['meanwhile']));
    redis.resume();
    await untilHeard(bell, 'after', heard);

    expect(noticedMs).toBeLessThan(15_000);
    expect(heard).not.toContain('meanwhile');
  });

  run('lives with a wrong password, and begins when it is right', async () => {
    redis = await startOwnRedis({ password: 'right' });
    const bell = createOwnBell(redis.url.replace('right', 'wrong'));
    const heard = await listenFor(bell, ['head']);
    bell.ring(new Set(['head']));
    const admin = redis.client();
    await admin.ping();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const wasConnected = bell.isConnected();

    await admin.config('SET', 'requirepass', 'wrong');
    await untilHeard(bell, 'head', heard);

    expect(wasConnected).toBe(false);
  });

  run('lives with a refused subscription, and begins when it is allowed', async () => {
    redis = await startOwnRedis();
    const admin = redis.client();
    await admin.call('ACL', 'SETUSER', 'flagstaff', 'on', '>secret', '+@all', 'resetchannels', '~*');
    const bell = createOwnBell(redis.url.replace('redis://', 'redis://flagstaff:secret@'));
    const heard = await listenFor(bell, ['head']);
    await eventually(async () => String(await admin.call('CLIENT', 'LIST')).includes('user=flagstaff'));
    bell.ring(new Set(['head']));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const wasConnected = bell.isConnected();

    await admin.call('ACL', 'SETUSER', 'flagstaff', 'allchannels');
    await untilHeard(bell, 'head', heard);

    expect(wasConnected).toBe(false);
  });

  run('passes over messages that are too long, and goes on', async () => {
    redis = await startOwnRedis();
    const bell = createOwnBell();
    const heard = await listenFor(bell, ['first', 'marker', 'last']);
    await untilHeard(bell, 'first', heard);
    const stranger = redis.client();
    const long = JSON.stringify({ heads: ['last', ...Array.from({ length: 20_000 }, (_, n) => `head-${n}`)] });

    await stranger.publish('flagstaff:heads', long);
    await stranger.publish('flagstaff:heads', Buffer.alloc(5_000_000, 0x5b));
    // What was published before it has come by then.
    await untilHeard(bell, 'marker', heard);
    const before = [...new Set(heard)];
    await untilHeard(bell, 'last', heard);

    expect(before).toEqual(['first', 'marker']);
  });

  run('is closed at any moment without a rejection that nobody handles', async () => {
    redis = await startOwnRedis();
    for (let i = 0; i < 20; i++) {
      const bell = createOwnBell();
      await bell.listen(
        () => undefined,
        () => undefined,
      );
      bell.ring(new Set(['head']));
      await new Promise((resolve) => setTimeout(resolve, i));
      await bell.close();
      bell.ring(new Set(['head']));
    }
    await new Promise((resolve) => setImmediate(resolve));

    expect(rejections).toEqual([]);
  });
});
