/** The change that made a revision, and the revision that held at an instant: after purges, erasures and restores, too. */
import { purgeRevisions } from '../../src/modules/changes/retention-repository';
import { findRevision, findRevisionAt, type RecordedRevision } from '../../src/modules/changes/revision-repository';
import { renewEpochs } from '../../src/modules/changes/epoch-repository';
import { createTestClock } from '../support/clock';
import { configure, makeEnvironment, makeFlag, makeProject, mutate, toggle, type Made, type MadeProject } from '../support/make';
import { createWorld, type World } from '../support/world';

const SECOND_MS = 1_000;
const KEY = 'ada@example.com';

const clock = createTestClock();
let world: World;
beforeAll(async () => {
  world = await createWorld({ clock });
});
afterAll(() => world.close());

interface Scene {
  readonly project: MadeProject;
  readonly environment: Made;
  readonly flag: Made;
  /** Changes that made revisions 1, 2, …, as the audit log has them. */
  readonly changes: () => Promise<{ readonly id: string; readonly createdAt: Date }[]>;
}

/** An environment at revision 5, whose revisions are a second apart and name a targeting key in the second. */
async function makeScene(): Promise<Scene> {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const step = async (work: Promise<unknown>): Promise<void> => {
    await work;
    clock.advance(SECOND_MS);
  };
  clock.advance(SECOND_MS);
  const flag = await makeFlag(project);
  clock.advance(SECOND_MS);
  await step(configure(project, flag, environment, { targets: [{ variation: 'on', targetingKeys: [KEY] }] }));
  await step(configure(project, flag, environment, { expectedVersion: 1 }));
  await step(toggle(project, flag, environment, false));
  await step(toggle(project, flag, environment, true));
  const changes = (): Promise<{ id: string; createdAt: Date }[]> =>
    world.app.database.connection.query(
      `SELECT DISTINCT c.sequence, c.id, c.created_at AS "createdAt" FROM change c JOIN change_body b ON b.change_id = c.id
       WHERE b.subject_id = $1 OR b.parent_id = $1 ORDER BY c.sequence`,
      [flag.id],
    );
  return { project, environment, flag, changes };
}

const at = ({ environment }: Scene, instant: Date): Promise<RecordedRevision | null> =>
  findRevisionAt(world.app.database.connection, environment.id, instant);
const revisionAt = async (scene: Scene, instant: Date): Promise<number | null> => (await at(scene, instant))?.revision ?? null;
const recordOf = ({ environment }: Scene, revision: number): Promise<RecordedRevision | null> =>
  findRevision(world.app.database.connection, environment.id, revision);
const query = (sql: string, parameters: unknown[]): Promise<unknown> => world.app.database.connection.query(sql, parameters);
const shifted = (instant: Date, ms: number): Date => new Date(instant.getTime() + ms);
const newest = (scene: Scene): Promise<RecordedRevision | null> => at(scene, shifted(clock.now(), 3_600_000));

async function purgeAll(): Promise<void> {
  await purgeRevisions(world.app.database, shifted(clock.now(), 86_400_001), { days: 1, revisionsMin: 0 });
}

async function eraseKey({ project }: Scene): Promise<void> {
  const { userErrors } = await mutate(
    project.client,
    'eraseContextData',
    { organizationId: project.organizationId, targetingKey: KEY },
    'erasedBodyCount',
  );
  expect(userErrors).toEqual([]);
}

it.each<[string, (scene: Scene) => Promise<void>]>([
  ['as they were written', async () => {}],
  ['after a purge', purgeAll],
  ['after an erasure', eraseKey],
  ['after both', async (scene) => purgeAll().then(() => eraseKey(scene))],
])('finds the change of each revision and the revision of each instant, %s', async (_when, happen) => {
  const scene = await makeScene();
  const { epoch } = (await newest(scene))!;
  const changes = await scene.changes();

  await happen(scene);

  expect(changes).toHaveLength(5);
  for (const [index, { id, createdAt }] of changes.entries()) {
    const revision = index + 1;
    const record = { environmentId: scene.environment.id, epoch, revision, changeId: id, createdAt };
    expect(await recordOf(scene, revision)).toEqual(record);
    // Valid from its own time to the last millisecond before the next.
    expect(await at(scene, createdAt)).toEqual(record);
    expect(await at(scene, shifted(createdAt, SECOND_MS - 1))).toEqual(record);
    expect(await revisionAt(scene, shifted(createdAt, -1))).toBe(revision === 1 ? null : revision - 1);
  }
  expect((await newest(scene))!.revision).toBe(5);
  expect(await Promise.all([0, 6].map((revision) => recordOf(scene, revision)))).toEqual([null, null]);
});

it('returns null for an environment without revisions, and for an unknown one', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const { connection } = world.app.database;

  const found = await Promise.all(
    [environment.id, 'environment_that_is_not_there'].map((id) => findRevisionAt(connection, id, clock.now())),
  );

  expect(found).toEqual([null, null]);
});

it('returns the last of several revisions of one millisecond', async () => {
  const scene = await makeScene();
  const { project, flag, environment } = scene;
  for (const isEnabled of [false, true, false]) await toggle(project, flag, environment, isEnabled);

  expect(await revisionAt(scene, clock.now())).toBe(8);
  expect(await revisionAt(scene, shifted(clock.now(), -1))).toBe(5);
});

it('keeps times in the order of the commits where a clock goes back', async () => {
  const scene = await makeScene();
  const { project, flag, environment } = scene;
  const last = (await newest(scene))!;
  clock.advance(-10 * SECOND_MS);
  await toggle(project, flag, environment, false);
  const back = (await newest(scene))!;
  clock.advance(20 * SECOND_MS);
  await toggle(project, flag, environment, true);

  expect({ revision: back.revision, createdAt: back.createdAt }).toEqual({ revision: 6, createdAt: last.createdAt });
  expect(await revisionAt(scene, shifted(last.createdAt, -1))).toBe(4);
  expect(await revisionAt(scene, last.createdAt)).toBe(6);
  expect(await revisionAt(scene, clock.now())).toBe(7);
});

it('answers of a restored backup what its own history holds, each in the epoch in which it was made', async () => {
  const scene = await makeScene();
  const { project, flag, environment } = scene;
  const lost = (await newest(scene))!;
  const kept = (await recordOf(scene, 3))!;

  await query('DELETE FROM environment_revision WHERE environment_id = $1 AND revision > 3', [environment.id]);
  await query('UPDATE environment_head SET revision = 3 WHERE environment_id = $1', [environment.id]);
  await world.app.database.transaction(({ connection }) => renewEpochs(connection, environment.id));
  const made = await configure(project, flag, environment, { expectedVersion: 4 });
  const next = (await newest(scene))!;

  expect(made).toBe(5);
  expect(await at(scene, lost.createdAt)).toEqual(kept);
  expect(next).toMatchObject({ revision: 4, createdAt: clock.now() });
  expect(next.epoch).not.toBe(lost.epoch);
  expect(await at(scene, shifted(clock.now(), -1))).toEqual(kept);
});
