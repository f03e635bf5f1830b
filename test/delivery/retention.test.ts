/** Old revision rows go; nothing that is delivered or built depends on them, and whoever needs one is told to begin anew. */
import { purgeRevisions } from '../../src/modules/changes/retention-repository';
import { SnapshotCache } from '../../src/modules/snapshots/snapshot-cache';
import { makeApiKey, makeEnvironment, makeFlag, makeProject, toggle, type Made, type MadeProject } from '../support/make';
import { createWorld, isEmbedded, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

interface Scene {
  readonly project: MadeProject;
  readonly environment: Made;
  readonly flag: Made;
}

const NOW = new Date('2026-03-01T00:00:00Z');
const OLD = new Date('2026-01-01T00:00:00Z');

const query = <Row>(sql: string, parameters: unknown[]): Promise<Row[]> => world.app.database.connection.query(sql, parameters);

/** An environment at revision `count` + 1, whose rows are all of one time. */
async function makeScene(count: number, createdAt: Date): Promise<Scene> {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const flag = await makeFlag(project);
  await query(
    `INSERT INTO environment_revision (environment_id, revision, epoch, change_id, events, created_at)
     SELECT environment_id, 1 + n, epoch, 'change_' || n, $3::json, now() FROM environment_head, generate_series(1, $2::integer) n
     WHERE environment_id = $1`,
    [environment.id, count, JSON.stringify([{ kind: 'DELETED', flagKey: 'gone', flag: null }])],
  );
  await query('UPDATE environment_head SET revision = 1 + $2::integer WHERE environment_id = $1', [environment.id, count]);
  await query('UPDATE environment_revision SET created_at = $2 WHERE environment_id = $1', [environment.id, createdAt]);
  return { project, environment, flag };
}

async function revisionsOf({ environment }: Scene): Promise<{ first: number; last: number; count: number }> {
  const rows = await query<{ first: number; last: number; count: number }>(
    `SELECT min(revision) AS first, max(revision) AS last, count(*)::integer AS count FROM environment_revision
     WHERE environment_id = $1`,
    [environment.id],
  );
  return rows[0]!;
}

const purge = (revisionsMin: number): Promise<number> => purgeRevisions(world.app.database, NOW, { days: 30, revisionsMin });

it('deletes what is both old and far behind, in batches, and keeps the rest', async () => {
  const [old, young, short] = [await makeScene(2_599, OLD), await makeScene(2_599, NOW), await makeScene(9, OLD)];

  const deleted = await purge(50);

  expect(deleted).toBe(2_550);
  expect(await revisionsOf(old)).toEqual({ first: 2_551, last: 2_600, count: 50 });
  expect(await revisionsOf(young)).toEqual({ first: 1, last: 2_600, count: 2_600 });
  expect(await revisionsOf(short)).toEqual({ first: 1, last: 10, count: 10 });
});

it('answers a resume behind the purge with RESYNC, and one after it with the revisions', async () => {
  const scene = await makeScene(20, OLD);
  const secret = await makeApiKey(scene.project, scene.environment);
  await purge(5);
  const { snapshot } = await world.client(secret).request<{ snapshot: { epoch: string } }>('{ snapshot { epoch } }');
  const first = async (revision: number): Promise<unknown> => {
    const events = world.socket(secret).iterate({
      query: 'subscription ($since: RevisionInput) { flagChanged(since: $since) { kind revision } }',
      variables: { since: { epoch: snapshot.epoch, revision } },
    });
    const { value } = (await events.next()) as { value: { data: { flagChanged: unknown } } };
    await events.return!();
    return value.data.flagChanged;
  };

  expect(await first(3)).toEqual({ kind: 'RESYNC', revision: 21 });
  expect(await first(15)).toEqual({ kind: 'RESYNC', revision: 21 });
  expect(await first(16)).toEqual({ kind: 'CHANGES', revision: 17 });
});

it('builds the same snapshot without the rows as with them, and keeps the epoch', async () => {
  const scene = await makeScene(20, OLD);
  const wholeOf = async (): Promise<unknown> =>
    (await new SnapshotCache({ database: world.app.database }).open(scene.environment.id))!.snapshot;
  const before = await wholeOf();

  await purge(0);
  const after = await wholeOf();
  await toggle(scene.project, scene.flag, scene.environment, true);

  expect(await revisionsOf(scene)).toEqual({ first: 22, last: 22, count: 1 });
  expect(after).toEqual(before);
});

it('brings a book up whose own row was purged, without taking that for a restored backup', async () => {
  const scene = await makeScene(20, OLD);
  const renewed: string[] = [];
  const cache = new SnapshotCache({ database: world.app.database, onNewEpoch: (id) => void renewed.push(id) });
  const state = (await cache.open(scene.environment.id))!;
  const { epoch } = state;

  await purge(0);
  await toggle(scene.project, scene.flag, scene.environment, true);
  await cache.catchUp(scene.environment.id);

  expect({ renewed, epoch: state.epoch, revision: state.revision }).toEqual({ renewed: [], epoch, revision: 22 });
});

// The embedded database has one session, so nobody else could hold the lock.
if (!isEmbedded) {
  it('leaves the purge to the server that is at it', async () => {
    const scene = await makeScene(20, OLD);

    const counts = await Promise.all(Array.from({ length: 4 }, () => purge(5)));

    expect(counts.reduce((sum, count) => sum + count)).toBe(16);
    expect(await revisionsOf(scene)).toEqual({ first: 17, last: 21, count: 5 });
  });
}
