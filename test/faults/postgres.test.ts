/** PostgreSQL breaks under writers: evaluation and subscriptions go on, writers are told to try again, and all comes back. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Recorder } from '../support/recorder';
import type { ServerProcess } from '../support/server-process';
import { startTcpProxy, type TcpProxy } from '../support/tcp-proxy';
import { CONVERGENCE_MS, expectAllDelivered } from './checks';
import { describeFaults, report, scaled, startCluster, until, type Cluster } from './cluster';
import { Evaluators } from './evaluators';
import { Stopwatch } from '../support/stopwatch';
import { Writers } from './writers';

const SUBSCRIBERS = 20;
const WRITERS = 4;
const PAUSE_MS = scaled(20_000, 3_000);
/** PostgreSQL ends a transaction that waits for 4 s (docs/OPERATIONS.md). */
const STOOD_STILL_MS = 6_000;
/** Subscribers wait for a server that stands still, also on a machine that is late. */
const SILENCE_MS = 60_000;
/** A statement is given up after this when its connection is taken and nothing comes (docs/OPERATIONS.md). */
const GIVEN_UP_MS = 12_000;
const MACHINE_MS = 10_000;
const CONNECTED_WITHIN_MS = 60_000;

jest.setTimeout(scaled(600_000, 360_000));

describeFaults('servers on a PostgreSQL', () => {
  let cluster: Cluster;
  let recorders: Recorder[];
  /** Between each server and PostgreSQL. */
  const links: TcpProxy[] = [];
  beforeAll(async () => {
    cluster = await startCluster({
      environments: 2,
      // Held open for a while, so that there are transactions to break in the middle.
      env: { HOLD_TRANSACTIONS_MS: '20' },
      envOf: async ({ postgres }) => {
        const link = await startTcpProxy(postgres.port);
        links.push(link);
        return { DATABASE_URL: postgres.url.replace(`:${postgres.port}/`, `:${link.port}/`) };
      },
    });
    recorders = Array.from({ length: SUBSCRIBERS }, (_, first) => cluster.record({ first, silenceMs: SILENCE_MS }));
  });
  afterAll(async () => {
    await cluster?.close();
    for (const link of links) await link.close();
  });

  async function under(what: string, fault: () => Promise<void>, backWithinMs = CONVERGENCE_MS): Promise<Writers> {
    await until('every subscriber is connected', CONNECTED_WITHIN_MS, () =>
      recorders.every((recorder) => recorder.connections > 0),
    );
    const connections = recorders.map((recorder) => recorder.connections);
    const onEach = cluster.urls.map((_url, server) => new Writers(cluster, { servers: [server] }));
    const authors = await Promise.all(onEach.map((each) => each.makeAuthor()));
    await leaveIdleConnections();
    const writers = await new Writers(cluster).start(WRITERS);
    const evaluators = new Evaluators(cluster);
    await sleep(200);
    await fault();
    const stopwatch = new Stopwatch();
    await Promise.all(onEach.map((each, server) => each.write(authors[server]!, 0)));
    const recoveredMs = stopwatch.stop();
    await sleep(500);
    await writers.stop();
    await evaluators.stop();
    const tookMs = await expectAllDelivered(cluster, writers, recorders);
    report(
      `${what}: ${writers.acknowledged.length} mutations, told ${JSON.stringify([...writers.lost])}, the slowest answer in ` +
        `${writers.longestAnswerMs} ms; ${evaluators.answers.join(' and ')} evaluations, the slowest in ${evaluators.slowestMs} ms; ` +
        `each server writes after ${recoveredMs} ms, converged in ${tookMs} ms`,
    );
    expect(evaluators.problems).toEqual([]);
    expect(Math.min(...evaluators.answers)).toBeGreaterThan(0);
    expect(recorders.map((recorder) => recorder.connections)).toEqual(connections);
    expect(recoveredMs).toBeLessThan(backWithinMs);
    return writers;
  }

  /** So that each server has connections to PostgreSQL that it does not use. */
  async function leaveIdleConnections(): Promise<void> {
    const reads = cluster.urls.flatMap((_url, server) =>
      Array.from({ length: 8 }, () => cluster.admin(server).request('{ organizations(first: 1) { nodes { id } } }')),
    );
    await Promise.all(reads);
  }

  /** Pauses the server in a transaction: when none is open, it goes on and is paused again a moment later. */
  async function pauseInTransaction(server: ServerProcess): Promise<void> {
    for (;;) {
      server.pause();
      // The other server's go on meanwhile.
      await sleep(500);
      const [row] = await cluster.postgres.query<{ count: number }>(
        `SELECT count(*)::integer AS count FROM pg_stat_activity
         WHERE datname = current_database() AND state LIKE 'idle in transaction%' AND state_change < now() - interval '300 ms'`,
      );
      if (row!.count > 0) return;
      server.resume();
      await sleep(200 + 200 * Math.random());
    }
  }

  it('tell writers UNAVAILABLE when transactions are broken in the middle, and apply each mutation once', async () => {
    let broken = 0;
    const writers = await under('transactions broken', async () => {
      for (let turn = 0; turn < scaled(100, 12) || broken <= 10; turn++) {
        const ended = await cluster.postgres.query<object>(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
           WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xid IS NOT NULL`,
        );
        broken += ended.length;
        await sleep(100);
      }
    });

    expect(broken).toBeGreaterThan(10);
    expect([...writers.lost.keys()]).toEqual(['UNAVAILABLE']);
  });

  it('go on evaluating while PostgreSQL is killed and started again, and lose nothing', async () => {
    const writers = await under('killed', async () => {
      for (let turn = 0; turn < scaled(10, 2); turn++) {
        await cluster.postgres.kill();
        await sleep(500);
        await cluster.postgres.start();
        await sleep(500);
      }
    });

    expect([...writers.lost.keys()]).toEqual(['UNAVAILABLE']);
  });

  it('go on evaluating while PostgreSQL stands still, and lose nothing', async () => {
    const writers = await under('paused', async () => {
      cluster.postgres.pause();
      await sleep(PAUSE_MS);
      cluster.postgres.resume();
    });

    // A server that is known not to answer is UNAVAILABLE; what had begun before ends with the operation's own time.
    expect([...writers.lost.keys()].filter((code) => code !== 'UNAVAILABLE' && code !== 'DEADLINE_EXCEEDED')).toEqual([]);
  });

  it('go on when one of them stood still for longer than PostgreSQL waits for a transaction', async () => {
    const writers = await under('a server stood still', async () => {
      for (let turn = 0; turn < scaled(5, 1); turn++) {
        await pauseInTransaction(cluster.servers[0]!);
        await sleep(STOOD_STILL_MS);
        cluster.servers[0]!.resume();
        await sleep(1_000);
      }
    });

    expect([...writers.lost.keys()]).toEqual(['UNAVAILABLE']);
  });

  it.each([
    ['for longer than anybody waits for an answer', scaled(20_000, 15_000), CONVERGENCE_MS],
    // PostgreSQL does not know of it, so that its locks are held until it notices.
    ['for a moment', 5_000, GIVEN_UP_MS],
  ])('go on evaluating while their connections to PostgreSQL are mute %s, and lose nothing', async (how, ms, backWithinMs) => {
    const mute = async (): Promise<void> => {
      for (const link of links) link.stall();
      await sleep(ms);
      for (const link of links) link.heal();
    };

    const writers = await under(`mute ${how}`, mute, backWithinMs);

    expect(writers.longestAnswerMs).toBeLessThan(GIVEN_UP_MS + MACHINE_MS);
    expect([...writers.lost.keys()].filter((code) => code !== 'UNAVAILABLE' && code !== 'DEADLINE_EXCEEDED')).toEqual([]);
  });
});
