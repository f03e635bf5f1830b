/** Change sets that create and update flags and segments beside configurations, and dry runs. */
import { absenceOf } from '../support/absence';
import { countStatementsOnce } from '../support/count-statements';
import {
  configure,
  decide,
  forSegment,
  makeApiKey,
  makeEnvironment,
  makeFlag,
  makeProject,
  makeSegment,
  mutate,
  toggle,
  type Made,
  type MadeProject,
} from '../support/make';
import { chainLength, lastChange, makeMember, refusalOf } from '../support/members';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const SET = `configurations { version isEnabled flag { key } environment { key } } flags { key version isArchived name }
  segments { key version name } revisions { environmentId revision }`;
const apply = (project: MadeProject, changes: object[], selection = SET, rest: object = {}) =>
  mutate(project.client, 'applyChangeSet', { projectId: project.id, changes, ...rest }, selection);
const newFlag = (project: Made, key: string, rest: object = {}) => ({
  createFlag: { projectId: project.id, key, name: `Flag ${key}`, valueType: 'BOOLEAN', ...rest },
});
const newSegment = (project: Made, key: string, rest: object = {}) => ({
  createSegment: { projectId: project.id, key, name: `Segment ${key}`, ...rest },
});
const setting = (flagId: string, environment: Made, patch: object = {}) => ({
  setFlagConfiguration: { flagId, environmentId: environment.id, expectedVersion: 0, ...patch },
});

async function makeScene() {
  const project = await makeProject(world);
  const [here, there] = [await makeEnvironment(project, 'here'), await makeEnvironment(project, 'there')];
  return { project, here, there };
}

/** Everything of a project that a change set could have changed. */
async function stateOf(project: MadeProject): Promise<object> {
  return project.client.request<object>(
    `query ($id: ID!) { project(id: $id) {
      environments { key revision }
      flags(first: 100) { nodes { key name version configurations { version isEnabled } } }
      segments(first: 100) { nodes { key name version includedCount } }
    } }`,
    { id: project.id },
  );
}

it('creates a segment, a flag that names it, and configures the flag, in one change', async () => {
  const { project, here, there } = await makeScene();
  const before = await chainLength(world, project.organizationId);

  const payload = await apply(project, [
    newSegment(project, 'staff', { included: ['ada'] }),
    newFlag(project, 'checkout'),
    setting('new:checkout', here, { isEnabled: true, rules: [forSegment('staff')], fallthrough: { variation: 'off' } }),
  ]);

  expect(payload).toEqual({
    configurations: [{ version: 1, isEnabled: true, flag: { key: 'checkout' }, environment: { key: 'here' } }],
    flags: [{ key: 'checkout', version: 1, isArchived: false, name: 'Flag checkout' }],
    segments: [{ key: 'staff', version: 1, name: 'Segment staff' }],
    revisions: [here, there]
      .map(({ id }) => id)
      .sort()
      .map((environmentId) => ({ environmentId, revision: 1 })),
    userErrors: [],
  });
  expect(await chainLength(world, project.organizationId)).toBe(before + 1);
  expect(await lastChange(world, project.organizationId)).toMatchObject({ kind: 'CHANGE_SET_APPLIED', items: [{}, {}, {}] });
  const flag = { id: '', key: 'checkout' };
  expect(await decide(project, here, flag)).toBe('on RULE_MATCH');
  expect(await decide(project, here, flag, { targetingKey: 'eve' })).toBe('off FALLTHROUGH');
  expect(await decide(project, there, flag)).toBe('off DISABLED');
});

it('names the set in the history of each thing, with its state before and after', async () => {
  const { project, here } = await makeScene();
  const old = await makeFlag(project, { key: 'old' });

  await apply(project, [
    { updateFlag: { flagId: old.id, expectedVersion: 1, name: 'New name' } },
    newFlag(project, 'fresh'),
    setting('new:fresh', here, { isEnabled: true }),
  ]);

  const history = `history { nodes { kind items { subjectKind subjectKey version differences { path } } } }`;
  const { oldOne, fresh } = await project.client.request<Record<string, { history: { nodes: object[] } }>>(
    `query ($id: ID!) {
      oldOne: flagByKey(projectId: $id, key: "old") { ${history} }
      fresh: flagByKey(projectId: $id, key: "fresh") { ${history} }
    }`,
    { id: project.id },
  );
  const set = {
    kind: 'CHANGE_SET_APPLIED',
    items: [
      { subjectKind: 'FLAG', subjectKey: 'old', version: 2, differences: [{ path: '/name' }, { path: '/version' }] },
      { subjectKind: 'FLAG', subjectKey: 'fresh', version: 1, differences: [] },
      {
        subjectKind: 'FLAG_CONFIGURATION',
        subjectKey: 'fresh',
        version: 1,
        differences: [{ path: '/isEnabled' }, { path: '/version' }],
      },
    ],
  };
  expect(oldOne!.history.nodes[0]).toEqual(set);
  expect(fresh!.history.nodes).toEqual([set]);
});

it('gives a flag that is edited twice and a configuration one new version each', async () => {
  const { project, here, there } = await makeScene();
  const flag = await makeFlag(project, { key: 'a' });
  await toggle(project, flag, here, true);

  const payload = await apply(project, [
    { addTargets: { flagId: flag.id, environmentId: here.id, expectedVersion: 1, variation: 'on', targetingKeys: ['ada'] } },
    { updateFlag: { flagId: flag.id, expectedVersion: 1, name: 'Renamed' } },
    { archiveFlag: { flagId: flag.id, expectedVersion: 1 } },
  ]);

  expect(payload).toEqual({
    configurations: [{ version: 2, isEnabled: true, flag: { key: 'a' }, environment: { key: 'here' } }],
    flags: [{ key: 'a', version: 2, isArchived: true, name: 'Renamed' }],
    segments: [],
    revisions: [here, there]
      .map(({ id }) => id)
      .sort()
      .map((environmentId) => ({ environmentId, revision: environmentId === here.id ? 3 : 2 })),
    userErrors: [],
  });
});

it('tells each environment once of each flag, as it is at the end', async () => {
  const { project, here } = await makeScene();
  const flag = await makeFlag(project, { key: 'a' });
  const secret = await makeApiKey(project, here);
  const { snapshot } = await world
    .client(secret)
    .request<{ snapshot: { epoch: string; snapshot: object } }>('{ snapshot { epoch snapshot } }');
  const events = world.socket(secret).iterate({
    query: `subscription ($since: RevisionInput) {
      flagChanged(since: $since) { revision changes { kind flagKey segmentKey flag { isEnabled isArchived } wire } }
    }`,
    variables: { since: { epoch: snapshot.epoch, revision: 1 } },
  });

  await apply(project, [
    { toggleFlag: { flagId: flag.id, environmentId: here.id, isEnabled: true } },
    newFlag(project, 'b'),
    newSegment(project, 'beta', { included: ['ada'] }),
    { updateFlag: { flagId: flag.id, expectedVersion: 1, name: 'A' } },
    { toggleFlag: { flagId: 'new:b', environmentId: here.id, isEnabled: true } },
  ]);
  const { value } = await events.next();

  const { flagChanged } = value!.data as { flagChanged: { revision: number; changes: { wire: unknown }[] } };
  expect(flagChanged).toEqual({
    revision: 2,
    changes: [
      {
        kind: 'UPDATED',
        flagKey: 'a',
        segmentKey: null,
        flag: { isEnabled: true, isArchived: false },
        wire: expect.anything() as object,
      },
      {
        kind: 'CREATED',
        flagKey: 'b',
        segmentKey: null,
        flag: { isEnabled: true, isArchived: false },
        wire: expect.anything() as object,
      },
      {
        kind: 'SEGMENT_UPDATED',
        segmentKey: 'beta',
        flagKey: null,
        flag: null,
        wire: { version: 1, rules: [], addedIncluded: ['ada'], addedExcluded: [], removed: [] },
      },
    ],
  });
  const after = await world
    .client(secret)
    .request<{ snapshot: { snapshot: { flags: object[] } } }>(
      'query ($at: RevisionInput) { snapshot(minRevision: $at) { snapshot } }',
      { at: { epoch: snapshot.epoch, revision: 2 } },
    );
  expect(after.snapshot.snapshot.flags).toEqual([flagChanged.changes[0]!.wire, flagChanged.changes[1]!.wire]);
});

it('reports everything that is wrong with flags and segments at once, and writes nothing', async () => {
  const { project, here } = await makeScene();
  const other = await makeProject(world);
  const [a, gone] = [await makeFlag(project, { key: 'a' }), await makeFlag(project, { key: 'gone' })];
  const segment = await makeSegment(project, { key: 's' });
  await archive(project, gone);
  const before = await stateOf(project);

  const { userErrors } = await apply(project, [
    newFlag(project, 'a b', { name: '' }),
    newFlag(project, 'a'),
    newFlag(project, 'gone'),
    newFlag(other, 'elsewhere'),
    setting('new:a b', here),
    { updateFlag: { flagId: a.id, expectedVersion: 7, name: '' } },
    { restoreFlag: { flagId: a.id, expectedVersion: 1 } },
    newSegment(project, 's'),
    newSegment(project, 't', { rules: [{ conditions: [{ segment: { operator: 'IN_SEGMENT', segments: ['t'] } }] }] }),
    { updateSegment: { segmentId: segment.id, expectedVersion: 3, name: ' ' } },
    { updateSegment: { segmentId: 'x', expectedVersion: 3 } },
    { updateFlag: { flagId: 'new:nothing', expectedVersion: 0 } },
  ]);

  const issue = (code: string, message: string, ...path: string[]) => ({ code, message, path: ['input', 'changes', ...path] });
  expect(userErrors).toEqual([
    issue(
      'INVALID',
      'Flag key "a b" may contain only letters, digits, ".", "-" and "_", and must begin with a letter or digit.',
      '0',
      'createFlag',
      'key',
    ),
    issue('BLANK', 'Flag name must not be empty.', '0', 'createFlag', 'name'),
    issue('DUPLICATE', 'Another flag already has the key "a".', '1', 'createFlag', 'key'),
    issue(
      'DUPLICATE',
      'The archived flag "gone" has this key; restore it, or delete it to use its key for another flag.',
      '2',
      'createFlag',
      'key',
    ),
    issue('INVALID', 'A change set creates only in its own project.', '3', 'createFlag', 'projectId'),
    issue('STALE_VERSION', 'The flag has version 1, not 7; read it again.', '5', 'updateFlag', 'expectedVersion'),
    issue('BLANK', 'Flag name must not be empty.', '5', 'updateFlag', 'name'),
    issue('NOT_ARCHIVED', 'The flag "a" is not archived; archive it first.', '6', 'restoreFlag', 'flagId'),
    issue('DUPLICATE', 'Another segment already has the key "s".', '7', 'createSegment', 'key'),
    issue('CYCLE', 'The segments would form a cycle: t -> t.', '8', 'createSegment', 'rules'),
    issue('STALE_VERSION', 'The segment has version 1, not 3; read it again.', '9', 'updateSegment', 'expectedVersion'),
    issue('BLANK', 'Segment name must not be empty.', '9', 'updateSegment', 'name'),
    issue('NOT_FOUND', absenceOf('segment', 'x'), '10', 'updateSegment', 'segmentId'),
    issue('NOT_FOUND', absenceOf('flag', 'new:nothing'), '11', 'updateFlag', 'flagId'),
  ]);
  expect(await stateOf(project)).toEqual(before);
});

async function archive(project: MadeProject, flag: Made): Promise<void> {
  await mutate(project.client, 'archiveFlag', { flagId: flag.id, expectedVersion: 1 }, 'revisions { revision }');
}

it('refuses a flag or a segment that a set updates twice', async () => {
  const { project } = await makeScene();
  const flag = await makeFlag(project);
  const segment = await makeSegment(project);
  const update = { updateFlag: { flagId: flag.id, expectedVersion: 1, name: 'New' } };
  const archive = { archiveFlag: { flagId: flag.id, expectedVersion: 1 } };
  const restore = { restoreFlag: { flagId: flag.id, expectedVersion: 1 } };
  const ofSegment = { updateSegment: { segmentId: segment.id, expectedVersion: 1, name: 'New' } };

  const { userErrors } = await apply(project, [update, archive, ofSegment, update, restore, ofSegment]);

  const twice = (what: string, ...path: string[]) => ({
    code: 'DUPLICATE',
    message: `${what} may appear only once in a change set.`,
    path: ['input', 'changes', ...path],
  });
  expect(userErrors).toEqual([
    twice('An update of a flag', '3', 'updateFlag'),
    twice('Archiving or restoring a flag', '4', 'restoreFlag'),
    twice('An update of a segment', '5', 'updateSegment'),
  ]);
});

it('sees prerequisites that a change before made, when it archives', async () => {
  const { project, here } = await makeScene();
  const [a, b] = [await makeFlag(project, { key: 'a' }), await makeFlag(project, { key: 'b' })];
  await configure(project, a, here, { prerequisites: [{ flagKey: 'b', variation: 'on' }] });
  const archive = { archiveFlag: { flagId: b.id, expectedVersion: 1 } };
  const letGo = { removePrerequisite: { flagId: a.id, environmentId: here.id, expectedVersion: 1, flagKey: 'b' } };

  const refused = await apply(project, [archive, letGo]);
  const applied = await apply(project, [letGo, archive], 'flags { key isArchived }');

  expect(refused.userErrors.map(({ code, path }) => [code, path?.join('.')])).toEqual([
    ['IN_USE', 'input.changes.0.archiveFlag.flagId'],
  ]);
  expect(applied).toEqual({ flags: [{ key: 'b', isArchived: true }], userErrors: [] });
});

it('needs the permission of each single change', async () => {
  const { project, here } = await makeScene();
  const flag = await makeFlag(project);
  const place = { organizationId: project.organizationId, projectId: project.id, environmentId: here.id };
  const local = { ...project, client: (await makeMember(world, 'EDITOR', place)).client };
  const toggling = { toggleFlag: { flagId: flag.id, environmentId: here.id, isEnabled: true } };
  const before = await stateOf(project);

  const refusals = [];
  for (const change of [
    newFlag(project, 'x'),
    { updateFlag: { flagId: flag.id, expectedVersion: 1, name: 'X' } },
    { archiveFlag: { flagId: flag.id, expectedVersion: 1 } },
    newSegment(project, 'x'),
  ]) {
    refusals.push((await refusalOf(apply(local, [toggling, change])))?.message);
  }

  expect(refusals).toEqual(
    ['flag:create', 'flag:update', 'flag:archive', 'segment:create'].map((name) => `This needs the permission ${name}.`),
  );
  expect(await stateOf(project)).toEqual(before);
});

it('needs the strictest role of all environments to change what every one of them answers', async () => {
  const { project, here } = await makeScene();
  const [flag, segment] = [await makeFlag(project), await makeSegment(project)];
  await mutate(
    project.client,
    'updateEnvironment',
    { environmentId: here.id, expectedVersion: 1, requiredRole: 'ADMIN' },
    'revisions { revision }',
  );
  const place = { organizationId: project.organizationId };
  const editor = { ...project, client: (await makeMember(world, 'EDITOR', place)).client };

  const codes = [];
  for (const change of [
    { archiveFlag: { flagId: flag.id, expectedVersion: 1 } },
    { updateFlag: { flagId: flag.id, expectedVersion: 1, isClientAvailable: true } },
    { updateSegment: { segmentId: segment.id, expectedVersion: 1, name: 'X' } },
  ]) {
    codes.push((await refusalOf(apply(editor, [change])))?.code);
  }
  const harmless = await apply(
    editor,
    [newFlag(project, 'x'), { updateFlag: { flagId: flag.id, expectedVersion: 1, name: 'X' } }],
    'flags { key name }',
  );

  expect(codes).toEqual(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN']);
  expect(harmless).toEqual({
    flags: [
      { key: 'x', name: 'Flag x' },
      { key: flag.key, name: 'X' },
    ],
    userErrors: [],
  });
});

describe('a dry run', () => {
  const PREVIEW = 'preview { subjectKind subjectKey environmentId version differences { path old new } } flags { key }';

  it('says what would change, and writes, delivers and claims nothing', async () => {
    const { project, here } = await makeScene();
    const flag = await makeFlag(project, { key: 'a' });
    const before = await stateOf(project);
    const length = await chainLength(world, project.organizationId);
    const client = world.client(world.owner.accessToken, { 'idempotency-key': `dry-${project.key}` });
    const changes = [
      newFlag(project, 'b'),
      { toggleFlag: { flagId: 'new:b', environmentId: here.id, isEnabled: true } },
      { updateFlag: { flagId: flag.id, expectedVersion: 1, name: 'New' } },
    ];

    const dry = await apply({ ...project, client }, changes, `${PREVIEW} configurations { version } revisions { revision }`, {
      dryRun: true,
    });

    const version = { path: '/version', old: 1, new: 2 };
    expect(dry).toEqual({
      preview: [
        { subjectKind: 'FLAG', subjectKey: 'b', environmentId: null, version: 1, differences: [] },
        {
          subjectKind: 'FLAG_CONFIGURATION',
          subjectKey: 'b',
          environmentId: here.id,
          version: 1,
          differences: [
            { path: '/isEnabled', old: false, new: true },
            { path: '/version', old: 0, new: 1 },
          ],
        },
        {
          subjectKind: 'FLAG',
          subjectKey: 'a',
          environmentId: null,
          version: 2,
          differences: [{ path: '/name', old: 'Flag', new: 'New' }, version],
        },
      ],
      flags: null,
      configurations: null,
      revisions: [],
      userErrors: [],
    });
    expect(await stateOf(project)).toEqual(before);
    expect(await chainLength(world, project.organizationId)).toBe(length);
    const applied = await apply({ ...project, client }, changes, `preview { version } flags { key }`);
    expect(applied).toEqual({ preview: null, flags: [{ key: 'b' }, { key: 'a' }], userErrors: [] });
  });

  it('finds the same problems as the real one', async () => {
    const { project } = await makeScene();
    const flag = await makeFlag(project, { key: 'a' });
    const changes = [newFlag(project, 'a'), { updateFlag: { flagId: flag.id, expectedVersion: 9 } }];

    const dry = await apply(project, changes, PREVIEW, { dryRun: true });

    expect(dry.userErrors.map(({ code }) => code)).toEqual(['DUPLICATE', 'STALE_VERSION']);
    expect(dry).toEqual(await apply(project, changes, PREVIEW));
  });

  it('is empty when nothing would be different', async () => {
    const { project } = await makeScene();
    const flag = await makeFlag(project, { name: 'Same' });

    const changes = [{ updateFlag: { flagId: flag.id, expectedVersion: 1, name: 'Same' } }];

    expect(await apply(project, changes, PREVIEW, { dryRun: true })).toEqual({ preview: [], flags: null, userErrors: [] });
    expect(await apply(project, changes, 'flags { version } revisions { revision }')).toEqual({
      flags: [],
      revisions: [],
      userErrors: [],
    });
  });
});

it('answers a repeated request with the first answer, and does its work once', async () => {
  const { project } = await makeScene();
  const client = world.client(world.owner.accessToken, { 'idempotency-key': `set-${project.key}` });
  const changes = [newFlag(project, 'a'), newSegment(project, 's', { included: ['ada'] })];
  const send = () => apply({ ...project, client }, changes, `${SET} flags { id createdAt } segments { id includedCount }`);
  const length = await chainLength(world, project.organizationId);

  const [first, second] = await Promise.all([send(), send()]);

  expect(first.userErrors).toEqual([]);
  expect(second).toEqual(first);
  expect(await chainLength(world, project.organizationId)).toBe(length + 1);
});

it('applies exactly one of two sets that create the same flag, and neither in part', async () => {
  const { project, here } = await makeScene();
  const set = (other: string) =>
    apply(project, [
      newFlag(project, other),
      newFlag(project, 'shared'),
      { toggleFlag: { flagId: 'new:shared', environmentId: here.id, isEnabled: true } },
    ]);

  const payloads = await Promise.all([set('mine'), set('yours')]);

  expect(payloads.map(({ userErrors }) => userErrors.map(({ code, path }) => `${code} ${path?.join('.')}`)).sort()).toEqual([
    [],
    ['DUPLICATE input.changes.1.createFlag.key'],
  ]);
  const { project: read } = (await stateOf(project)) as { project: { flags: { nodes: { key: string }[] } } };
  const [won] = payloads.flatMap(({ userErrors }, i) => (userErrors.length === 0 ? [['mine', 'yours'][i]!] : []));
  expect(read.flags.nodes.map(({ key }) => key).sort()).toEqual([won!, 'shared'].sort());
});

it('counts a point for each change, whatever is selected', async () => {
  const { project } = await makeScene();
  const changes = Array.from({ length: 30 }, (_, i) => newFlag(project, `f${i}`));

  const { extensions } = await project.client.rawRequest(
    'mutation ($input: ApplyChangeSetInput!) { applyChangeSet(input: $input) { userErrors { code } } }',
    { input: { projectId: project.id, changes } },
  );
  const { extensions: selecting } = await project.client.rawRequest(
    'mutation ($input: ApplyChangeSetInput!) { applyChangeSet(input: $input) { flags { key variations { key } } } }',
    {
      input: {
        projectId: project.id,
        changes: changes.slice(0, 2).map(({ createFlag }) => newFlag(project, `g-${createFlag.key}`)),
      },
    },
  );

  expect(extensions).toMatchObject({ cost: { used: 30 } });
  // The payload, two flags, and up to 100 variations of each.
  expect(selecting).toMatchObject({ cost: { requested: 1 + 2 * (1 + 100), used: 1 + 2 * (1 + 2) } });
});

it('reads what 1,000 changes name by few statements, and applies them', async () => {
  const { project, here } = await makeScene();
  const create = Array.from({ length: 500 }, (_, i) => [
    newFlag(project, `f${i}`),
    { toggleFlag: { flagId: `new:f${i}`, environmentId: here.id, isEnabled: true } },
  ]).flat();
  const created = (await apply(project, create, 'flags { id } revisions { revision }')) as unknown as {
    flags: { id: string }[];
    revisions: object[];
  };

  const toggles = created.flags.map(({ id: flagId }) => ({
    toggleFlag: { flagId, environmentId: here.id, isEnabled: false },
  }));
  const { result, statements } = await countStatementsOnce(world, () => apply(project, toggles, 'revisions { revision }'));

  expect(created.flags).toHaveLength(500);
  expect(created.revisions).toHaveLength(2);
  expect(result).toEqual({ revisions: [{ revision: 2 }], userErrors: [] });
  // Each is one write; some statements are for the set.
  expect(statements.length).toBeLessThan(500 + 40);
}, 60_000);
