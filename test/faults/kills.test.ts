/** Servers that are killed at the worst moments, under writers and subscribers. */
import { report, scaled, startCluster, describeFaults, type Cluster } from './cluster';
import { expectAllDelivered } from './checks';
import type { FailPoint } from '../support/fail-points';
import { Writers } from './writers';

const KILLS = scaled(200, 12);
const SUBSCRIBERS = 50;
const WRITERS = 4;
const POINTS: readonly FailPoint['at'][] = ['inside', 'committed', 'notified'];

let drawn = 0;
const drawFailPoint = (): FailPoint => ({ at: POINTS[drawn++ % POINTS.length]!, pass: 1 + Math.floor(Math.random() * 5) });

jest.setTimeout(scaled(1_800_000, 480_000));

describeFaults('two servers', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ environments: 2 });
  });
  afterAll(() => cluster?.close());

  it(`lose and double no change when they are killed ${KILLS} times around commit, notification and answer`, async () => {
    const recorders = Array.from({ length: SUBSCRIBERS }, (_, first) => cluster.record({ first }));
    const writers = await new Writers(cluster, { pauseMs: 20 }).start(WRITERS);
    for (const server of cluster.servers) {
      await server.kill();
      await server.start(drawFailPoint());
    }
    for (let kill = 0; kill < KILLS; kill++) {
      const victim = cluster.servers[kill % 2]!;
      victim.arm();
      // The other one serves alone until this one is back.
      await victim.ended();
      await victim.start(drawFailPoint());
    }
    await writers.stop();

    const tookMs = await expectAllDelivered(cluster, writers, recorders);
    const events = recorders.reduce((sum, recorder) => sum + recorder.events.length, 0);
    const connections = recorders.reduce((sum, recorder) => sum + recorder.connections, 0);
    report(
      `${KILLS} kills, ${writers.acknowledged.length} mutations, ${writers.issued.size} attempts, ` +
        `${events} events on ${connections} connections, converged in ${tookMs} ms`,
    );
    // Else nothing was in the way of anybody.
    expect(writers.issued.size).toBeGreaterThan(writers.acknowledged.length);
  });
});
