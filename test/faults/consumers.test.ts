/** Clients that do not read, and thousands that come back at once: neither harms the servers, nor anybody else. */
import { setTimeout as sleep } from 'node:timers/promises';
import { convergence, problemsOfSubscribers } from './checks';
import { describeFaults, report, scaled, startCluster, until, type Cluster } from './cluster';
import { LightFollower } from './light-sockets';
import type { Position, Recorder } from '../support/recorder';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';
import { Writers } from './writers';

const STALLED = 40;
/** Each of them leaves this much unread: more than the buffers of its connection hold. */
const REVISIONS = 1_200;
const EVENT_BYTES = 12_000;
const STALL_MS = scaled(40_000, 0);
const STORM = scaled(10_000, 500);
const BACK_WITHIN_MS = 30_000;
const MACHINE_MS = 60_000;

jest.setTimeout(scaled(600_000, 480_000));

describeFaults('two servers', () => {
  let cluster: Cluster;
  let proxy: TcpProxy;
  beforeAll(async () => {
    cluster = await startCluster({ env: { SOCKET_ACCEPT_RATE: '2000' } });
    proxy = await startTcpProxy(Number(new URL(cluster.urls[0]!).port));
  });
  afterAll(async () => {
    await cluster?.close();
    await proxy?.close();
  });

  it('keep nothing for those who do not read, disturb nobody else, and lead them on when they read again', async () => {
    const [server] = cluster.servers;
    const urls = [`http://127.0.0.1:${proxy.port}`];
    const { secret } = cluster.places[0]!;
    const stalled = Array.from({ length: 3 }, () => cluster.record({ urls, silenceMs: 3_600_000 }));
    const healthy = Array.from({ length: 3 }, () => cluster.record({ urls: [cluster.urls[0]!], silenceMs: 3_600_000 }));
    const problems: string[] = [];
    const options = { url: () => urls[0]!, secret, onProblem: (what: string) => void problems.push(what) };
    const begin = await cluster.head();
    const many = Array.from({ length: STALLED }, () => new LightFollower(options, begin, 'kind wire'));
    const haveAll = (head: Position): boolean => many.every((follower) => follower.has(head));
    for (const { socket } of many) socket.open();
    try {
      await writeAndConverge(healthy, 50);
      await convergence(cluster, stalled);
      const warm = await cluster.head();
      await until('all are subscribed', MACHINE_MS, () => haveAll(warm));
      const idleBytes = server!.memoryBytes();

      proxy.freeze();
      let peakBytes = 0;
      let slowestMs = 0;
      for (let written = 0; written < REVISIONS; written += 100) {
        slowestMs = Math.max(slowestMs, await writeAndConverge(healthy, 100));
        peakBytes = Math.max(peakBytes, server!.memoryBytes());
      }
      await sleep(STALL_MS);
      const head = await cluster.head();
      expect([...stalled, ...many].filter((follower) => follower.has(head))).toEqual([]);
      proxy.thaw();
      const awakeMs = await until('all are led on', MACHINE_MS, () => haveAll(head));
      await convergence(cluster, stalled);

      report(
        `${STALLED} stalled: memory ${megabytes(idleBytes)} -> ${megabytes(peakBytes)}, others at most ${slowestMs} ms behind; ` +
          `led on after ${awakeMs} ms, ${many.filter(({ resyncs }) => resyncs > 0).length} by RESYNC`,
      );
      expect(problems.slice(0, 5)).toEqual([]);
      expect(await problemsOfSubscribers(cluster, [...stalled, ...healthy])).toEqual([]);
      expect(healthy.map(({ resyncs, connections }) => [resyncs, connections])).toEqual(healthy.map(() => [0, 1]));
      // Memory under fault is at most twice that of an idle server.
      expect(peakBytes).toBeLessThan(2 * idleBytes);
      expect(cluster.crashes()).toEqual([]);
    } finally {
      for (const { socket } of many) socket.close();
      for (const recorder of [...stalled, ...healthy]) await recorder.stop();
    }
  });

  it(`take ${STORM} clients back within 30 s that all come at once, and ask PostgreSQL next to nothing for it`, async () => {
    const { secret } = cluster.places[0]!;
    const problems: string[] = [];
    const position = await cluster.head();
    let server = 0;
    const options = { url: () => cluster.urls[server]!, secret, onProblem: (what: string) => void problems.push(what) };
    const followers = Array.from({ length: STORM }, () => new LightFollower(options, position));
    try {
      for (const [index, { socket }] of followers.entries()) {
        socket.open();
        if (index % 200 === 199) await sleep(50);
      }
      await until('all are connected', MACHINE_MS, () => followers.every(({ socket }) => socket.isConnected));
      await writeOnce(1);
      let head = await cluster.head();
      await until('all have the first change', MACHINE_MS, () => followers.every((follower) => follower.has(head)));

      // Events that they miss meanwhile are in the memory of the server to which they come.
      server = 1;
      const before = await statementCount();
      await cluster.servers[0]!.kill();
      const begin = Date.now();
      await writeOnce(1);
      head = await cluster.head();
      await until('all are back, with what they missed', MACHINE_MS, () =>
        followers.every((follower) => follower.has(head)),
      ).finally(() => report(`connections ended with ${JSON.stringify(countEnds(followers))}`));
      const backMs = Date.now() - begin;
      const statements = (await statementCount()) - before;
      await cluster.servers[0]!.start();

      report(`${STORM} clients are back after ${backMs} ms; PostgreSQL was asked ${statements} times in that time`);
      expect(problems.slice(0, 5)).toEqual([]);
      expect(followers.filter(({ resyncs }) => resyncs > 0)).toEqual([]);
      expect(backMs).toBeLessThan(BACK_WITHIN_MS);
      // The polls of a server, its background work and this test's own; not one for each client.
      expect(statements).toBeLessThan(100 + (backMs / 1_000) * 20);
      expect(cluster.crashes()).toEqual([]);
    } finally {
      for (const { socket } of followers) socket.close();
    }
  });

  async function writeOnce(server: number): Promise<void> {
    const writers = new Writers(cluster, { servers: [server] });
    await writers.write(await writers.makeAuthor(), 0);
  }

  /** Answers after how many milliseconds all had it. */
  async function writeAndConverge(recorders: readonly Recorder[], count: number): Promise<number> {
    await repeatRevisions(count);
    return convergence(cluster, recorders);
  }

  /** So many revisions as mutations would write them, each large, which say again what is so already. */
  async function repeatRevisions(count: number): Promise<void> {
    const { environment } = cluster.places[0]!;
    const { flags } = await cluster.snapshot();
    const wire = flags[0]!;
    const label = { name: 'Flag', tags: [] };
    const events = Array.from({ length: EVENT_BYTES / 600 }, () => ({
      kind: 'UPDATED',
      flagKey: wire.key,
      flag: { label, wire },
    }));
    await cluster.postgres.query(
      `WITH head AS (SELECT environment_id, epoch, revision FROM environment_head WHERE environment_id = $1),
       written AS (
         INSERT INTO environment_revision (environment_id, revision, epoch, change_id, events, created_at)
         SELECT environment_id, revision + n, epoch, 'change_of_the_test_' || revision + n, $3::json, now()
         FROM head, generate_series(1, $2::integer) n)
       UPDATE environment_head SET revision = revision + $2::integer WHERE environment_id = $1`,
      [environment.id, count, JSON.stringify(events)],
    );
    await cluster.redis.client().publish(`${cluster.redisPrefix}:heads`, JSON.stringify({ heads: [environment.id] }));
  }

  /** Transactions, single statements included, since the statistics began. */
  async function statementCount(): Promise<number> {
    // A session tells its figures when it is idle for a second.
    await sleep(1_200);
    const [row] = await cluster.postgres.query<{ count: string }>(
      'SELECT xact_commit + xact_rollback AS count FROM pg_stat_database WHERE datname = current_database()',
    );
    return Number(row!.count);
  }
});

/** How often each close code came. */
function countEnds(followers: readonly LightFollower[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const code of followers.flatMap(({ socket }) => socket.ends)) counts[code] = (counts[code] ?? 0) + 1;
  return counts;
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_048_576)} MB`;
}
