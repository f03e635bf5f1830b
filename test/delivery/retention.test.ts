/** Events of old revisions go; nothing that is delivered or built depends on them, and who needs one is told to begin anew. */
import { forgetRevisions } from '../../src/modules/changes/erasure-repository';
import { purgeRevisions } from '../../src/modules/changes/retention-repository';
import { SnapshotCache } from '../../src/modules/snapshots/snapshot-cache';
import { makeApiKey, toggle } from '../support/make';
import { epochOf, makeScene, type Scene } from '../support/scene';
import { watchOver } from '../support/watchers';
import { createWorld, isEmbedded, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const NOW = new Date('2026-03-01T00:00:00Z');
const OLD = new Date('2026-01-01T00:00:00Z');

const query = <Row>(sql: string, parameters: unknown[]): Promise<Row[]> => world.app.database.connection.query(sql, parameters);

/** An environment at revision `count` + 1, whose rows are all of one time. */
async function makeRevisions(count: number, createdAt: Date): Promise<Scene> {
  const scene = await makeScene(world);
  const { environment } = scene;
  await query(
    `INSERT INTO environment_revision (environment_id, revision, epoch, change_id, events, created_at)
     SELECT environment_id, 1 + n, epoch, 'change_' || n, $3::json, now() FROM environment_head, generate_series(1, $2::integer) n
     WHERE environment_id = $1`,
    [environment.id, count, JSON.stringify([{ kind: 'DELETED', flagKey: 'gone', flag: null }])],
  );
  await query('UPDATE environment_head SET revision = 1 + $2::integer WHERE environment_id = $1', [environment.id, count]);
  await query('UPDATE environment_revision SET created_at = $2 WHERE environment_id = $1', [environment.id, createdAt]);
  return scene;
}

interface Kept {
  /** Rows, with events or without. */
  readonly rows: number;
  /** Rows with events, and the first and last of them. */
  readonly withEvents: number;
  readonly first: number;
  readonly last: number;
}

async function revisionsOf({ environment }: Scene): Promise<Kept> {
  const rows = await query<Kept>(
    `SELECT count(*)::integer AS rows, count(events)::integer AS "withEvents",
       min(revision) FILTER (WHERE events IS NOT NULL) AS first, max(revision) FILTER (WHERE events IS NOT NULL) AS last
     FROM environment_revision WHERE environment_id = $1`,
    [environment.id],
  );
  return rows[0]!;
}

/** All but the events, and which version of the row it is. */
const skeletonsOf = ({ environment }: Scene): Promise<object[]> =>
  query(`SELECT revision, epoch, change_id, created_at FROM environment_revision WHERE environment_id = $1 ORDER BY revision`, [
    environment.id,
  ]);

const purge = (revisionsMin: number): Promise<number> => purgeRevisions(world.app.database, NOW, { days: 30, revisionsMin });

it('takes the events of what is both old and far behind, in batches, and keeps the rest', async () => {
  const [old, young, short] = [await makeRevisions(2_599, OLD), await makeRevisions(2_599, NOW), await makeRevisions(9, OLD)];
  const skeletons = await skeletonsOf(old);

  const purged = await purge(50);

  expect(purged).toBe(2_550);
  expect(await revisionsOf(old)).toEqual({ rows: 2_600, withEvents: 50, first: 2_551, last: 2_600 });
  expect(await revisionsOf(young)).toEqual({ rows: 2_600, withEvents: 2_600, first: 1, last: 2_600 });
  expect(await revisionsOf(short)).toEqual({ rows: 10, withEvents: 10, first: 1, last: 10 });
  expect(await skeletonsOf(old)).toEqual(skeletons);
});

it('does not touch again what it has purged', async () => {
  const scene = await makeRevisions(1_500, OLD);
  const versions = (): Promise<object[]> =>
    query('SELECT revision, ctid::text, xmin::text FROM environment_revision WHERE environment_id = $1 ORDER BY revision', [
      scene.environment.id,
    ]);
  await purge(100);
  const before = await versions();

  const again = await purge(100);

  expect(again).toBe(0);
  expect(await versions()).toEqual(before);
});

it('purges while somebody writes, and takes nothing of what is written', async () => {
  await purge(0);
  const scene = await makeRevisions(3_000, OLD);
  const { project, flag, environment } = scene;
  const writing = (async () => {
    for (let turn = 0; turn < 20; turn++) await toggle(project, flag, environment, turn % 2 === 0);
  })();

  let purged = 0;
  for (let turn = 0; turn < 5; turn++) purged += await purge(0);
  await writing;
  purged += await purge(0);

  // The flag was created with a time that the scene has moved into the past.
  expect(purged).toBe(3_001);
  expect(await revisionsOf(scene)).toEqual({ rows: 3_021, withEvents: 20, first: 3_002, last: 3_021 });
});

it('answers a resume behind the purge with RESYNC, and one after it with the revisions', async () => {
  const scene = await makeRevisions(20, OLD);
  const secret = await makeApiKey(scene.project, scene.environment);
  await purge(5);
  const epoch = await epochOf(world, secret);
  const first = async (revision: number): Promise<unknown> => {
    const events = world.socket(secret).iterate({
      query: 'subscription ($since: RevisionInput) { flagChanged(since: $since) { kind revision } }',
      variables: { since: { epoch, revision } },
    });
    const { value } = (await events.next()) as { value: { data: { flagChanged: unknown } } };
    await events.return!();
    return value.data.flagChanged;
  };

  expect(await first(3)).toEqual({ kind: 'RESYNC', revision: 21 });
  expect(await first(15)).toEqual({ kind: 'RESYNC', revision: 21 });
  expect(await first(16)).toEqual({ kind: 'CHANGES', revision: 17 });
});

it('tells one who comes from behind the purge to begin anew once, and goes on live', async () => {
  const scene = await makeRevisions(20, OLD);
  const { project, flag, environment } = scene;
  const secret = await makeApiKey(project, environment);
  await purge(5);
  const epoch = await epochOf(world, secret);

  const watcher = watchOver('WebSocket', world.app, secret, { since: { epoch, revision: 15 } });
  await watcher.count(1);
  await toggle(project, flag, environment, true);
  await toggle(project, flag, environment, false);
  const events = await watcher.count(3);
  watcher.stop();

  expect(events).toEqual([
    { kind: 'RESYNC', epoch, revision: 21 },
    { kind: 'CHANGES', epoch, revision: 22 },
    { kind: 'CHANGES', epoch, revision: 23 },
  ]);
});

it('builds the same snapshot without the rows as with them, and keeps the epoch', async () => {
  const scene = await makeRevisions(20, OLD);
  const wholeOf = async (): Promise<unknown> =>
    (await new SnapshotCache({ database: world.app.database }).open(scene.environment.id))!.snapshot;
  const before = await wholeOf();

  await purge(0);
  const after = await wholeOf();
  await toggle(scene.project, scene.flag, scene.environment, true);

  expect(await revisionsOf(scene)).toEqual({ rows: 22, withEvents: 1, first: 22, last: 22 });
  expect(after).toEqual(before);
});

it('brings a state up whose own row was purged, without taking that for a restored backup', async () => {
  const scene = await makeRevisions(20, OLD);
  const renewed: string[] = [];
  const cache = new SnapshotCache({ database: world.app.database, onNewEpoch: (id) => void renewed.push(id) });
  const state = (await cache.open(scene.environment.id))!;
  const { epoch } = state;

  await purge(0);
  await toggle(scene.project, scene.flag, scene.environment, true);
  await cache.catchUp(scene.environment.id);

  expect({ renewed, epoch: state.epoch, revision: state.revision }).toEqual({ renewed: [], epoch, revision: 22 });
});

it('reads the environment whole where revisions that a state misses have no events any more', async () => {
  const scene = await makeRevisions(20, OLD);
  const cache = new SnapshotCache({ database: world.app.database });
  const state = (await cache.open(scene.environment.id))!;
  await world.app.database.transaction(async ({ connection }) => {
    await connection.query(
      `INSERT INTO environment_revision (environment_id, revision, epoch, change_id, events, created_at)
       SELECT environment_id, 22, epoch, 'change_22', NULL, $2 FROM environment_head WHERE environment_id = $1`,
      [scene.environment.id, OLD],
    );
    await connection.query('UPDATE environment_head SET revision = 22 WHERE environment_id = $1', [scene.environment.id]);
  });

  await cache.catchUp(scene.environment.id);

  expect({ revision: state.revision, changeId: state.changeId, remembered: state.revisionsAfter(21) }).toEqual({
    revision: 22,
    changeId: 'change_22',
    remembered: null,
  });
});

// The embedded database has one session, so nobody else could hold the lock.
if (!isEmbedded) {
  it('passes over rows that an erasure has locked, and waits for nobody', async () => {
    await purge(0);
    const [erased, other] = [await makeRevisions(20, OLD), await makeRevisions(20, OLD)];

    const purged = await world.app.database.transaction(async ({ connection }) => {
      await forgetRevisions(connection, new Map([[erased.environment.id, 12]]));
      return purge(0);
    });

    // 13 to 21 of the one, all of the other.
    expect(purged).toBe(9 + 21);
    expect(await revisionsOf(erased)).toMatchObject({ rows: 21, withEvents: 0 });
    expect(await revisionsOf(other)).toMatchObject({ rows: 21, withEvents: 0 });
  });

  it('leaves the purge to the server that is at it', async () => {
    await purge(5);
    const scene = await makeRevisions(20, OLD);

    const counts = await Promise.all(Array.from({ length: 4 }, () => purge(5)));

    expect(counts.reduce((sum, count) => sum + count)).toBe(16);
    expect(await revisionsOf(scene)).toEqual({ rows: 21, withEvents: 5, first: 17, last: 21 });
  });
}
