/** The forms of REDIS_URL: what they mean, and what is said when another form of Redis answers. */
import { runDoctor } from '../../src/commands/doctor/doctor';
import { readConfig } from '../../src/config';
import { createRedisChangeNotifier } from '../../src/redis/redis-change-notifier';
import type { RedisFault } from '../../src/redis/redis-fault';
import { createRedisClient, createRedisSubscriber } from '../../src/redis/redis-client';
import { redisAddressOf } from '../../src/redis/redis-url';
import type { Cluster, Redis } from 'ioredis';
import { connect, createServer, type AddressInfo } from 'node:net';
import { eventually } from '../support/make';
import { hasRedisServer, startOwnRedis, type OwnRedis } from '../support/own-redis';
import {
  PASSWORD,
  startRedisCluster,
  startSentinelGroup,
  type RedisGroup,
  type SentinelGroup,
} from '../support/own-redis-groups';
import { makeDataDir } from '../support/processes';

jest.setTimeout(120_000);

const NOTHING = {
  username: null,
  password: null,
  database: 0,
  masterName: null,
  sentinelUsername: null,
  sentinelPassword: null,
};

it.each<[string, object]>([
  ['redis://h', { form: 'server', isEncrypted: false, hosts: [{ host: 'h', port: 6379 }] }],
  [
    'rediss://u:p%40%2C@[::1]:1/3',
    { form: 'server', isEncrypted: true, hosts: [{ host: '::1', port: 1 }], username: 'u', password: 'p@,', database: 3 },
  ],
  [
    'redis+sentinel://:a,b%2F@s1:1,s2,[::1]:3/main/2?sentinel_username=v&sentinel_password=q%40%26',
    {
      form: 'sentinel',
      isEncrypted: false,
      hosts: [
        { host: 's1', port: 1 },
        { host: 's2', port: 26379 },
        { host: '::1', port: 3 },
      ],
      password: 'a,b/',
      database: 2,
      masterName: 'main',
      sentinelUsername: 'v',
      sentinelPassword: 'q@&',
    },
  ],
  [
    'REDISS+SENTINEL://u:p@s/the%20main',
    {
      form: 'sentinel',
      isEncrypted: true,
      hosts: [{ host: 's', port: 26379 }],
      username: 'u',
      password: 'p',
      masterName: 'the main',
    },
  ],
  [
    'rediss+cluster://u:p@a:1, b/0',
    {
      form: 'cluster',
      isEncrypted: true,
      hosts: [
        { host: 'a', port: 1 },
        { host: 'b', port: 6379 },
      ],
      username: 'u',
      password: 'p',
    },
  ],
])('%s is understood', (url, meant) => {
  expect(redisAddressOf(url)).toEqual({ ...NOTHING, ...meant });
});

(hasRedisServer ? describe : describe.skip)('a server says', () => {
  let sentinel: SentinelGroup;
  let cluster: RedisGroup;
  let single: OwnRedis;
  beforeAll(async () => {
    [sentinel, cluster, single] = await Promise.all([startSentinelGroup(), startRedisCluster(), startOwnRedis()]);
  });
  afterAll(async () => {
    await Promise.all([sentinel?.remove(), cluster?.remove(), single?.remove()]);
  });

  /** The first line that the log would have, and the line of the doctor. */
  async function foundAt(url: string): Promise<{ kind: string; remedy: string; doctor: string }> {
    const faults: (RedisFault | null)[] = [];
    const notifier = createRedisChangeNotifier({
      url,
      prefix: 'flagstaff:tests',
      onStateChange: (fault) => void faults.push(fault),
    });
    await notifier.listen(
      () => undefined,
      () => undefined,
    );
    const fault = await eventually(async () => (faults.length > 0 ? { is: faults[0] } : null));
    await notifier.close();
    const lines: string[] = [];
    const env = { REDIS_URL: url, DATA_DIR: makeDataDir(), NODE_ENV: 'test', PORT: '0' };
    await runDoctor(
      () => readConfig(env),
      (line) => void lines.push(line),
    );
    const doctor = lines.find((line) => line.includes(' Redis '))!.replace(/ +/g, ' ');
    return { kind: fault.is?.kind ?? 'connected', remedy: fault.is?.remedy ?? '', doctor };
  }

  it('that a master behind sentinels does all that is needed', async () => {
    expect(await foundAt(sentinel.url)).toEqual({
      kind: 'connected',
      remedy: '',
      doctor: expect.stringMatching(/^ok Redis [\d.]+ does all that is needed: a master behind sentinels, replicas: 1$/),
    });
  });

  it('that a cluster does, and that not each of its masters has a replica', async () => {
    expect(await foundAt(cluster.url)).toEqual({
      kind: 'connected',
      remedy: '',
      doctor: expect.stringMatching(
        /^warning Redis [\d.]+ has masters without a replica: nothing takes over when it fails; start one for each\.$/,
      ),
    });
  });

  it('that a user may not ask a cluster for its slots, and what it needs is enough', async () => {
    const url = cluster.url.replace('://:', '://flags:');
    const allow = (...rights: string[]): Promise<unknown> =>
      Promise.all(
        cluster.nodes.map((node) => node.client().call('ACL', 'SETUSER', 'flags', 'reset', 'on', `>${PASSWORD}`, ...rights)),
      );
    const needed = ['~flagstaff:*', '&flagstaff:*', '+@read', '+@write', '+@pubsub', '+@scripting', '+@connection', '+info'];
    await allow(...needed);

    const before = await foundAt(url);
    await allow(...needed, '+cluster|slots', '+cluster|info');
    const after = await foundAt(url);

    expect([before.kind, after.kind]).toEqual(['not permitted', 'connected']);
    expect(before.remedy).toBe(
      'Allow the user of REDIS_URL what Flagstaff needs in a cluster besides the rest: +cluster|slots +cluster|info.',
    );
  });

  it.each<[string, () => string, string, RegExp]>([
    [
      'that a node of a cluster is no single server',
      () => cluster.url.replace('redis+cluster', 'redis').replace(/,.*/, ''),
      'not as configured',
      /^Let REDIS_URL begin with redis\+cluster:\/\//,
    ],
    [
      'that a single server is no cluster',
      () => single.url.replace('redis:', 'redis+cluster:'),
      'not as configured',
      /^Let REDIS_URL begin with redis:\/\/ or redis\+sentinel:\/\//,
    ],
    [
      'that a single server is no sentinel',
      () => `${single.url.replace('redis:', 'redis+sentinel:')}/flags`,
      'not as configured',
      /^Let REDIS_URL name sentinels/,
    ],
    [
      'that the sentinels know no such master',
      () => sentinel.url.replace('/flags/', '/flag/'),
      'not as configured',
      /^Let REDIS_URL end with a master that its sentinels know/,
    ],
    [
      'that the password of the sentinels is wrong',
      () => sentinel.url.replace('sentinel_password=of', 'sentinel_password=off'),
      'refused',
      /^Set the password of the sentinels in REDIS_URL/,
    ],
    [
      'that the password of the sentinels is missing',
      () => sentinel.url.replace(/\?.*/, ''),
      'refused',
      /^Set the password of the sentinels in REDIS_URL/,
    ],
    [
      'that the password of the master is wrong',
      () => sentinel.url.replace('://:of', '://:off'),
      'refused',
      /^Set the user and the password in REDIS_URL/,
    ],
    [
      'that the password of a cluster is wrong',
      () => cluster.url.replace('://:of', '://:off'),
      'refused',
      /^Set the user and the password in REDIS_URL/,
    ],
    [
      'that no sentinel answers',
      () => 'redis+sentinel://127.0.0.1:9,127.0.0.1:10/flags',
      'unreachable',
      /^Check that Redis runs/,
    ],
    [
      'that no node of a cluster answers',
      () => 'redis+cluster://127.0.0.1:9,127.0.0.1:10',
      'unreachable',
      /^Check that Redis runs/,
    ],
  ])('%s', async (_what, urlOf, kind, remedy) => {
    const found = await foundAt(urlOf());

    expect(found).toEqual({
      kind,
      remedy: expect.stringMatching(remedy),
      doctor: expect.stringMatching(`^WRONG Redis ${kind}: `),
    });
    expect(found.doctor.endsWith(found.remedy)).toBe(true);
  });
});

(hasRedisServer ? it : it.skip)('a subscription to another Redis than the publisher has is made anew', async () => {
  const [right, wrong] = [await startOwnRedis(), await startOwnRedis()];
  let count = 0;
  // The second connection is that of the subscriber.
  const crossing = createServer((client) => {
    const server = connect(++count === 2 ? wrong.port : right.port, '127.0.0.1');
    for (const [from, to] of [[client, server] as const, [server, client] as const]) {
      from.on('error', () => undefined).on('close', () => to.destroy());
      from.pipe(to);
    }
  }).listen(0, '127.0.0.1');
  await eventually(async () => crossing.listening);
  const url = `redis://127.0.0.1:${(crossing.address() as AddressInfo).port}`;
  const notifier = createRedisChangeNotifier({ url, prefix: 'flagstaff:tests', onStateChange: () => undefined });
  const heard: string[] = [];
  await notifier.listen(
    (head) => void heard.push(head),
    () => undefined,
  );
  await eventually(async () => notifier.isConnected());
  const subscribedTo = async (redis: OwnRedis): Promise<unknown> =>
    (await redis.client().pubsub('NUMSUB', 'flagstaff:tests:heads'))[1];
  const before = [await subscribedTo(right), await subscribedTo(wrong)];

  await eventually(async () => (await subscribedTo(right)) === 1);
  notifier.notify(new Set(['environment_1']));
  await eventually(async () => heard.length > 0);
  await notifier.close();
  crossing.close();
  await Promise.all([right.remove(), wrong.remove()]);

  expect(before).toEqual([0, 1]);
  expect(heard).toEqual(['environment_1']);
});

(hasRedisServer ? describe : describe.skip)('a socket that tells several errors', () => {
  /** Lets each socket of the client tell an error twice: nobody listening for the second would end the process. */
  function breakSockets(clients: readonly Redis[]): void {
    for (const { stream } of clients) {
      expect(stream.emit('error', new Error('the certificate is not trusted'))).toBe(true);
      expect(stream.emit('error', new Error('and the server says so, too'))).toBe(true);
    }
  }

  it('ends the process with no form of Redis', async () => {
    const redis = await startOwnRedis();
    const group = await startSentinelGroup();
    const cluster = await startRedisCluster();
    const [one, watched, many] = [redis.url, group.url, cluster.url].map((url) => createRedisClient(url)) as [
      Redis,
      Redis,
      Cluster,
    ];
    const subscriber = createRedisSubscriber(cluster.url, many);
    try {
      await eventually(async () => [one, watched, many, subscriber].every(({ status }) => status === 'ready'));
      breakSockets([one, watched, subscriber, ...many.nodes().filter(({ status }) => status === 'ready')]);
    } finally {
      for (const client of [one, watched, many, subscriber]) client.disconnect();
      for (const each of [redis, group, cluster]) await each.remove();
    }
  });
});
