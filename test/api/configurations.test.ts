import { absenceOf } from '../support/absence';
import {
  configure,
  decide,
  forSegment,
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
import { chainLength, makeMember, refusalOf } from '../support/members';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const CONFIGURATION = `configuration {
  version isEnabled offVariation { key } fallthrough { variation { key } } rules { id name }
} revisions { environmentId revision }`;
const refused = (code: string, message: string, ...path: string[]) => ({ code, message, path: ['input', ...path] });
const set = (project: MadeProject, flag: Made, environment: Made, patch: object = {}, selection = CONFIGURATION) =>
  mutate(project.client, 'setFlagConfiguration', targeting(flag, environment, patch), selection);
const rollBack = (project: MadeProject, flag: Made, environment: Made, expectedVersion: number, toVersion: number) =>
  mutate(
    project.client,
    'rollBackFlagConfiguration',
    { flagId: flag.id, environmentId: environment.id, expectedVersion, toVersion },
    CONFIGURATION,
  );
const copy = (project: MadeProject, flag: Made, [from, to]: [Made, Made], patch: object = {}) =>
  mutate(
    project.client,
    'copyFlagConfiguration',
    { flagId: flag.id, fromEnvironmentId: from.id, environmentId: to.id, expectedVersion: 0, ...patch },
    CONFIGURATION,
  );

async function makeScene(): Promise<{ project: MadeProject; environment: Made; flag: Made }> {
  const project = await makeProject(world);
  return { project, environment: await makeEnvironment(project), flag: await makeFlag(project) };
}

it('shows the whole targeting as it was set', async () => {
  const { project, environment, flag } = await makeScene();
  const segment = await makeSegment(project);
  const other = await makeFlag(project);
  const rollout = {
    bucketBy: 'country',
    whenMissing: 'off',
    shares: [
      { variation: 'on', weight: 40_000 },
      { variation: 'off', weight: 60_000 },
    ],
  };
  const conditions = [
    { attribute: { attribute: 'email', operator: 'ENDS_WITH', values: ['@example.com'], ignoreCase: true } },
    { group: { group: 'NONE', conditions: [{ segment: { operator: 'NOT_IN_SEGMENT', segments: [segment.key] } }] } },
  ];

  await configure(project, flag, environment, {
    prerequisites: [{ flagKey: other.key, variation: 'off' }],
    targets: [{ variation: 'off', targetingKeys: ['ada', 'bob'] }],
    rules: [{ id: 'r', name: 'R', conditions, gate: { weight: 10_000 }, serve: { rollout } }],
    fallthrough: { rollout },
  });
  const { flag: answer } = await project.client.request<{ flag: unknown }>(
    `query ($id: ID!, $environmentId: ID!) { flag(id: $id) { configuration(environmentId: $environmentId) {
      isEnabled offVariation { key } prerequisites { flagKey variation } targets { variation { key } targetingKeys }
      rules { id name gate { bucketBy weight } serve { variation { key } rollout { bucketBy whenMissing { key } shares { variation { key } weight } } }
        conditions { ... on AttributeCondition { attribute operator values ignoreCase }
          ... on ConditionGroup { group conditions { ... on SegmentCondition { segmentOperator: operator segments } } } } }
      fallthrough { variation { key } rollout { bucketBy } } version
    } } }`,
    { id: flag.id, environmentId: environment.id },
  );

  expect(answer).toEqual({
    configuration: {
      isEnabled: true,
      version: 1,
      offVariation: { key: 'off' },
      prerequisites: [{ flagKey: other.key, variation: 'off' }],
      targets: [{ variation: { key: 'off' }, targetingKeys: ['ada', 'bob'] }],
      rules: [
        {
          id: 'r',
          name: 'R',
          gate: { bucketBy: 'targetingKey', weight: 10_000 },
          conditions: [
            { attribute: 'email', operator: 'ENDS_WITH', values: ['@example.com'], ignoreCase: true },
            { group: 'NONE', conditions: [{ segmentOperator: 'NOT_IN_SEGMENT', segments: [segment.key] }] },
          ],
          serve: {
            variation: null,
            rollout: {
              bucketBy: 'country',
              whenMissing: { key: 'off' },
              shares: [
                { variation: { key: 'on' }, weight: 40_000 },
                { variation: { key: 'off' }, weight: 60_000 },
              ],
            },
          },
        },
      ],
      fallthrough: { variation: null, rollout: { bucketBy: 'country' } },
    },
  });
});

it('draws an id for a rule without one, and keeps isEnabled when it is absent or null', async () => {
  const { project, environment, flag } = await makeScene();
  const rules = [{ conditions: [], serve: { variation: 'on' } }];

  const first = await set(project, flag, environment, { isEnabled: undefined, rules });
  await toggle(project, flag, environment, true);
  const second = await set(project, flag, environment, { isEnabled: null, expectedVersion: 2 });

  expect(first).toEqual({
    configuration: {
      version: 1,
      isEnabled: false,
      offVariation: { key: 'off' },
      fallthrough: { variation: { key: 'on' } },
      rules: [{ id: expect.stringMatching(/^rule_[0-9a-f]{32}$/) as string, name: '' }],
    },
    revisions: [{ environmentId: environment.id, revision: 2 }],
    userErrors: [],
  });
  expect(second).toMatchObject({ configuration: { version: 3, isEnabled: true }, userErrors: [] });
});

it('reports all issues of one input together, the stale version too, and writes nothing', async () => {
  const { project, environment, flag } = await makeScene();
  const before = await chainLength(world, project.organizationId);

  const payload = await set(project, flag, environment, {
    expectedVersion: 7,
    offVariation: 'gone',
    prerequisites: [{ flagKey: 'nothing\u0000', variation: 'on' }],
    targets: [{ variation: 'on', targetingKeys: ['ada', 'ada'] }],
    rules: [
      {
        id: 'a b',
        conditions: [
          { segment: { operator: 'IN_SEGMENT', segments: ['nowhere'] } },
          { attribute: { attribute: 'x', operator: 'MATCHES', values: ['('] } },
        ],
        gate: { weight: -1 },
        serve: { variation: 'gone' },
      },
    ],
    fallthrough: { rollout: { whenMissing: 'off', shares: [{ variation: 'on', weight: 1 }] } },
  });

  expect(payload).toEqual({
    configuration: null,
    revisions: [],
    userErrors: [
      refused('STALE_VERSION', 'The configuration has version 0, not 7; read it again.', 'expectedVersion'),
      refused('NOT_FOUND', 'The flag has no variation "gone".', 'offVariation'),
      refused('NOT_FOUND', 'The project has no flag "nothing\\u0000".', 'prerequisites', '0', 'flagKey'),
      refused('DUPLICATE', 'The targeting key "ada" is targeted twice.', 'targets', '0', 'targetingKeys', '1'),
      refused(
        'INVALID',
        'Rule id "a b" may contain only letters, digits, ".", "-" and "_", and must begin with a letter or digit.',
        'rules',
        '0',
        'id',
      ),
      refused('NOT_FOUND', 'The project has no segment "nowhere".', 'rules', '0', 'conditions', '0', 'segment', 'segments', '0'),
      {
        code: 'INVALID',
        message: expect.stringContaining('(') as string,
        path: ['input', 'rules', '0', 'conditions', '1', 'attribute', 'values', '0'],
      },
      refused('NOT_FOUND', 'The flag has no variation "gone".', 'rules', '0', 'serve', 'variation'),
      refused(
        'OUT_OF_RANGE',
        'A weight is in thousandths of a percent, 0 to 100000; -1 was given.',
        'rules',
        '0',
        'gate',
        'weight',
      ),
      refused(
        'OUT_OF_RANGE',
        'The weights of a rollout must sum to 100000 (thousandths of a percent); these sum to 1.',
        'fallthrough',
        'rollout',
        'shares',
      ),
    ],
  });
  expect(await chainLength(world, project.organizationId)).toBe(before);
});

it('refuses a stale version and names the current one and its author', async () => {
  const { project, environment, flag } = await makeScene();
  const editor = await makeMember(world, 'EDITOR', { organizationId: project.organizationId });
  await configure({ ...project, client: editor.client }, flag, environment);

  const payload = await set(
    project,
    flag,
    environment,
    {},
    'configuration { version } userErrors { ... on StaleVersionError { currentVersion changedBy { kind id name } } }',
  );

  expect(payload).toEqual({
    configuration: null,
    userErrors: [
      {
        ...refused('STALE_VERSION', 'The configuration has version 1, not 0; read it again.', 'expectedVersion'),
        currentVersion: 1,
        changedBy: { kind: 'USER', id: editor.id, name: editor.email },
      },
    ],
  });
});

it('changes nothing of an archived flag', async () => {
  const { project, environment, flag } = await makeScene();
  const there = await makeEnvironment(project);
  await make(project.client, 'archiveFlag', { flagId: flag.id, expectedVersion: 1 }, 'flag { version }');
  const target = { flagId: flag.id, environmentId: environment.id, isEnabled: true };

  const payloads = [
    await mutate(project.client, 'toggleFlag', target, CONFIGURATION),
    await set(project, flag, environment),
    await copy(project, flag, [there, environment]),
    await rollBack(project, flag, environment, 0, 0),
  ];

  const issue = refused('ARCHIVED', `The flag "${flag.key}" is archived; restore it first.`, 'flagId');
  const refusal = { configuration: null, revisions: [], userErrors: [issue] };
  expect(payloads).toEqual([refusal, refusal, refusal, refusal]);
});

it('answers an environment of another project, of another kind and one that does not exist alike', async () => {
  const { project, flag } = await makeScene();
  const elsewhere = await makeScene();

  for (const id of [elsewhere.environment.id, flag.id, 'environment_x', 'a\u0000']) {
    const toggled = await mutate(
      project.client,
      'toggleFlag',
      { flagId: flag.id, environmentId: id, isEnabled: true },
      CONFIGURATION,
    );
    const copied = await copy(project, flag, [{ id, key: '' }, await makeEnvironment(project)]);

    const message = absenceOf('environment', id);
    const ofCopy = message.replace('.', " in the flag's project.");
    expect(toggled).toEqual({ configuration: null, revisions: [], userErrors: [refused('NOT_FOUND', message, 'environmentId')] });
    expect(copied).toEqual({
      configuration: null,
      revisions: [],
      userErrors: [refused('NOT_FOUND', ofCopy, 'fromEnvironmentId')],
    });
  }
});

describe('given prerequisites', () => {
  it('serves the off variation while a prerequisite fails, and follows the rules otherwise', async () => {
    const { project, environment, flag } = await makeScene();
    const other = await makeFlag(project);
    await configure(project, flag, environment, { prerequisites: [{ flagKey: other.key, variation: 'on' }] });

    const failed = await decide(project, environment, flag);
    await toggle(project, other, environment, true);
    const held = await decide(project, environment, flag);

    expect([failed, held]).toEqual(['off PREREQUISITE_FAILED', 'on FALLTHROUGH']);
  });

  it('refuses a cycle, naming it as a path, but only in the one environment', async () => {
    const { project, environment, flag } = await makeScene();
    const elsewhere = await makeEnvironment(project);
    const [a, b] = [await makeFlag(project, { key: 'a' }), await makeFlag(project, { key: 'b' })];
    const needs = (other: Made) => ({ prerequisites: [{ flagKey: other.key, variation: 'on' }] });
    await configure(project, a, environment, needs(b));
    await configure(project, b, environment, needs(flag));

    const refusal = await set(project, flag, environment, needs(a));
    const granted = await set(project, flag, elsewhere, needs(a), 'configuration { version }');

    expect(refusal).toEqual({
      configuration: null,
      revisions: [],
      userErrors: [refused('CYCLE', `The prerequisites would form a cycle: a -> b -> ${flag.key} -> a.`, 'prerequisites')],
    });
    expect(granted).toEqual({ configuration: { version: 1 }, userErrors: [] });
  });
});

describe('given two environments', () => {
  it('copies the targeting, and isEnabled only on request', async () => {
    const { project, environment: from, flag } = await makeScene();
    const to = await makeEnvironment(project);
    await configure(project, flag, from, { rules: [{ id: 'kept', name: 'Kept', conditions: [], serve: { variation: 'on' } }] });

    const targetingOnly = await copy(project, flag, [from, to]);
    const withState = await copy(project, flag, [from, to], { expectedVersion: 1, withIsEnabled: true });
    const again = await copy(project, flag, [from, to], { expectedVersion: 2, withIsEnabled: true });

    const copied = {
      version: 1,
      isEnabled: false,
      offVariation: { key: 'off' },
      fallthrough: { variation: { key: 'on' } },
      rules: [{ id: 'kept', name: 'Kept' }],
    };
    const after = { ...copied, version: 2, isEnabled: true };
    const revisions = (revision: number) => [{ environmentId: to.id, revision }];
    expect(targetingOnly).toEqual({ configuration: copied, revisions: revisions(1), userErrors: [] });
    expect(withState).toEqual({ configuration: after, revisions: revisions(2), userErrors: [] });
    expect(again).toEqual({ configuration: after, revisions: [], userErrors: [] });
    expect(await decide(project, to, flag)).toBe('on RULE_MATCH');
  });

  it('refuses a copy whose prerequisite would form a cycle and whose version is stale, with both issues', async () => {
    const { project, environment: from, flag } = await makeScene();
    const to = await makeEnvironment(project);
    const other = await makeFlag(project);
    await configure(project, flag, from, { prerequisites: [{ flagKey: other.key, variation: 'on' }] });
    await configure(project, other, to, { prerequisites: [{ flagKey: flag.key, variation: 'on' }] });

    const payload = await copy(project, flag, [from, to], { expectedVersion: 3 });

    expect(payload.userErrors.map(({ code, path }) => [code, path])).toEqual([
      ['STALE_VERSION', ['input', 'expectedVersion']],
      ['CYCLE', ['input', 'fromEnvironmentId']],
    ]);
  });

  it('does not read an environment that the caller may not see', async () => {
    const { project, environment: from, flag } = await makeScene();
    const to = await makeEnvironment(project);
    const place = { organizationId: project.organizationId, projectId: project.id, environmentId: to.id };
    const editor = await makeMember(world, 'EDITOR', place);

    const payload = await copy({ ...project, client: editor.client }, flag, [from, to]);
    const refusal = await refusalOf(copy({ ...project, client: editor.client }, flag, [to, from]));

    expect(payload.userErrors.map(({ code, path }) => [code, path])).toEqual([['NOT_FOUND', ['input', 'fromEnvironmentId']]]);
    expect(refusal).toEqual({ code: 'FORBIDDEN', message: 'This needs the permission flag:update.' });
  });
});

describe('given a history', () => {
  it('rolls back to any version, as a new change each time', async () => {
    const { project, environment, flag } = await makeScene();
    await configure(project, flag, environment, { fallthrough: { variation: 'off' } });
    await toggle(project, flag, environment, false);
    await configure(project, flag, environment, { expectedVersion: 2, isEnabled: true });

    const toFirst = await rollBack(project, flag, environment, 3, 1);
    const first = await decide(project, environment, flag);
    const toBeginning = await rollBack(project, flag, environment, 4, 0);
    const beginning = await decide(project, environment, flag);
    const toThird = await rollBack(project, flag, environment, 5, 3);
    const third = await decide(project, environment, flag);
    const toSame = await rollBack(project, flag, environment, 6, 3);

    const state = (version: number, isEnabled: boolean, key: string, revision: number | null) => ({
      configuration: { version, isEnabled, offVariation: { key: 'off' }, fallthrough: { variation: { key } }, rules: [] },
      revisions: revision === null ? [] : [{ environmentId: environment.id, revision }],
      userErrors: [],
    });
    expect(toFirst).toEqual(state(4, true, 'off', 5));
    expect(toBeginning).toEqual(state(5, false, 'on', 6));
    expect(toThird).toEqual(state(6, true, 'on', 7));
    expect(toSame).toEqual(state(6, true, 'on', null));
    expect([first, beginning, third]).toEqual(['off FALLTHROUGH', 'off DISABLED', 'on FALLTHROUGH']);
  });

  it.each([-1, 2, 2_147_483_647])('refuses to roll back to version %d, which there is not', async (toVersion) => {
    const { project, environment, flag } = await makeScene();
    await configure(project, flag, environment);

    expect(await rollBack(project, flag, environment, 1, toVersion)).toEqual({
      configuration: null,
      revisions: [],
      userErrors: [refused('NOT_FOUND', `The configuration has no version ${toVersion} on record.`, 'toVersion')],
    });
  });

  it('refuses to roll back to a version that names a deleted variation or segment', async () => {
    const { project, environment } = await makeScene();
    const variations = ['a', 'b', 'c'].map((key) => ({ key, value: key }));
    const flag = await makeFlag(project, { valueType: 'STRING', variations });
    const segment = await makeSegment(project);
    const serve = { offVariation: 'a', fallthrough: { variation: 'a' } };
    const rules = [forSegment(segment.key, { serve: { variation: 'b' } })];
    await configure(project, flag, environment, { ...serve, rules });
    await configure(project, flag, environment, { ...serve, expectedVersion: 1 });
    const left = { flagId: flag.id, expectedVersion: 1, variations: [variations[0], variations[2]] };
    await make(project.client, 'updateFlag', left, 'flag { version }');
    await make(project.client, 'deleteSegment', { segmentId: segment.id, expectedVersion: 1 }, 'deletedSegmentId');

    const payload = await rollBack(project, flag, environment, 2, 1);

    expect(payload).toEqual({
      configuration: null,
      revisions: [],
      userErrors: [
        refused('NOT_FOUND', `The project has no segment "${segment.key}".`, 'toVersion'),
        refused('NOT_FOUND', 'The flag has no variation "b".', 'toVersion'),
      ],
    });
  });
});

it('lets an editor of one environment write there only', async () => {
  const { project, environment, flag } = await makeScene();
  const other = await makeEnvironment(project);
  const place = { organizationId: project.organizationId, projectId: project.id, environmentId: environment.id };
  const editor = { ...project, client: (await makeMember(world, 'EDITOR', place)).client };

  const here = await set(editor, flag, environment, {}, 'configuration { version }');
  const refusals = [
    await refusalOf(set(editor, flag, other)),
    await refusalOf(toggle(editor, flag, other, true)),
    await refusalOf(mutate(editor.client, 'updateFlag', { flagId: flag.id, expectedVersion: 1 }, 'flag { id }')),
  ];

  expect(here).toEqual({ configuration: { version: 1 }, userErrors: [] });
  expect(refusals).toEqual([
    { code: 'FORBIDDEN', message: 'This needs the permission flag:update.' },
    { code: 'FORBIDDEN', message: 'This needs the permission flag:toggle.' },
    { code: 'FORBIDDEN', message: 'This needs the permission flag:update.' },
  ]);
  expect(await decide(project, other, flag)).toBe('off DISABLED');
});
