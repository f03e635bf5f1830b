/** Erasing the data of one context from the audit log. */
import type { GraphQLClient } from 'graphql-request';
import { verifyChain } from '../../src/modules/changes/verify-repository';
import {
  configure,
  eventually,
  make,
  makeEnvironment,
  makeFlag,
  makeProject,
  makeSegment,
  mutate,
  targeting,
  toggle,
  type Made,
  type MadeProject,
} from '../support/make';
import { makeMember, refusalOf } from '../support/members';
import { watchOver } from '../support/watchers';
import { createWorld, isEmbedded, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const KEY = 'ada "the first"/lovelace';

interface Erased {
  readonly erasedBodyCount: number | null;
  readonly revisions: { readonly environmentId: string; readonly epoch: string; readonly revision: number }[];
}

const erase = (project: MadeProject, targetingKey = KEY, client: GraphQLClient = project.client) =>
  mutate<Erased>(
    client,
    'eraseContextData',
    { organizationId: project.organizationId, targetingKey },
    `erasedBodyCount revisions { environmentId epoch revision } `,
  );

/** Every row of the database that still contains the key. */
async function mentions({ organizationId }: MadeProject): Promise<string[]> {
  const rows = await world.app.database.connection.query<{ place: string }[]>(
    `SELECT 'body ' || c.kind AS place FROM change c JOIN change_body b ON b.change_id = c.id
     WHERE c.organization_id = $1 AND strpos(coalesce(b.before, '') || coalesce(b.after, ''), $2) > 0
     UNION ALL
     SELECT 'change ' || kind FROM change WHERE organization_id = $1 AND strpos(canonical, $2) > 0
     UNION ALL
     SELECT 'revision ' || r.revision FROM environment_revision r JOIN environment e ON e.id = r.environment_id
     JOIN project p ON p.id = e.project_id WHERE p.organization_id = $1 AND strpos(r.events::text, $2) > 0`,
    [organizationId, JSON.stringify(KEY)],
  );
  return rows.map(({ place }) => place);
}

/** The parts of the revisions that erasing keeps: everything except the events. */
const skeletonsOf = ({ id }: Made): Promise<object[]> =>
  world.app.database.connection.query(
    `SELECT to_jsonb(r) - 'events' AS skeleton FROM environment_revision r WHERE environment_id = $1 ORDER BY revision`,
    [id],
  );

interface ErasureScene {
  readonly project: MadeProject;
  readonly environment: Made;
  readonly other: Made;
  readonly flag: Made;
}

/** The key was in targets, a rule, a segment and a value, and is used nowhere now. */
async function makeTraces(): Promise<ErasureScene> {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const other = await makeEnvironment(project);
  const flag = await makeFlag(project);
  const values = await makeFlag(project, {
    valueType: 'JSON',
    variations: [
      { key: 'on', value: { people: [KEY] } },
      { key: 'off', value: null },
    ],
  });
  const segment = await makeSegment(project, { included: [KEY] });
  await make(project.client, 'removeSegmentKeys', { segmentId: segment.id, keys: [KEY] }, 'removedCount');
  await configure(project, flag, environment, { targets: [{ variation: 'on', targetingKeys: [KEY, 'bob'] }] });
  const condition = { attribute: { attribute: 'targetingKey', operator: 'IN', values: [KEY] } };
  const rules = [{ conditions: [condition], serve: { variation: 'on' } }];
  await configure(project, flag, environment, { expectedVersion: 1, rules });
  await configure(project, flag, environment, { expectedVersion: 2 });
  const variations = [
    { key: 'on', value: { people: [] } },
    { key: 'off', value: null },
  ];
  await make(project.client, 'updateFlag', { flagId: values.id, expectedVersion: 1, variations }, 'flag { key }');
  await toggle(project, flag, other, true);
  return { project, environment, other, flag };
}

const headsOf = async ({ id }: MadeProject) => {
  const { project } = await world.client(world.owner.accessToken).request<{
    project: { environments: { id: string; epoch: string; revision: number }[] };
  }>('query ($id: ID!) { project(id: $id) { environments { id epoch revision } } }', { id });
  return project.environments;
};

it('erases every text that names the key, and the revisions up to the last, and records that without the key', async () => {
  const { project, environment } = await makeTraces();
  const before = await mentions(project);
  const headsBefore = await headsOf(project);
  const skeletons = await skeletonsOf(environment);

  const payload = await erase(project);

  const headsAfter = await headsOf(project);
  expect(before.filter((place) => place.startsWith('body'))).toHaveLength(7);
  expect(before.filter((place) => place.startsWith('revision')).length).toBeGreaterThan(4);
  expect(payload).toEqual({
    erasedBodyCount: 7,
    revisions: headsAfter.map(({ id, epoch, revision }) => ({ environmentId: id, epoch, revision })),
    userErrors: [],
  });
  expect(await mentions(project)).toEqual([]);
  expect(headsAfter.map(({ revision }) => revision)).toEqual(headsBefore.map(({ revision }) => revision));
  expect(headsAfter.map(({ epoch }) => epoch)).not.toEqual(headsBefore.map(({ epoch }) => epoch));
  expect(await verifyChain(world.app.database.connection, project.organizationId)).toMatchObject({
    erasedBodies: 7,
    problem: null,
  });
  expect(await skeletonsOf(environment)).toEqual(skeletons);
  // Events after the last that named it stay.
  const kept = await world.app.database.connection.query<{ revision: number }[]>(
    'SELECT revision FROM environment_revision WHERE environment_id = $1 AND events IS NOT NULL ORDER BY revision',
    [environment.id],
  );
  expect(kept).toEqual([{ revision: 7 }, { revision: 8 }]);
  expect(headsAfter.find(({ id }) => id === environment.id)!.revision).toBe(8);
});

it('marks erased items of the history, and shows all others as before', async () => {
  const { project, flag, environment } = await makeTraces();
  await erase(project);

  const { flag: read } = await project.client.request<{
    flag: { configuration: { history: { nodes: { kind: string; items: Record<string, unknown>[] }[] } } };
  }>(
    `query ($id: ID!, $environmentId: ID!) { flag(id: $id) { configuration(environmentId: $environmentId) { history { nodes {
      kind items { version isErased before after differences { path } } } } } } }`,
    { id: flag.id, environmentId: environment.id },
  );
  const rolledBack = await mutate(
    project.client,
    'rollBackFlagConfiguration',
    { flagId: flag.id, environmentId: environment.id, expectedVersion: 3, toVersion: 2 },
    'configuration { version }',
  );

  expect(rolledBack.userErrors.map(({ code }) => code)).toEqual(['NOT_FOUND']);
  const item = { isErased: true, before: null, after: null, differences: [] };
  expect(read.configuration.history.nodes.map(({ items }) => items)).toEqual([
    [{ ...item, version: 3 }],
    [{ ...item, version: 2 }],
    [{ ...item, version: 1 }],
  ]);
  const { auditLog } = await project.client.request<{ auditLog: { nodes: { change: Record<string, unknown> }[] } }>(
    `query ($id: ID!) { auditLog(organizationId: $id, filter: { subjectKinds: [ERASURE] }) { nodes { change {
      kind actor { name } items { subjectKind isErased before after } } } } }`,
    { id: project.organizationId },
  );
  expect(auditLog.nodes).toEqual([
    {
      change: {
        kind: 'PERSONAL_DATA_ERASED',
        actor: { name: world.owner.email },
        items: [{ subjectKind: 'ERASURE', isErased: false, before: null, after: { erasedBodies: expect.any(Array) as unknown } }],
      },
    },
  ]);
});

it('refuses while a flag or a segment uses the key, names the uses, and erases nothing', async () => {
  const { project, flag, environment } = await makeTraces();
  const second = await make<{ project: Made }>(
    project.client,
    'createProject',
    { organizationId: project.organizationId, key: 'zoo', name: 'Zoo' },
    'project { id key }',
  );
  const inSecond = { ...project, ...second.project };
  const segment = await makeSegment(inSecond, { excluded: [KEY] });
  const rule = {
    conditions: [{ group: { group: 'ANY', conditions: [{ attribute: { attribute: 'x', operator: 'IN', values: [KEY] } }] } }],
  };
  const ruled = await makeSegment(inSecond, { rules: [rule] });
  await configure(project, flag, environment, { expectedVersion: 3, targets: [{ variation: 'on', targetingKeys: [KEY] }] });
  const before = await mentions(project);

  const { eraseContextData } = await project.client.request<{ eraseContextData: { userErrors: unknown[] } }>(
    `mutation ($input: EraseContextDataInput!) { eraseContextData(input: $input) { erasedBodyCount revisions { revision } userErrors {
      code message path ... on InUseError { usedBy { flagKey segmentKey environmentKey } } } } }`,
    { input: { organizationId: project.organizationId, targetingKey: KEY } },
  );

  const place = { code: 'IN_USE', path: ['input', 'targetingKey'] };
  expect(eraseContextData).toEqual({
    erasedBodyCount: null,
    revisions: [],
    userErrors: [
      {
        ...place,
        message: `The targeting key is still used in one place of the project "${project.key}"; remove it there first.`,
        usedBy: [{ flagKey: flag.key, segmentKey: null, environmentKey: environment.key }],
      },
      {
        ...place,
        message: 'The targeting key is still used in 2 places of the project "zoo"; remove it there first.',
        usedBy: [segment, ruled]
          .map(({ key }) => ({ flagKey: null, segmentKey: key, environmentKey: null }))
          .sort((a, b) => (a.segmentKey < b.segmentKey ? -1 : 1)),
      },
    ],
  });
  expect(await mentions(project)).toEqual(before);
});

it('records nothing when nothing names the key', async () => {
  const { project } = await makeTraces();
  const before = await verifyChain(world.app.database.connection, project.organizationId);

  const other = await erase(project, 'bobby');
  const word = await erase(project, 'on');
  const once = await erase(project);
  const twice = await erase(project);

  const nothing = { erasedBodyCount: 0, revisions: [], userErrors: [] };
  expect([other, word, twice]).toEqual([nothing, nothing, nothing]);
  expect(once.erasedBodyCount).toBe(7);
  expect(await verifyChain(world.app.database.connection, project.organizationId)).toMatchObject({
    rows: before.rows + 1,
    problem: null,
  });
});

it('lists a body once when two erase the same at once', async () => {
  const { project } = await makeTraces();

  const payloads = await Promise.all([erase(project), erase(project), erase(project)]);

  expect(payloads.map(({ erasedBodyCount }) => erasedBodyCount).sort()).toEqual([0, 0, 7]);
  expect((await verifyChain(world.app.database.connection, project.organizationId)).problem).toBeNull();
});

it('leaves other organizations alone', async () => {
  const [mine, theirs] = [await makeTraces(), await makeTraces()];
  const before = await mentions(theirs.project);

  await erase(mine.project);

  expect(await mentions(theirs.project)).toEqual(before);
});

it('makes servers forget: clients that resume from before get RESYNC', async () => {
  const { project, environment, flag } = await makeTraces();
  const [old] = (await headsOf(project)).filter(({ id }) => id === environment.id);
  const socket = world.socket(world.owner.accessToken);
  const next = (since: object) => {
    const events = socket.iterate<{ flagChanged: { kind: string; epoch: string; revision: number } }>({
      query: `subscription ($id: ID!, $since: RevisionInput) { flagChanged(environmentId: $id, since: $since) { kind epoch revision } }`,
      variables: { id: environment.id, since },
    });
    return events.next().then(async (event) => {
      await events.return?.();
      return (event.value as { data: { flagChanged: unknown } }).data.flagChanged;
    });
  };
  const memory = await next({ epoch: old!.epoch, revision: old!.revision - 1 });

  const { revisions } = await erase(project);
  const head = revisions.find(({ environmentId }) => environmentId === environment.id)!;
  const resync = { kind: 'RESYNC', epoch: head.epoch, revision: head.revision };
  const behind = await eventually(async () => {
    const event = await next({ epoch: old!.epoch, revision: 1 });
    return JSON.stringify(event) === JSON.stringify(resync) && event;
  });
  const pretended = await next({ epoch: head.epoch, revision: 1 });
  const step = await toggle(project, flag, environment, false);
  const live = await next({ epoch: head.epoch, revision: head.revision });

  expect(memory).toMatchObject({ kind: 'CHANGES', epoch: old!.epoch, revision: old!.revision });
  expect(behind).toEqual(resync);
  expect(pretended).toEqual(resync);
  expect(live).toEqual({ kind: 'CHANGES', epoch: head.epoch, revision: step.revision });
});

if (!isEmbedded) {
  it('sends subscribers of two servers one RESYNC, and continues live', async () => {
    const { project, environment, flag } = await makeTraces();
    const [old] = (await headsOf(project)).filter(({ id }) => id === environment.id);
    const servers = [world.app, await world.startSecondServer()];
    const since = { epoch: old!.epoch, revision: old!.revision - 1 };
    const watchers = servers.map((server) =>
      watchOver('WebSocket', server, world.owner.accessToken, { environmentId: environment.id, since }),
    );
    for (const watcher of watchers) await watcher.count(1);

    const { revisions } = await erase(project);
    const { epoch, revision } = revisions.find(({ environmentId }) => environmentId === environment.id)!;
    for (const watcher of watchers) await watcher.count(2);
    // Resumes on either server from before the erasure: from the old epoch, and from the new one with a revision whose
    // events are gone.
    const late = servers.flatMap((server) =>
      [since, { epoch, revision: 1 }].map((from) =>
        watchOver('WebSocket', server, world.owner.accessToken, { environmentId: environment.id, since: from }),
      ),
    );
    for (const watcher of late) await watcher.count(1);
    await toggle(project, flag, environment, false);
    const seen = await Promise.all(watchers.map((watcher) => watcher.count(3)));
    const seenLate = await Promise.all(late.map((watcher) => watcher.count(2)));
    for (const watcher of [...watchers, ...late]) watcher.stop();

    const resync = { kind: 'RESYNC', epoch, revision };
    const live = { kind: 'CHANGES', epoch, revision: revision + 1 };
    expect(seen).toEqual(watchers.map(() => [{ kind: 'CHANGES', ...old, id: undefined }, resync, live]));
    expect(seenLate).toEqual(late.map(() => [resync, live]));
  });
}

it('deletes stored results of idempotent requests that contain the key, and only those', async () => {
  const { project, environment, flag } = await makeTraces();
  const other = await makeTraces();
  const set = async ({ project: of, flag: one, environment: at }: ErasureScene, name: string, patch: object): Promise<void> => {
    const client = world.client(world.owner.accessToken, { 'idempotency-key': `${name}-${of.key}` });
    await make(client, 'setFlagConfiguration', targeting(one, at, patch), 'configuration { version }');
  };
  const withKey = { expectedVersion: 3, targets: [{ variation: 'on', targetingKeys: [KEY] }] };
  const mine = { project, environment, flag, other: environment };
  await set(mine, 'with', withKey);
  await set(mine, 'without', { expectedVersion: 4 });
  await set(other, 'with', withKey);

  await erase(project);

  const kept = await world.app.database.connection.query<{ name: string }[]>(
    `SELECT idempotency_key AS name FROM idempotency_record WHERE idempotency_key LIKE 'with%' ORDER BY 1`,
  );
  expect(kept.map(({ name }) => name).sort()).toEqual([`with-${other.project.key}`, `without-${project.key}`].sort());
});

it.each<[string, string, string]>([
  ['', 'BLANK', 'A targeting key must not be empty.'],
  ['x'.repeat(1_001), 'TOO_LONG', 'Targeting key has 1001 characters; at most 1000 are allowed.'],
  ['a\u0000', 'INVALID', 'Targeting key must not contain U+0000 or a lone surrogate.'],
])('refuses the targeting key %j', async (targetingKey, code, message) => {
  const project = await makeProject(world);

  expect(await erase(project, targetingKey)).toEqual({
    erasedBodyCount: null,
    revisions: [],
    userErrors: [{ code, message, path: ['input', 'targetingKey'] }],
  });
});

it('refuses everybody but owners of the organization', async () => {
  const { project } = await makeTraces();
  const place = { organizationId: project.organizationId };
  const admin = await makeMember(world, 'ADMIN', place);
  const outsider = await makeMember(world, 'OWNER', { organizationId: (await makeProject(world)).organizationId });
  const before = await mentions(project);

  expect(await refusalOf(erase(project, KEY, admin.client))).toEqual({
    code: 'FORBIDDEN',
    message: 'This needs the permission audit:erase.',
  });
  expect((await erase(project, KEY, outsider.client)).userErrors).toEqual([
    { code: 'NOT_FOUND', message: `There is no organization "${project.organizationId}".`, path: ['input', 'organizationId'] },
  ]);
  expect(await refusalOf(erase(project, KEY, world.client()))).toMatchObject({ code: 'UNAUTHENTICATED' });
  expect(await mentions(project)).toEqual(before);
});
