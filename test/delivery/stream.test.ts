/** `flagChanged` from a cursor: every revision after it, in order, then live; or one RESYNC. */
import type { Client } from 'graphql-ws';
import { configure, make, makeApiKey, makeFlag, makeSegment, toggle } from '../support/make';
import { writeRevisions } from '../support/revisions';
import { epochOf, makeSceneWithKey, type SceneWithKey } from '../support/scene';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

interface Scene extends SceneWithKey {
  readonly epoch: string;
}

/** An environment at revision 1: its one flag was created and is off. */
async function makeScene(): Promise<Scene> {
  const scene = await makeSceneWithKey(world);
  return { ...scene, epoch: await epochOf(world, scene.secret) };
}

interface Event {
  readonly kind: string;
  readonly revision: number;
  readonly epoch: string;
  readonly changes: readonly { readonly flagKey: string | null }[];
}

const DOCUMENT = `subscription ($since: RevisionInput, $flagKeys: [String!]) {
  flagChanged(since: $since, flagKeys: $flagKeys) { kind revision epoch changes { flagKey } }
}`;

async function take(
  socket: Client,
  variables: Record<string, unknown>,
  count: number,
  meanwhile = async () => {},
): Promise<Event[]> {
  const events: Event[] = [];
  for await (const { data } of socket.iterate<{ flagChanged: Event }>({ query: DOCUMENT, variables })) {
    events.push(data!.flagChanged);
    if (events.length === count) break;
    if (events.length === 1) await meanwhile();
  }
  return events;
}

it('gives exactly the missing revisions in order, then goes on live', async () => {
  const scene = await makeScene();
  const { project, flag, environment, secret, epoch } = scene;
  for (const isEnabled of [true, false, true]) await toggle(project, flag, environment, isEnabled);

  const events = await take(world.socket(secret), { since: { epoch, revision: 2 } }, 4, async () => {
    await toggle(project, flag, environment, false);
    await toggle(project, flag, environment, true);
  });

  const event = { kind: 'CHANGES', epoch, changes: [{ flagKey: flag.key }] };
  expect(events).toEqual([3, 4, 5, 6].map((revision) => ({ ...event, revision })));
});

it('gives 1,000 missing revisions, each once', async () => {
  const scene = await makeScene();
  await writeRevisions(world.app.database.connection, scene, 1_000);

  const events = await take(world.socket(scene.secret), { since: { epoch: scene.epoch, revision: 1 } }, 1_000);

  expect(events.map(({ kind, revision }) => ({ kind, revision }))).toEqual(
    Array.from({ length: 1_000 }, (_, n) => ({ kind: 'CHANGES', revision: n + 2 })),
  );
});

it('asks a subscriber to begin anew who is more than 1,000 revisions behind, then goes on live', async () => {
  const scene = await makeScene();
  const { project, flag, environment, secret, epoch } = scene;
  await writeRevisions(world.app.database.connection, scene, 1_001);
  await world.client(secret).request('query ($min: RevisionInput!) { snapshot(minRevision: $min) { revision } }', {
    min: { epoch, revision: 1_002 },
  });

  const events = await take(world.socket(secret), { since: { epoch, revision: 1 } }, 2, async () => {
    await toggle(project, flag, environment, true);
  });

  expect(events).toEqual([
    { kind: 'RESYNC', revision: 1_002, epoch, changes: [] },
    { kind: 'CHANGES', revision: 1_003, epoch, changes: [{ flagKey: flag.key }] },
  ]);
});

it.each([
  ['who comes from another epoch', (epoch: string) => ({ epoch: `${epoch}x`, revision: 1 })],
  ['who is ahead of the database', (epoch: string) => ({ epoch, revision: 2 })],
  ['whose revision is negative', (epoch: string) => ({ epoch, revision: -1 })],
])('asks a subscriber to begin anew %s', async (_who, sinceOf) => {
  const { project, flag, environment, secret, epoch } = await makeScene();

  const events = await take(world.socket(secret), { since: sinceOf(epoch) }, 2, async () => {
    await toggle(project, flag, environment, true);
  });

  expect(events).toEqual([
    { kind: 'RESYNC', revision: 1, epoch, changes: [] },
    { kind: 'CHANGES', revision: 2, epoch, changes: [{ flagKey: flag.key }] },
  ]);
});

it.each([
  ['were purged', 'UPDATE environment_revision SET events = NULL'],
  ['were deleted by an earlier release', 'DELETE FROM environment_revision'],
])('asks a subscriber to begin anew once, up to the last revision of those that %s, then goes on live', async (_how, sql) => {
  const scene = await makeScene();
  const { project, flag, environment } = scene;
  // All in one transaction: the server looks at the database each second, and would remember what it had seen in between.
  await world.app.database.transaction(async ({ connection }) => {
    await writeRevisions(connection, scene, 10);
    await connection.query(`${sql} WHERE environment_id = $1 AND revision <= 5`, [environment.id]);
  });
  const { secret, epoch } = scene;
  const socket = world.socket(secret);

  const atEdge = await take(socket, { since: { epoch, revision: 5 } }, 6);
  const filtered = await take(socket, { since: { epoch, revision: 4 }, flagKeys: ['another'] }, 1);
  const behind = await take(socket, { since: { epoch, revision: 4 } }, 2, async () => {
    await toggle(project, flag, environment, true);
  });

  expect(atEdge.map(({ kind, revision }) => [kind, revision])).toEqual([6, 7, 8, 9, 10, 11].map((n) => ['CHANGES', n]));
  expect(filtered).toEqual([{ kind: 'RESYNC', revision: 11, epoch, changes: [] }]);
  expect(behind).toEqual([
    { kind: 'RESYNC', revision: 11, epoch, changes: [] },
    { kind: 'CHANGES', revision: 12, epoch, changes: [{ flagKey: flag.key }] },
  ]);
});

it('passes over revisions that change none of the flags asked for', async () => {
  const { project, flag, environment, secret, epoch } = await makeScene();
  const other = await makeFlag(project);
  await toggle(project, other, environment, true);
  await toggle(project, flag, environment, true);

  const events = await take(world.socket(secret), { since: { epoch, revision: 0 }, flagKeys: [flag.key] }, 2);

  const event = { kind: 'CHANGES', epoch, changes: [{ flagKey: flag.key }] };
  expect(events).toEqual([1, 4].map((revision) => ({ ...event, revision })));
});

it('gives all changes of one commit as one event', async () => {
  const { project, environment, flag, secret, epoch } = await makeScene();
  const other = await makeFlag(project);
  const changes = [flag, other].map(({ id }) => ({ toggleFlag: { flagId: id, environmentId: environment.id, isEnabled: true } }));
  await make(project.client, 'applyChangeSet', { projectId: project.id, changes }, 'revisions { revision }');

  const events = await take(world.socket(secret), { since: { epoch, revision: 2 } }, 1);

  const keys = [{ flagKey: flag.key }, { flagKey: other.key }];
  expect(events).toEqual([{ kind: 'CHANGES', epoch, revision: 3, changes: expect.arrayContaining(keys) }]);
  expect(events[0]!.changes).toHaveLength(2);
});

it('gives a filtered subscriber changes of segments, and none of a prerequisite that it does not name', async () => {
  const { project, environment, flag, secret, epoch } = await makeScene();
  const base = await makeFlag(project);
  await configure(project, flag, environment, { prerequisites: [{ flagKey: base.key, variation: 'on' }] });
  await toggle(project, base, environment, true);
  await makeSegment(project);
  const since = { epoch, revision: 2 };

  const one = await take(world.socket(secret), { since, flagKeys: [flag.key] }, 2);
  const both = await take(world.socket(secret), { since, flagKeys: [flag.key, base.key] }, 3);

  const told = (events: Event[]): unknown[] =>
    events.map(({ revision, changes }) => [revision, ...changes.map(({ flagKey }) => flagKey)]);
  expect(told(one)).toEqual([
    [3, flag.key],
    [5, null],
  ]);
  expect(told(both)).toEqual([
    [3, flag.key],
    [4, base.key],
    [5, null],
  ]);
});

it.each(['CLIENT', 'MOBILE'])('refuses a %s key, which has the evaluations instead', async (kind) => {
  const { project, environment } = await makeScene();
  const socket = world.socket(await makeApiKey(project, environment, kind));

  const first = await socket
    .iterate({ query: 'subscription { flagChanged { revision } }' })
    .next()
    .catch((errors: unknown) => errors);

  expect(JSON.stringify(first)).toContain('"code":"FORBIDDEN"');
});

it('gives every revision once and in order to many subscribers while several writers write', async () => {
  const { project, environment, secret, epoch } = await makeScene();
  const flags = await Promise.all(Array.from({ length: 5 }, () => makeFlag(project)));
  const subscribers = Array.from({ length: 4 }, () => take(world.socket(secret), { since: { epoch, revision: 1 } }, 25));

  await Promise.all(
    flags.map(async (flag) => {
      for (const isEnabled of [true, false, true, false]) await toggle(project, flag, environment, isEnabled);
    }),
  );
  const received = await Promise.all(subscribers);

  const revisions = Array.from({ length: 25 }, (_, n) => n + 2);
  expect(received.map((events) => events.map(({ revision }) => revision))).toEqual(Array.from({ length: 4 }, () => revisions));
});

it('says nothing to a subscriber when nothing is committed', async () => {
  const { project, flag, environment, secret, epoch } = await makeScene();
  const events = take(world.socket(secret), { since: { epoch, revision: 1 } }, 1);

  await toggle(project, flag, environment, false);
  await toggle(project, flag, environment, true);

  expect(await events).toEqual([{ kind: 'CHANGES', revision: 2, epoch, changes: [{ flagKey: flag.key }] }]);
});

it('refuses to follow an environment that is not there', async () => {
  const socket = world.socket(world.owner.accessToken);

  const events = socket.iterate({
    query: 'subscription { flagChanged(environmentId: "environment_00000000000000000000000000000000") { revision } }',
  });
  const first = await events.next().catch((errors: unknown) => errors);

  expect(JSON.stringify(first)).toContain('"code":"NOT_FOUND"');
});
