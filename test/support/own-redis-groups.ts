/** Redis behind sentinels, and a Redis Cluster, of a test's own: processes on ports of their own, to be killed one by one. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis, type RedisOptions } from 'ioredis';
import type { Certificate } from './certificates';
import { eventually } from './make';
import { freePort } from './processes';

export interface RedisNode {
  readonly port: number;
  readonly start: () => Promise<void>;
  readonly kill: () => Promise<void>;
  readonly isRunning: () => boolean;
  /** A client for the test itself, of this node alone. Closed with the group. */
  readonly client: () => Redis;
}

export interface RedisGroup {
  readonly url: string;
  readonly nodes: readonly RedisNode[];
  readonly remove: () => Promise<void>;
}

export interface SentinelGroup extends RedisGroup {
  /** The one that takes writes now, as the sentinels have it. */
  readonly master: () => Promise<RedisNode>;
  readonly sentinels: readonly RedisNode[];
}

export const PASSWORD = 'of the servers';
const SENTINEL_PASSWORD = 'of the sentinels';
export const MASTER_NAME = 'flags';
const SLOTS = 16_384;
/** A node that is silent for longer is replaced. */
const SILENCE_MS = 1_500;

/** A master, a replica, and three sentinels; servers and sentinels have passwords. With a certificate they speak TLS only. */
export async function startSentinelGroup(certificate: Certificate | null = null): Promise<SentinelGroup> {
  const family = new Family(certificate);
  try {
    const shared = ['--requirepass', PASSWORD, '--masterauth', PASSWORD];
    const first = await family.add({ flags: shared, password: PASSWORD });
    const replicaOf = ['--replicaof', `127.0.0.1 ${first.port}`];
    const second = await family.add({ flags: [...shared, ...replicaOf], password: PASSWORD });
    await eventually(async () => (await first.client().info('replication')).includes('state=online'));
    const sentinels: RedisNode[] = [];
    for (let i = 0; i < 3; i++) sentinels.push(await family.addSentinel(first.port));
    await eventually(async () => (await sentinelCount(sentinels[0]!)) === 2 && (await sentinelCount(sentinels[2]!)) === 2);
    const hosts = sentinels.map(({ port }) => `127.0.0.1:${port}`).join(',');
    const nodes = [first, second];
    return {
      url: `${family.scheme}+sentinel://:${escaped(PASSWORD)}@${hosts}/${MASTER_NAME}/1?sentinel_password=${escaped(SENTINEL_PASSWORD)}`,
      nodes,
      sentinels,
      master: async () => {
        const found = await sentinels[0]!.client().call('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER_NAME);
        const [, port] = found as [string, string];
        return nodes.find((node) => node.port === Number(port))!;
      },
      remove: () => family.remove(),
    };
  } catch (error) {
    await family.remove();
    throw error;
  }
}

/** Three masters, of which the first has a replica, the last of `nodes`. With a certificate they speak TLS only. */
export async function startRedisCluster(certificate: Certificate | null = null): Promise<RedisGroup> {
  const family = new Family(certificate);
  try {
    const nodes: RedisNode[] = [];
    const busPorts: number[] = [];
    for (let i = 0; i < 4; i++) {
      const busPort = await freePort();
      busPorts.push(busPort);
      const timing = ['--cluster-node-timeout', String(SILENCE_MS), '--cluster-replica-validity-factor', '0'];
      const secured = ['--requirepass', PASSWORD, '--masterauth', PASSWORD];
      const own = ['--cluster-enabled', 'yes', '--cluster-config-file', `nodes-${i}.conf`, '--cluster-port', String(busPort)];
      nodes.push(await family.add({ flags: [...own, ...timing, ...secured], password: PASSWORD }));
    }
    const [first, , , replica] = nodes.map((node) => node.client());
    for (const [i, node] of nodes.slice(0, 3).entries()) {
      const [from, to] = [Math.floor((SLOTS * i) / 3), Math.floor((SLOTS * (i + 1)) / 3) - 1];
      await node.client().call('CLUSTER', 'ADDSLOTSRANGE', from, to);
      await node.client().call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
    }
    for (const [i, { port }] of nodes.entries()) {
      if (i > 0) await first!.call('CLUSTER', 'MEET', '127.0.0.1', port, busPorts[i]!);
    }
    const id = String(await first!.call('CLUSTER', 'MYID'));
    await eventually(async () => String(await replica!.call('CLUSTER', 'NODES')).includes(id));
    await replica!.call('CLUSTER', 'REPLICATE', id);
    await eventually(async () => {
      const texts = await Promise.all(nodes.map(async (node) => String(await node.client().call('CLUSTER', 'INFO'))));
      const isLinked = (await replica!.info('replication')).includes('master_link_status:up');
      return isLinked && texts.every((text) => /cluster_state:ok[^]*cluster_known_nodes:4/.test(text));
    });
    const hosts = nodes.map(({ port }) => `127.0.0.1:${port}`).join(',');
    return { url: `${family.scheme}+cluster://:${escaped(PASSWORD)}@${hosts}`, nodes, remove: () => family.remove() };
  } catch (error) {
    await family.remove();
    throw error;
  }
}

async function sentinelCount(sentinel: RedisNode): Promise<number> {
  return ((await sentinel.client().call('SENTINEL', 'SENTINELS', MASTER_NAME)) as unknown[]).length;
}

/** Processes and clients that end together, and their directory. */
class Family {
  private readonly directory = mkdtempSync(join(tmpdir(), 'flagstaff-redis-'));
  private readonly nodes: RedisNode[] = [];
  private readonly clients: Redis[] = [];

  constructor(private readonly certificate: Certificate | null) {}

  get scheme(): string {
    return this.certificate === null ? 'redis' : 'rediss';
  }

  async add({ flags, password }: { readonly flags: readonly string[]; readonly password: string }): Promise<RedisNode> {
    const port = await freePort();
    const listening = this.listenOn(port).flatMap(([name, value]) => [`--${name}`, value]);
    const own = ['--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', this.directory];
    return this.start([...listening, ...own, ...flags], { port, password });
  }

  async addSentinel(masterPort: number): Promise<RedisNode> {
    const port = await freePort();
    const path = join(this.directory, `sentinel-${port}.conf`);
    const lines = [
      ...this.listenOn(port).map((setting) => setting.join(' ')),
      'bind 127.0.0.1',
      `dir ${this.directory}`,
      `requirepass "${SENTINEL_PASSWORD}"`,
      `sentinel sentinel-pass "${SENTINEL_PASSWORD}"`,
      `sentinel monitor ${MASTER_NAME} 127.0.0.1 ${masterPort} 2`,
      `sentinel auth-pass ${MASTER_NAME} "${PASSWORD}"`,
      `sentinel down-after-milliseconds ${MASTER_NAME} ${SILENCE_MS}`,
      `sentinel failover-timeout ${MASTER_NAME} 5000`,
    ];
    writeFileSync(path, `${lines.join('\n')}\n`);
    return this.start([path, '--sentinel'], { port, password: SENTINEL_PASSWORD });
  }

  async remove(): Promise<void> {
    for (const client of this.clients) client.disconnect();
    for (const node of this.nodes) await node.kill();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private listenOn(port: number): [string, string][] {
    if (this.certificate === null) return [['port', String(port)]];
    const { path, keyPath } = this.certificate;
    return [
      ['port', '0'],
      ['tls-port', String(port)],
      ['tls-cert-file', path],
      ['tls-key-file', keyPath],
      ['tls-ca-cert-file', path],
      ['tls-auth-clients', 'no'],
      ['tls-replication', 'yes'],
      ['tls-cluster', 'yes'],
    ];
  }

  private async start(args: readonly string[], { port, password }: { port: number; password: string }): Promise<RedisNode> {
    let server: ChildProcess | null = null;
    const tls = this.certificate === null ? {} : { tls: { ca: readFileSync(this.certificate.path) } };
    const connect = (options: RedisOptions = {}): Redis => {
      const client = new Redis({ port, host: '127.0.0.1', password, ...tls, ...options });
      client.on('error', () => undefined);
      return client;
    };
    let shared: Redis | null = null;
    const node: RedisNode = {
      port,
      start: async () => {
        server = spawn('redis-server', [...args], { stdio: 'ignore' });
        await eventually(() => answers(connect({ lazyConnect: true, retryStrategy: () => null })));
      },
      kill: async () => {
        const ending = server;
        server = null;
        if (ending === null || ending.exitCode !== null) return;
        const ended = once(ending, 'exit');
        ending.kill('SIGKILL');
        await ended;
      },
      isRunning: () => server !== null,
      client: () => {
        if (shared === null) this.clients.push((shared = connect()));
        return shared;
      },
    };
    this.nodes.push(node);
    await node.start();
    return node;
  }
}

async function answers(client: Redis): Promise<boolean> {
  try {
    await client.connect();
    return (await client.ping()) === 'PONG';
  } catch {
    return false;
  } finally {
    client.disconnect();
  }
}

const escaped = (text: string): string => encodeURIComponent(text);
