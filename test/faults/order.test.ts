/** Transactions that begin early and commit late: the order of delivery is the order of the commits, and none is missed. */
import { Client } from 'pg';
import { setTimeout as sleep } from 'node:timers/promises';
import { toggle } from '../support/make';
import { convergence, expectAllDelivered, problemsOfSubscribers } from './checks';
import { describeFaults, report, scaled, startCluster, until, type Cluster } from './cluster';
import { Writers } from './writers';

const WRITERS = scaled(12, 6);
/** How many changes must have been overtaken before it counts as a proof. */
const OVERTAKEN = scaled(1_000, 10);
const ENOUGH_MS = scaled(600_000, 240_000);
const MACHINE_MS = 60_000;

jest.setTimeout(scaled(900_000, 480_000));

describeFaults('two servers', () => {
  let cluster: Cluster;
  beforeAll(async () => {
    cluster = await startCluster({ environments: 3, env: { HOLD_TRANSACTIONS_MS: '25' } });
  });
  afterAll(() => cluster?.close());

  it('miss no change of writers whose transactions overtake each other', async () => {
    const recordersOf = cluster.places.map((place) => Array.from({ length: 5 }, (_, first) => cluster.record({ place, first })));
    const writers = await new Writers(cluster).start(WRITERS);
    await until('enough transactions have overtaken each other', ENOUGH_MS, async () => {
      await sleep(500);
      return (await countOvertaken()) >= OVERTAKEN;
    });
    await writers.stop();

    for (const [index, recorders] of recordersOf.entries()) {
      await convergence(cluster, recorders, cluster.places[index]);
      expect(await problemsOfSubscribers(cluster, recorders, cluster.places[index])).toEqual([]);
    }
    await expectAllDelivered(cluster, writers, recordersOf[0]!);
    const overtaken = await countOvertaken();
    report(`${writers.acknowledged.length} mutations, of which ${overtaken} committed after one that had begun later`);
    expect(overtaken).toBeGreaterThanOrEqual(OVERTAKEN);
  });

  it('deliver a change that was held open while others committed, and what waited for it, in the order of the commits', async () => {
    const [held, other] = [cluster.places[0]!, cluster.places[1]!];
    const late = cluster.record({ place: held });
    const meanwhile = cluster.record({ place: other });
    await convergence(cluster, [late], held);
    await convergence(cluster, [meanwhile], other);
    const before = await cluster.head(held);
    const client = new Client({ connectionString: cluster.postgres.url });
    await client.connect();
    await client.query('BEGIN');
    await client.query(
      `WITH head AS (UPDATE environment_head SET revision = revision + 1 WHERE environment_id = $1 RETURNING *)
       INSERT INTO environment_revision (environment_id, revision, epoch, change_id, events, created_at)
       SELECT environment_id, revision, epoch, 'change_held_open', $2::json, now() FROM head`,
      [held.environment.id, JSON.stringify([await sameFlagAgain()])],
    );

    const [flag, second] = cluster.flags;
    const project = { ...cluster.project, client: cluster.admin(1) };
    const otherHead = await cluster.head(other);
    await toggle(project, second!, other.environment, true);
    await until('the other environment goes on', MACHINE_MS, () =>
      meanwhile.has({ ...otherHead, revision: otherHead.revision + 1 }),
    );
    const waiting = toggle(project, flag!, held.environment, true);
    await sleep(300);
    const eventsBefore = late.events.length;
    await client.query('COMMIT');
    await client.end();
    await waiting;
    await convergence(cluster, [late], held);

    const seen = late.events.slice(eventsBefore).map(({ kind, revision }) => [kind, revision - before.revision]);
    expect(seen).toEqual([
      ['CHANGES', 1],
      ['CHANGES', 2],
    ]);
    expect(await problemsOfSubscribers(cluster, [late], held)).toEqual([]);
    expect(await problemsOfSubscribers(cluster, [meanwhile], other)).toEqual([]);
    expect(cluster.crashes()).toEqual([]);
  });

  /** Changes that bear a lower transaction number than one of an earlier revision. */
  async function countOvertaken(): Promise<number> {
    const [row] = await cluster.postgres.query<{ count: number }>(
      `SELECT count(*)::integer AS count FROM (
         SELECT xmin::text::bigint AS own, max(xmin::text::bigint) OVER (
           PARTITION BY environment_id ORDER BY revision ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS before
         FROM environment_revision) r WHERE own < before`,
    );
    return row!.count;
  }

  /** An event that says again what is so already. */
  async function sameFlagAgain(): Promise<object> {
    const { flags } = await cluster.snapshot();
    const wire = flags[0]!;
    return { kind: 'UPDATED', flagKey: wire.key, flag: { label: { name: 'Flag', tags: [] }, wire } };
  }
});
