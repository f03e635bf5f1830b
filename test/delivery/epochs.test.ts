/** Restored backups: clients that have seen more than the database holds now are told to begin anew, and no others are. */
import type { Connection } from '../../src/database/transaction';
import { type EnvironmentState } from '../../src/modules/snapshots/environment-state';
import { SnapshotCache } from '../../src/modules/snapshots/snapshot-cache';
import { renewEpochs } from '../../src/modules/changes/epoch-repository';
import { readHeads } from '../../src/modules/changes/head-repository';
import { makeApiKey, makeFlag, toggle } from '../support/make';
import { makeScene, type Scene } from '../support/scene';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

/** An environment at revision 4. */
async function makeRevisions(): Promise<Scene> {
  const scene = await makeScene(world);
  const { project, environment, flag } = scene;
  for (const isEnabled of [true, false, true]) await toggle(project, flag, environment, isEnabled);
  return scene;
}

const query = <Row>(sql: string, parameters: unknown[]): Promise<Row[]> => world.app.database.connection.query(sql, parameters);

/** Does what restoring a backup does: leaves the head and rows of an earlier revision, in the same epoch. */
async function goBackTo(revision: number, { environment }: Scene): Promise<void> {
  await world.app.database.transaction(async ({ connection }) => {
    await connection.query('DELETE FROM environment_revision WHERE environment_id = $1 AND revision > $2', [
      environment.id,
      revision,
    ]);
    await connection.query('UPDATE environment_head SET revision = $2 WHERE environment_id = $1', [environment.id, revision]);
  });
}

/** The same with the revisions up to `to` made again by other changes, before anybody looks. */
async function goBackAndOn(from: number, to: number, scene: Scene, connection?: Connection): Promise<void> {
  const { environment, flag } = scene;
  if (!connection) return world.app.database.transaction((tx) => goBackAndOn(from, to, scene, tx.connection));
  await connection.query('DELETE FROM environment_revision WHERE environment_id = $1 AND revision > $2', [environment.id, from]);
  await connection.query(
    `INSERT INTO environment_revision (environment_id, revision, epoch, change_id, events, created_at)
     SELECT environment_id, n, epoch, 'change_of_another_history', $4::json, now()
     FROM environment_head, generate_series($2::integer + 1, $3::integer) n WHERE environment_id = $1`,
    [environment.id, from, to, JSON.stringify([{ kind: 'DELETED', flagKey: flag.key, flag: null }])],
  );
  await connection.query('UPDATE environment_head SET revision = $2 WHERE environment_id = $1', [environment.id, to]);
}

interface Server {
  readonly cache: SnapshotCache;
  readonly state: EnvironmentState;
  /** Environments that it gave a new epoch. */
  readonly renewed: string[];
}

async function openServer({ environment }: Scene): Promise<Server> {
  const renewed: string[] = [];
  const cache = new SnapshotCache({ database: world.app.database, onNewEpoch: (id) => void renewed.push(id) });
  return { cache, state: (await cache.open(environment.id))!, renewed };
}

const headOf = async ({ environment }: Scene): Promise<{ epoch: string; revision: number }> =>
  (
    await query<{ epoch: string; revision: number }>('SELECT epoch, revision FROM environment_head WHERE environment_id = $1', [
      environment.id,
    ])
  )[0]!;

const accessOf = async ({ project }: Scene): Promise<number> =>
  (await readHeads(world.app.database.connection, [])).access.get(project.organizationId)!;

describe('a server that has seen later revisions', () => {
  it('makes a new epoch when the head went back, and reads the database anew', async () => {
    const scene = await makeRevisions();
    const { cache, state, renewed } = await openServer(scene);
    const before = { epoch: state.epoch, revision: state.revision, access: await accessOf(scene) };

    await goBackTo(2, scene);
    await cache.catchUp(scene.environment.id);

    expect(before.revision).toBe(4);
    expect(renewed).toEqual([scene.environment.id]);
    expect({ epoch: state.epoch, revision: state.revision }).toEqual(await headOf(scene));
    expect(state.revision).toBe(2);
    expect(state.epoch).not.toBe(before.epoch);
    expect(await accessOf(scene)).toBeGreaterThan(before.access);
  });

  it.each([
    ['at the same revision', 4],
    ['further', 7],
    ['further than it would read row by row', 1_500],
  ])('makes a new epoch when the restored database has moved on, %s', async (_where, to) => {
    const scene = await makeRevisions();
    const { cache, state, renewed } = await openServer(scene);
    const { epoch } = state;

    await goBackAndOn(2, to, scene);
    const { environments } = await readHeads(world.app.database.connection, [scene.environment.id]);
    await cache.catchUpWith(environments);

    expect(renewed).toEqual([scene.environment.id]);
    expect({ epoch: state.epoch, revision: state.revision }).toEqual(await headOf(scene));
    expect(state.revision).toBe(to);
    expect(state.epoch).not.toBe(epoch);
  });

  it('makes a new epoch also where the restored database has no events of the revision that it has seen', async () => {
    const scene = await makeRevisions();
    const { cache, state, renewed } = await openServer(scene);
    const { epoch } = state;

    await world.app.database.transaction(async ({ connection }) => {
      await goBackAndOn(2, 7, scene, connection);
      await connection.query('UPDATE environment_revision SET events = NULL WHERE environment_id = $1 AND revision <= 4', [
        scene.environment.id,
      ]);
    });
    await cache.catchUp(scene.environment.id);

    expect(renewed).toEqual([scene.environment.id]);
    expect({ epoch: state.epoch, revision: state.revision }).toEqual(await headOf(scene));
    expect(state.epoch).not.toBe(epoch);
  });

  it('leaves the epoch to one of several servers that notice at once', async () => {
    const scene = await makeRevisions();
    const servers = await Promise.all(Array.from({ length: 5 }, () => openServer(scene)));

    await goBackTo(1, scene);
    await Promise.all(servers.map(({ cache }) => cache.catchUp(scene.environment.id)));

    expect(servers.flatMap(({ renewed }) => renewed)).toEqual([scene.environment.id]);
    const head = await headOf(scene);
    expect(servers.map(({ state }) => ({ epoch: state.epoch, revision: state.revision }))).toEqual(servers.map(() => head));
  });

  it('takes an answer that was long on its way for what it is', async () => {
    const scene = await makeRevisions();
    const { cache, state, renewed } = await openServer(scene);
    const { environments: old } = await readHeads(world.app.database.connection, [scene.environment.id]);
    const { epoch } = state;

    await toggle(scene.project, scene.flag, scene.environment, false);
    await cache.catchUp(scene.environment.id);
    await cache.catchUpWith(old);

    expect({ renewed, epoch: state.epoch, revision: state.revision }).toEqual({ renewed: [], epoch, revision: 5 });
  });

  it('keeps the epoch while several write and many look', async () => {
    const scene = await makeRevisions();
    const { project, environment, flag } = scene;
    const others = await Promise.all([makeFlag(project), makeFlag(project)]);
    const servers = await Promise.all([openServer(scene), openServer(scene)]);
    const { epoch } = servers[0].state;
    let isOver = false;
    const lookers = servers.map(async ({ cache }) => {
      while (!isOver) {
        const { environments } = await readHeads(world.app.database.connection, [environment.id]);
        await Promise.all([cache.catchUpWith(environments), cache.catchUp(environment.id), cache.catchUp(environment.id)]);
      }
    });

    await Promise.all(
      [flag, ...others].map(async (one) => {
        for (let i = 0; i < 20; i++) await toggle(project, one, environment, i % 2 === 1);
      }),
    );
    isOver = true;
    await Promise.all(lookers);
    await Promise.all(servers.map(({ cache }) => cache.catchUp(environment.id)));

    // 4 for the scene, one for each of the other flags, and the toggles that changed something.
    const { revision } = await headOf(scene);
    expect(revision).toBeGreaterThan(60);
    expect(servers.map(({ state, renewed }) => ({ renewed, epoch: state.epoch, revision: state.revision }))).toEqual(
      servers.map(() => ({ renewed: [], epoch, revision })),
    );
  });
});

interface Event {
  readonly kind: string;
  readonly revision: number;
  readonly epoch: string;
}

describe('a subscriber', () => {
  const follow = (secret: string, since: object): AsyncIterableIterator<{ data?: { flagChanged: Event } | null }> =>
    world.socket(secret).iterate<{ flagChanged: Event }>({
      query: 'subscription ($since: RevisionInput) { flagChanged(since: $since) { kind revision epoch } }',
      variables: { since },
    });
  const next = async (events: ReturnType<typeof follow>): Promise<Event> =>
    ((await events.next()) as { value: { data: { flagChanged: Event } } }).value.data.flagChanged;

  it('is told to begin anew when the database went back under it, and goes on from there', async () => {
    const scene = await makeRevisions();
    const secret = await makeApiKey(scene.project, scene.environment);
    const before = await headOf(scene);
    const events = follow(secret, { epoch: before.epoch, revision: 3 });
    const first = await next(events);

    await goBackTo(2, scene);
    const resync = await next(events);
    await toggle(scene.project, scene.flag, scene.environment, true);
    await toggle(scene.project, scene.flag, scene.environment, false);
    const live = await next(events);

    const after = await headOf(scene);
    expect(first).toEqual({ kind: 'CHANGES', ...before });
    expect(resync).toEqual({ kind: 'RESYNC', epoch: after.epoch, revision: 2 });
    expect(live).toEqual({ kind: 'CHANGES', epoch: after.epoch, revision: 3 });
    expect(after.epoch).not.toBe(before.epoch);
  });

  it('is told to begin anew when an operator gives all environments a new epoch', async () => {
    const scene = await makeRevisions();
    const secret = await makeApiKey(scene.project, scene.environment);
    const before = { ...(await headOf(scene)), access: await accessOf(scene) };
    const events = follow(secret, { epoch: before.epoch, revision: 3 });
    await next(events);

    const count = await world.app.database.transaction(({ connection }) => renewEpochs(connection, null));
    const resync = await next(events);

    const after = await headOf(scene);
    expect(count).toBeGreaterThan(0);
    expect(resync).toEqual({ kind: 'RESYNC', ...after });
    expect(after).toEqual({ epoch: expect.not.stringMatching(before.epoch) as string, revision: before.revision });
    expect(await accessOf(scene)).toBeGreaterThan(before.access);
  });
});

it('gives one environment a new epoch and leaves the others alone', async () => {
  const [one, other] = await Promise.all([makeRevisions(), makeRevisions()]);
  const before = await Promise.all([headOf(one), headOf(other)]);

  const counts = await world.app.database.transaction(async ({ connection }) => [
    await renewEpochs(connection, one.environment.id),
    await renewEpochs(connection, 'environment_that_is_not_there'),
  ]);

  expect(counts).toEqual([1, 0]);
  expect((await headOf(one)).epoch).not.toBe(before[0].epoch);
  expect(await headOf(other)).toEqual(before[1]);
});
