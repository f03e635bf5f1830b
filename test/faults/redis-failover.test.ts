/** Redis that replaces what fails: a master behind sentinels, and a Redis Cluster. A failover costs a moment, never a change. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Cipher } from '../../src/database/cipher';
import type { Reading } from '../../src/modules/snapshots/environment-state';
import { createRedisRates } from '../../src/redis/redis-rates';
import { RedisSnapshotStore } from '../../src/redis/redis-snapshot-store';
import { eventually } from '../support/make';
import {
  MASTER_NAME,
  startRedisCluster,
  startSentinelGroup,
  type RedisGroup,
  type RedisNode,
  type SentinelGroup,
} from '../support/own-redis-groups';
import type { Recorder } from '../support/recorder';
import type { ServerProcess } from '../support/server-process';
import { expectAllDelivered } from './checks';
import { describeFaults, report, scaled, startCluster, until, type Cluster } from './cluster';
import { Writers } from './writers';

const SUBSCRIBERS = 10;
const WRITERS = 3;
const FAILOVER_MS = 60_000;
const WRITING_MS = scaled(10_000, 1_500);

jest.setTimeout(scaled(600_000, 360_000));

const CIPHER = new Cipher('a pepper of the tests, of 32 characters', 'snapshots');
const PREFIX = 'flagstaff:tests';

async function startServers(group: RedisGroup): Promise<{ cluster: Cluster; recorders: Recorder[] }> {
  const env = { REDIS_URL: group.url, LOG_LEVEL: 'info', LOG_REQUESTS: 'none' };
  const cluster = await startCluster({ environments: 2, env });
  const recorders = Array.from({ length: SUBSCRIBERS }, (_, first) => cluster.record({ first }));
  await until('all are connected', FAILOVER_MS, () => recorders.every(({ connections }) => connections > 0));
  return { cluster, recorders };
}

/** Breaks things under writers: no mutation fails, and every subscriber has every revision once, in order. */
async function under(
  { cluster, recorders }: { cluster: Cluster; recorders: Recorder[] },
  fault: () => Promise<void>,
): Promise<void> {
  const writers = await new Writers(cluster, { pauseMs: 20 }).start(WRITERS);
  await sleep(WRITING_MS);
  await fault();
  await sleep(WRITING_MS);
  await writers.stop();
  const tookMs = await expectAllDelivered(cluster, writers, recorders);
  report(`${writers.acknowledged.length} mutations, the slowest in ${writers.longestAnswerMs} ms; converged in ${tookMs} ms`);
  expect([...writers.lost]).toEqual([]);
}

/** The kinds in the lines about Redis, of the log of one server. */
function kindsIn(server: ServerProcess): string[] {
  const lines = server
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as { readonly msg: string; readonly kind?: string });
  return lines.filter(({ msg }) => /^Redis is |^connected to Redis$/.test(msg)).map(({ kind }) => kind ?? 'connected');
}

/** Lines about commands that went to the wrong node, but for those that were sent on until a failover had ended. */
function misroutedIn(server: ServerProcess): string[] {
  const lines = server.output().split('\n');
  return lines.filter((line) => /CROSSSLOT|MOVED/.test(line) && !line.includes('Cluster redirections'));
}

async function stateOf({ url }: ServerProcess): Promise<unknown> {
  return ((await (await fetch(`${url}/readyz`)).json()) as { redis: unknown }).redis;
}

async function untilAllAre(state: string, { servers }: Cluster): Promise<void> {
  const tookMs = await until(`all servers find Redis ${state}`, FAILOVER_MS, async () => {
    const states = await Promise.all(servers.map(stateOf));
    return states.every((each) => each === state);
  });
  report(`all servers found Redis ${state} after ${tookMs} ms`);
}

/** Two servers' parts on one Redis: what one counts and stores, the other one sees. */
async function expectShared(url: string): Promise<void> {
  const namespace = { url, prefix: PREFIX };
  const rates = [createRedisRates(namespace, 60), createRedisRates(namespace, 60)] as const;
  const stores = [0, 1].map(() => new RedisSnapshotStore({ namespace, cipher: CIPHER, patience: 100 })) as [
    RedisSnapshotStore,
    RedisSnapshotStore,
  ];
  try {
    const keys = Array.from({ length: 30 }, (_, i) => `key-${i}-${Math.random()}`);
    for (const key of keys) await eventually(() => rates[0].add(key, 2).catch(() => null));
    const counts = await Promise.all(keys.map((key) => rates[1].add(key, 3)));
    expect(counts).toEqual(keys.map(() => 5));
    const reading = manyLists(`environment_${Math.random()}`);
    const read = await eventually(async () => {
      stores[0].offer(reading);
      return stores[1].load(reading.scope.environmentId);
    });
    expect(read).toEqual(reading);
  } finally {
    for (const each of rates) each.close();
    for (const each of stores) await each.close();
  }
}

/** A snapshot whose lists of keys lie under keys of their own: in a cluster, on all nodes. */
function manyLists(environmentId: string): Reading {
  const segments = Array.from({ length: 12 }, (_, segment) => ({
    key: `segment-${segment}`,
    version: 1,
    included: Array.from({ length: 1_000 }, (_unused, i) => `${segment}-${i}`),
    excluded: [],
    rules: [],
  }));
  return {
    scope: { organizationId: 'organization', projectId: 'project', environmentId },
    changeId: null,
    snapshot: { formatVersion: 1, epoch: 'epoch', revision: 1, flags: [], segments },
  };
}

const channelOf = ({ redisPrefix }: Cluster): string => `${redisPrefix}:heads`;

async function subscriptionsOn(node: RedisNode, channel: string): Promise<number> {
  const [, count] = (await node.client().call('PUBSUB', 'NUMSUB', channel)) as [string, number];
  return count;
}

describeFaults('servers whose Redis is a master behind sentinels, with passwords', () => {
  let group: SentinelGroup;
  let servers: { cluster: Cluster; recorders: Recorder[] };
  beforeAll(async () => {
    group = await startSentinelGroup();
    servers = await startServers(group);
  });
  afterAll(async () => {
    await servers?.cluster.close();
    await group?.remove();
  });

  it('deliver every change while the master is killed and its replica takes over, and say so once', async () => {
    const { cluster } = servers;
    await untilAllAre('connected', cluster);
    await expectShared(group.url);
    const old = await group.master();

    await under(servers, async () => {
      await old.kill();
      const chosenMs = await until('the replica is the master', FAILOVER_MS, async () => (await group.master()) !== old);
      const master = await group.master();
      const subscribedMs = await until('all are subscribed to it', FAILOVER_MS, async () => {
        return (await subscriptionsOn(master, channelOf(cluster))) === cluster.servers.length;
      });
      report(`a master was chosen ${chosenMs} ms after the kill, and all were subscribed to it ${subscribedMs} ms later`);
      await untilAllAre('connected', cluster);
    });

    const master = await group.master();
    expect(cluster.servers.map(kindsIn)).toEqual(cluster.servers.map(() => ['connected', 'unreachable', 'connected']));
    await expectShared(group.url);
    await master.client().select(1);
    const { environment } = cluster.places[0]!;
    expect(await master.client().exists(`${cluster.redisPrefix}:1:snapshot:${environment.id}`)).toBe(1);
  });

  it('follow a master that an operator moves, and do without two of three sentinels', async () => {
    const { cluster } = servers;
    for (const node of group.nodes) if (!node.isRunning()) await node.start();
    const old = await group.master();
    await eventually(async () => (await old.client().info('replication')).includes('state=online'));
    // The one that failed over before waits for twice its timeout.
    await under(servers, async () => {
      await eventually(async () => {
        const isBegun = await group.sentinels[1]!.client()
          .call('SENTINEL', 'FAILOVER', MASTER_NAME)
          .then(
            () => true,
            () => false,
          );
        return isBegun || (await group.master()) !== old;
      });
      await until('the other one is the master', FAILOVER_MS, async () => (await group.master()) !== old);
      for (const sentinel of group.sentinels.slice(1)) await sentinel.kill();
      const master = await group.master();
      await until('all are subscribed to it', FAILOVER_MS, async () => {
        return (await subscriptionsOn(master, channelOf(cluster))) === cluster.servers.length;
      });
      await untilAllAre('connected', cluster);
    });
  });
});

describeFaults('servers whose Redis is a cluster of three masters, with a password', () => {
  let group: RedisGroup;
  let servers: { cluster: Cluster; recorders: Recorder[] };
  beforeAll(async () => {
    group = await startRedisCluster();
    servers = await startServers(group);
  });
  afterAll(async () => {
    await servers?.cluster.close();
    await group?.remove();
  });

  const totalSubscriptions = async (): Promise<number> => {
    const running = group.nodes.filter((node) => node.isRunning());
    const counts = await Promise.all(running.map((node) => subscriptionsOn(node, channelOf(servers.cluster))));
    return counts.reduce((sum, count) => sum + count, 0);
  };

  it('deliver every change while a master is killed and its replica takes over', async () => {
    const { cluster } = servers;
    await untilAllAre('connected', cluster);
    await expectShared(group.url);

    await under(servers, async () => {
      await group.nodes[0]!.kill();
      const tookMs = await until('the replica is a master', FAILOVER_MS, async () => {
        return (await group.nodes[3]!.client().info('replication')).includes('role:master');
      });
      report(`the replica was a master ${tookMs} ms after the kill`);
      await untilAllAre('connected', cluster);
    });

    await expectShared(group.url);
    await until('each server is subscribed once', FAILOVER_MS, async () => (await totalSubscriptions()) === 2);
  });

  it('deliver every change while a master without a replica is away, say what is missing, and that it is there again', async () => {
    const { cluster } = servers;
    await under(servers, async () => {
      await group.nodes[1]!.kill();
      await untilAllAre('incomplete', cluster);
      await group.nodes[1]!.start();
      await untilAllAre('connected', cluster);
    });

    await expectShared(group.url);
    const kinds = cluster.servers.map(kindsIn);
    expect(kinds.map((each) => each.slice(-2))).toEqual(cluster.servers.map(() => ['incomplete', 'connected']));
    expect(cluster.servers.flatMap(misroutedIn)).toEqual([]);
  });
});
