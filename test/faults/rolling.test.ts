/** A release: one server after the other drains and comes back, under load. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expectAllDelivered } from './checks';
import { describeFaults, report, scaled, startCluster, type Cluster } from './cluster';
import { Writers } from './writers';

const DURATION_MS = scaled(120_000, 12_000);
const SUBSCRIBERS = 20;
const WRITERS = 4;

jest.setTimeout(scaled(600_000, 360_000));

describeFaults('two servers', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ environments: 2 });
  });
  afterAll(() => cluster?.close());

  it('fail no mutation and leave no gap while they are restarted in turn', async () => {
    const recorders = Array.from({ length: SUBSCRIBERS }, (_, first) => cluster.record({ first }));
    const writers = await new Writers(cluster, { pauseMs: 10 }).start(WRITERS);
    const codes: (number | null)[] = [];
    const end = Date.now() + DURATION_MS;
    for (let turn = 0; turn < 2 || Date.now() < end; turn++) {
      const server = cluster.servers[turn % 2]!;
      codes.push(await server.drain());
      await server.start();
      await sleep(300);
    }
    await writers.stop();

    const tookMs = await expectAllDelivered(cluster, writers, recorders);
    report(
      `${codes.length} restarts, ${writers.acknowledged.length} mutations, sent again after ${JSON.stringify([...writers.lost])}; ` +
        `converged in ${tookMs} ms`,
    );
    expect(codes.length).toBeGreaterThan(1);
    expect(codes.filter((code) => code !== 0)).toEqual([]);
    // A server that went away by order lost nothing: it answers what it has begun.
    expect([...writers.lost.keys()].filter((what) => !['ECONNREFUSED', 'UND_ERR_SOCKET', 'ECONNRESET'].includes(what))).toEqual(
      [],
    );
  });
});
