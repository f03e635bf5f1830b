/** PostgreSQL breaks under writers: evaluation and subscriptions go on, writers are told to try again, and all comes back. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Recorder } from '../support/recorder';
import { expectAllDelivered } from './checks';
import { describeFaults, report, scaled, startCluster, until, type Cluster } from './cluster';
import { Evaluators } from './evaluators';
import { Writers } from './writers';

const SUBSCRIBERS = 20;
const WRITERS = 4;
const PAUSE_MS = scaled(20_000, 3_000);
const MACHINE_MS = 10_000;

jest.setTimeout(scaled(600_000, 90_000));

describeFaults('servers on a PostgreSQL', () => {
  let cluster: Cluster;
  let recorders: Recorder[];
  beforeAll(async () => {
    // Held open for a while, so that there are transactions to break in the middle.
    cluster = await startCluster({ environments: 2, env: { HOLD_TRANSACTIONS_MS: '20' } });
    recorders = Array.from({ length: SUBSCRIBERS }, (_, first) => cluster.record({ first }));
  });
  afterAll(() => cluster?.close());

  async function under(what: string, fault: () => Promise<void>): Promise<Writers> {
    await until('every subscriber is connected', MACHINE_MS, () => recorders.every((recorder) => recorder.connections > 0));
    const connections = recorders.map((recorder) => recorder.connections);
    const writers = await new Writers(cluster).start(WRITERS);
    const evaluators = new Evaluators(cluster);
    await sleep(200);
    await fault();
    const { length } = writers.acknowledged;
    const recoveredMs = await until(
      'mutations are acknowledged again',
      MACHINE_MS + 5_000,
      () => writers.acknowledged.length > length,
    );
    await sleep(500);
    await writers.stop();
    await evaluators.stop();
    const tookMs = await expectAllDelivered(cluster, writers, recorders);
    report(
      `${what}: ${writers.acknowledged.length} mutations, told ${JSON.stringify([...writers.lost])}, the slowest answer in ` +
        `${writers.longestAnswerMs} ms; ${evaluators.answers.join(' and ')} evaluations, the slowest in ${evaluators.slowestMs} ms; ` +
        `writes after ${recoveredMs} ms, converged in ${tookMs} ms`,
    );
    expect(evaluators.problems).toEqual([]);
    expect(Math.min(...evaluators.answers)).toBeGreaterThan(0);
    expect(recorders.map((recorder) => recorder.connections)).toEqual(connections);
    return writers;
  }

  it('tell writers UNAVAILABLE when transactions are broken in the middle, and apply each mutation once', async () => {
    let broken = 0;
    const writers = await under('transactions broken', async () => {
      for (let turn = 0; turn < scaled(100, 12); turn++) {
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
});
