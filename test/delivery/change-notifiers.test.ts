/** One contract for every change notifier: in memory always, over Redis when the run has one. */
import { Redis } from 'ioredis';
import type { ChangeNotifier } from '../../src/delivery/change-notifier';
import { createMemoryChangeNotifier } from '../../src/delivery/memory-change-notifier';
import { createRedisChangeNotifier } from '../../src/redis/redis-change-notifier';
import { eventually, uniqueKey } from '../support/make';
import { Stopwatch } from '../support/stopwatch';
import { hasRedisServer, prepareOwnRedis, startOwnRedis, type OwnRedis } from '../support/own-redis';

/** Heads of other tests travel over the same Redis: only those of this test are kept. */
async function listenFor(notifier: ChangeNotifier, heads: readonly string[]): Promise<string[]> {
  const heard: string[] = [];
  await notifier.listen(
    (head) => {
      if (heads.includes(head)) heard.push(head);
    },
    () => undefined,
  );
  return heard;
}

const connected = (notifier: ChangeNotifier): Promise<true> =>
  eventually(async () => (notifier.isConnected() ? (true as const) : null));

/** Notifies until it is received: the subscription over Redis begins a moment after `listen`. */
async function untilHeard(notifier: ChangeNotifier, head: string, heard: readonly unknown[]): Promise<void> {
  await eventually(async () => {
    notifier.notify(new Set([head]));
    await new Promise((resolve) => setTimeout(resolve, 20));
    return heard.includes(head);
  });
}

const PREFIX = 'flagstaff:tests';

const createNotifier = (url: string, states: string[] = []): ChangeNotifier =>
  createRedisChangeNotifier({ url, prefix: PREFIX, onStateChange: (fault) => void states.push(fault?.kind ?? 'connected') });

const notifiers: [string, () => ChangeNotifier][] = [['in memory', createMemoryChangeNotifier]];
const { REDIS_URL } = process.env;
if (REDIS_URL) notifiers.push(['over Redis', () => createNotifier(REDIS_URL)]);

describe.each(notifiers)('a change notifier %s', (_where, createChangeNotifier) => {
  it('notifies each of its own listeners, of several heads at once, in their order', async () => {
    const notifier = createChangeNotifier();
    const [first, second, last] = [uniqueKey('a'), uniqueKey('b'), uniqueKey('c')];
    const one = await listenFor(notifier, [first, second, last]);
    const other = await listenFor(notifier, [second, last]);
    await connected(notifier);
    const marker = uniqueKey('marker');
    const markers = [await listenFor(notifier, [marker]), await listenFor(notifier, [marker])];
    for (const heard of markers) await untilHeard(notifier, marker, heard);

    notifier.notify(new Set([first, second]));
    notifier.notify(new Set([last]));
    await eventually(async () => one.includes(last) && other.includes(last));
    await notifier.close();

    expect({ one, other }).toEqual({ one: [first, second, last], other: [second, last] });
  });

  it('does not call back before notify has returned', async () => {
    const notifier = createChangeNotifier();
    const head = uniqueKey('head');
    const heard = await listenFor(notifier, [head]);

    notifier.notify(new Set([head]));
    const heardAtOnce = [...heard];
    await notifier.close();

    expect(heardAtOnce).toEqual([]);
  });

  it('does nothing without a listener and after it was closed', async () => {
    const notifier = createChangeNotifier();
    const head = uniqueKey('head');

    notifier.notify(new Set([head]));
    await notifier.close();

    expect(() => notifier.notify(new Set([head]))).not.toThrow();
    await notifier.close();
  });

  it('ignores an empty notification', async () => {
    const notifier = createChangeNotifier();
    const [first, head] = [uniqueKey('first'), uniqueKey('head')];
    const heard: unknown[] = [];
    await notifier.listen(
      // Other tests notify of heads that have a name.
      (name) => {
        if (!name || name === first || name === head) heard.push(name);
      },
      () => undefined,
    );
    await untilHeard(notifier, first, heard);

    notifier.notify(new Set());
    await untilHeard(notifier, head, heard);
    await notifier.close();

    expect(new Set(heard)).toEqual(new Set([first, head]));
  });
});

if (REDIS_URL) {
  it('carries a notification from one process to another', async () => {
    const [near, far] = [0, 1].map(() => createNotifier(REDIS_URL)) as [ChangeNotifier, ChangeNotifier];
    const head = uniqueKey('head');
    const heard = await listenFor(far, [head]);
    await Promise.all([connected(near), connected(far)]);

    await untilHeard(near, head, heard);
    await Promise.all([near.close(), far.close()]);

    expect(new Set(heard)).toEqual(new Set([head]));
  });

  it('says of its own end nothing', async () => {
    const states: string[] = [];
    const notifier = createNotifier(REDIS_URL, states);
    await listenFor(notifier, []);
    await connected(notifier);

    await notifier.close();
    // Its connections end a moment later.
    await new Promise((resolve) => setTimeout(resolve, 300));

    expect(states).toEqual(['connected']);
  });

  it('passes over messages that are not its own, and goes on', async () => {
    const notifier = createNotifier(REDIS_URL);
    const stranger = new Redis(REDIS_URL);
    const [head, long] = [uniqueKey('head'), `${uniqueKey('long')}${'x'.repeat(100)}`];
    const heard = await listenFor(notifier, [head, long, '7', 'null']);
    await connected(notifier);
    const foreign = ['', 'not JSON', '{', 'null', '7', '"text"', '[]', '{"heads":7}', '{"heads":[7,null,{}]}', '\u0000'];

    for (const message of [...foreign, JSON.stringify({ heads: [long] })]) await stranger.publish(`${PREFIX}:heads`, message);
    await untilHeard(notifier, head, heard);
    await notifier.close();
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
    const notifier = createNotifier(server.url, states);
    const head = uniqueKey('head');
    const heard = await listenFor(notifier, [head]);

    for (let i = 0; i < 100; i++) notifier.notify(new Set([head]));
    const wasConnected = notifier.isConnected();
    await server.start();
    await connected(notifier);
    await untilHeard(notifier, head, heard);
    await notifier.close();

    expect(wasConnected).toBe(false);
    expect(states).toEqual(['unreachable', 'connected']);
  });

  it('says once that Redis is away and once that it is back, asks for a look, and is heard again', async () => {
    const server = await prepare();
    await server.start();
    const states: string[] = [];
    const notifier = createNotifier(server.url, states);
    const [before, after] = [uniqueKey('before'), uniqueKey('after')];
    const heard: string[] = [];
    let reconnects = 0;
    await notifier.listen(
      (head) => void heard.push(head),
      () => void reconnects++,
    );
    await connected(notifier);
    await untilHeard(notifier, before, heard);

    await server.kill();
    await eventually(async () => !notifier.isConnected());
    notifier.notify(new Set(['lost']));
    await server.start();
    await connected(notifier);
    await untilHeard(notifier, after, heard);
    await notifier.close();

    expect(states.slice(0, 3)).toEqual(['connected', 'unreachable', 'connected']);
    expect(reconnects).toBe(2);
    expect(heard).not.toContain('lost');
  });
}

describe('a change notifier over a Redis of its own', () => {
  const run = hasRedisServer ? it : it.skip;
  let redis: OwnRedis;
  const states: string[] = [];
  const bellsHere: ChangeNotifier[] = [];
  const rejections: unknown[] = [];
  const noteRejection = (reason: unknown): void => void rejections.push(reason);

  beforeEach(() => {
    states.length = 0;
    rejections.length = 0;
    process.on('unhandledRejection', noteRejection);
  });
  afterEach(async () => {
    for (const notifier of bellsHere.splice(0)) await notifier.close();
    await redis.remove();
    process.off('unhandledRejection', noteRejection);
    expect(rejections).toEqual([]);
  });

  function createOwnNotifier(url = redis.url): ChangeNotifier {
    const notifier = createNotifier(url, states);
    bellsHere.push(notifier);
    return notifier;
  }

  run('hears again after its connections were killed by an operator', async () => {
    redis = await startOwnRedis();
    const notifier = createOwnNotifier();
    const heard = await listenFor(notifier, ['before', 'after']);
    await untilHeard(notifier, 'before', heard);

    await redis.client().call('CLIENT', 'KILL', 'TYPE', 'pubsub');
    await eventually(async () => states.includes('unreachable'));
    await untilHeard(notifier, 'after', heard);

    expect(states).toEqual(['connected', 'unreachable', 'connected']);
  });

  run('notices within 15 s that Redis stands still, keeps nothing for it, and receives again when it goes on', async () => {
    redis = await startOwnRedis();
    const notifier = createOwnNotifier();
    const heard = await listenFor(notifier, ['before', 'meanwhile', 'after']);
    await untilHeard(notifier, 'before', heard);

    redis.pause();
    const stopwatch = new Stopwatch();
    await eventually(async () => {
      for (let i = 0; i < 1_000; i++) notifier.notify(new Set([`head-${i}`]));
      return !notifier.isConnected();
    });
    const noticedMs = stopwatch.stop();
    notifier.notify(new Set(['meanwhile']));
    redis.resume();
    await untilHeard(notifier, 'after', heard);

    expect(noticedMs).toBeLessThan(15_000);
    expect(heard).not.toContain('meanwhile');
  });

  run('lives with a wrong password, and begins when it is right', async () => {
    redis = await startOwnRedis({ password: 'right' });
    const notifier = createOwnNotifier(redis.url.replace('right', 'wrong'));
    const heard = await listenFor(notifier, ['head']);
    notifier.notify(new Set(['head']));
    const admin = redis.client();
    await admin.ping();
    await new Promise((resolve) => setTimeout(resolve, 300));
    const wasConnected = notifier.isConnected();

    await admin.config('SET', 'requirepass', 'wrong');
    await untilHeard(notifier, 'head', heard);

    expect(wasConnected).toBe(false);
  });

  run('lives with a refused subscription, and begins when it is allowed', async () => {
    redis = await startOwnRedis();
    const admin = redis.client();
    await admin.call('ACL', 'SETUSER', 'flagstaff', 'on', '>secret', '+@all', 'resetchannels', '~*');
    const notifier = createOwnNotifier(redis.url.replace('redis://', 'redis://flagstaff:secret@'));
    const heard = await listenFor(notifier, ['head']);
    await eventually(async () => String(await admin.call('CLIENT', 'LIST')).includes('user=flagstaff'));
    notifier.notify(new Set(['head']));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const wasConnected = notifier.isConnected();

    await admin.call('ACL', 'SETUSER', 'flagstaff', 'allchannels');
    await untilHeard(notifier, 'head', heard);

    expect(wasConnected).toBe(false);
  });

  run('passes over messages that are too long, and goes on', async () => {
    redis = await startOwnRedis();
    const notifier = createOwnNotifier();
    const heard = await listenFor(notifier, ['first', 'marker', 'last']);
    await untilHeard(notifier, 'first', heard);
    const stranger = redis.client();
    const long = JSON.stringify({ heads: ['last', ...Array.from({ length: 20_000 }, (_, n) => `head-${n}`)] });

    await stranger.publish(`${PREFIX}:heads`, long);
    await stranger.publish(`${PREFIX}:heads`, Buffer.alloc(5_000_000, 0x5b));
    // Everything published before it has come by then.
    await untilHeard(notifier, 'marker', heard);
    const before = [...new Set(heard)];
    await untilHeard(notifier, 'last', heard);

    expect(before).toEqual(['first', 'marker']);
  });

  run('is closed at any moment without a rejection that nobody handles', async () => {
    redis = await startOwnRedis();
    for (let i = 0; i < 20; i++) {
      const notifier = createOwnNotifier();
      await notifier.listen(
        () => undefined,
        () => undefined,
      );
      notifier.notify(new Set(['head']));
      await new Promise((resolve) => setTimeout(resolve, i));
      await notifier.close();
      notifier.notify(new Set(['head']));
    }
    await new Promise((resolve) => setImmediate(resolve));

    expect(rejections).toEqual([]);
  });
});
