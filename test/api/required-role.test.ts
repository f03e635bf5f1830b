/** Environments that only a stronger role may change, by every way that reaches into them. */
import type { GraphQLClient } from 'graphql-request';
import {
  configure,
  make,
  makeEnvironment,
  makeFlag,
  makeProject,
  makeSegment,
  mutate,
  targeting,
  type Made,
  type MadeProject,
} from '../support/make';
import { makeMember, refusalOf } from '../support/members';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

interface Scene {
  readonly project: MadeProject;
  readonly production: Made;
  readonly staging: Made;
  readonly flag: Made;
  readonly segment: Made;
}

/** A project whose production requires a role. */
async function makeScene(requiredRole: string): Promise<Scene> {
  const project = await makeProject(world);
  const [production, staging] = [await makeEnvironment(project), await makeEnvironment(project)];
  const flag = await makeFlag(project);
  const segment = await makeSegment(project);
  for (const environment of [production, staging]) await configure(project, flag, environment);
  const input = { environmentId: production.id, expectedVersion: 1, isProduction: true, requiredRole };
  await make(project.client, 'updateEnvironment', input, 'environment { requiredRole }');
  return { project, production, staging, flag, segment };
}

const member = async ({ project }: Scene, role: string): Promise<GraphQLClient> =>
  (await makeMember(world, role, { organizationId: project.organizationId })).client;

/** Every mutation that reaches into an environment, by name, with its input. */
function reaches({ project, staging, flag, segment }: Scene, environment: Made): Record<string, [string, object]> {
  const place = { flagId: flag.id, environmentId: environment.id };
  const variations = [
    { key: 'on', value: true },
    { key: 'off', value: false },
    { key: 'more', value: true },
  ];
  return {
    toggleFlag: ['toggleFlag', { ...place, isEnabled: false }],
    setFlagConfiguration: ['setFlagConfiguration', targeting(flag, environment, { expectedVersion: 1 })],
    addRule: ['addRule', { ...place, expectedVersion: 1, rule: { conditions: [], serve: { variation: 'on' } } }],
    addTargets: ['addTargets', { ...place, expectedVersion: 1, variation: 'on', targetingKeys: ['ada'] }],
    copyFlagConfiguration: ['copyFlagConfiguration', { ...place, fromEnvironmentId: staging.id, expectedVersion: 1 }],
    rollBackFlagConfiguration: ['rollBackFlagConfiguration', { ...place, expectedVersion: 1, toVersion: 0 }],
    applyChangeSet: ['applyChangeSet', { projectId: project.id, changes: [{ toggleFlag: { ...place, isEnabled: false } }] }],
    'applyChangeSet, archiving': [
      'applyChangeSet',
      { projectId: project.id, changes: [{ archiveFlag: { flagId: flag.id, expectedVersion: 1 } }] },
    ],
    'applyChangeSet, a segment': [
      'applyChangeSet',
      { projectId: project.id, changes: [{ updateSegment: { segmentId: segment.id, expectedVersion: 1, name: 'New' } }] },
    ],
    'updateFlag, its variations': ['updateFlag', { flagId: flag.id, expectedVersion: 1, variations }],
    'updateFlag, its availability': ['updateFlag', { flagId: flag.id, expectedVersion: 1, isClientAvailable: true }],
    archiveFlag: ['archiveFlag', { flagId: flag.id, expectedVersion: 1 }],
    restoreFlag: ['restoreFlag', { flagId: flag.id, expectedVersion: 1 }],
    deleteFlag: ['deleteFlag', { flagId: flag.id, expectedVersion: 1 }],
    updateSegment: ['updateSegment', { segmentId: segment.id, expectedVersion: 1, name: 'New' }],
    addSegmentKeys: ['addSegmentKeys', { segmentId: segment.id, list: 'INCLUDED', keys: ['ada'] }],
    removeSegmentKeys: ['removeSegmentKeys', { segmentId: segment.id, keys: ['ada'] }],
    deleteSegment: ['deleteSegment', { segmentId: segment.id, expectedVersion: 1 }],
  };
}

const refusal = (client: GraphQLClient, name: string, input: object): Promise<{ code: string; message: string } | null> =>
  refusalOf(mutate(client, name, input, 'revisions { revision }'));

it('refuses an EDITOR every way into an environment that requires an ADMIN, and writes nothing', async () => {
  const scene = await makeScene('ADMIN');
  const editor = await member(scene, 'EDITOR');
  const revisions = (): Promise<unknown> =>
    scene.project.client.request('query ($id: ID!) { project(id: $id) { environments { revision version } } }', {
      id: scene.project.id,
    });
  const before = await revisions();

  const outcomes: Record<string, unknown> = {};
  const all = reaches(scene, scene.production);
  for (const [what, [name, input]] of Object.entries(all)) outcomes[what] = await refusal(editor, name, input);

  const message = `Changing the environment "${scene.production.key}" requires the role ADMIN or a stronger one.`;
  expect(outcomes).toEqual(Object.fromEntries(Object.keys(all).map((what) => [what, { code: 'FORBIDDEN', message }])));
  expect(await revisions()).toEqual(before);
});

it('lets an EDITOR change other environments, and texts that are not served', async () => {
  const scene = await makeScene('ADMIN');
  const editor = await member(scene, 'EDITOR');
  const { flag, staging, project } = scene;

  const done = [
    await mutate(
      editor,
      'toggleFlag',
      { flagId: flag.id, environmentId: staging.id, isEnabled: false },
      'revisions { revision }',
    ),
    await mutate(
      editor,
      'updateFlag',
      { flagId: flag.id, expectedVersion: 1, name: 'Renamed', tags: ['a'] },
      'revisions { revision }',
    ),
    await mutate(editor, 'createSegment', { projectId: project.id, key: 'mine', name: 'Mine' }, 'revisions { revision }'),
    await mutate(
      editor,
      'createFlag',
      { projectId: project.id, key: 'mine', name: 'Mine', valueType: 'BOOLEAN' },
      'revisions { revision }',
    ),
  ];

  expect(done.map(({ userErrors }) => userErrors)).toEqual([[], [], [], []]);
});

it('refuses a whole change set when one of its changes is in the protected environment', async () => {
  const scene = await makeScene('ADMIN');
  const editor = await member(scene, 'EDITOR');
  const toggled = (environment: Made): object => ({
    toggleFlag: { flagId: scene.flag.id, environmentId: environment.id, isEnabled: false },
  });

  const input = { projectId: scene.project.id, changes: [toggled(scene.staging), toggled(scene.production)] };
  const refused = await refusal(editor, 'applyChangeSet', input);

  expect(refused?.code).toBe('FORBIDDEN');
  const { flag } = await scene.project.client.request<{ flag: { configurations: { isEnabled: boolean }[] } }>(
    'query ($id: ID!) { flag(id: $id) { configurations { isEnabled } } }',
    { id: scene.flag.id },
  );
  expect(flag.configurations.map(({ isEnabled }) => isEnabled)).toEqual([true, true]);
});

it('accepts an ADMIN where an ADMIN is required, and refuses one where an OWNER is', async () => {
  const [guarded, locked] = [await makeScene('ADMIN'), await makeScene('OWNER')];
  const codes = async (scene: Scene): Promise<(string | null)[]> => {
    const admin = await member(scene, 'ADMIN');
    const { production, project } = scene;
    const environment = { environmentId: production.id, expectedVersion: 2 };
    const attempts: [string, object][] = [
      ['toggleFlag', { flagId: scene.flag.id, environmentId: production.id, isEnabled: false }],
      ['createApiKey', { environmentId: production.id, kind: 'SERVER', name: 'Back end' }],
      ['updateEnvironment', { ...environment, requiredRole: null }],
      ['deleteEnvironment', { ...environment, confirmKey: 'wrong' }],
      ['deleteProject', { projectId: project.id, expectedVersion: 1, confirmKey: 'wrong' }],
    ];
    const outcomes: (string | null)[] = [];
    for (const [name, input] of attempts) outcomes.push((await refusal(admin, name, input))?.code ?? null);
    return outcomes;
  };

  expect(await codes(guarded)).toEqual([null, null, null, null, null]);
  expect(await codes(locked)).toEqual(['FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN', 'FORBIDDEN']);
});

it('counts only roles that reach the environment', async () => {
  const scene = await makeScene('ADMIN');
  const { organizationId, id: projectId } = scene.project;
  const place = { organizationId, projectId };
  const elsewhere = await makeMember(world, 'ADMIN', { ...place, environmentId: scene.staging.id });
  const here = await makeMember(world, 'ADMIN', { ...place, environmentId: scene.production.id });
  const input = { flagId: scene.flag.id, environmentId: scene.production.id, isEnabled: false };

  const outcomes = [await refusal(elsewhere.client, 'toggleFlag', input), await refusal(here.client, 'toggleFlag', input)];

  expect(outcomes.map((outcome) => outcome?.code ?? null)).toEqual(['FORBIDDEN', null]);
});

it('refuses to require a role that the actor lacks, or VIEWER', async () => {
  const scene = await makeScene('ADMIN');
  const admin = await member(scene, 'ADMIN');
  const update = { environmentId: scene.staging.id, expectedVersion: 1 };
  const create = { projectId: scene.project.id, key: 'new', name: 'New' };
  const fields = 'revisions { revision }';

  const tooStrong = {
    code: 'INVALID',
    message: 'The required role OWNER is stronger than your own.',
    path: ['input', 'requiredRole'],
  };
  expect((await mutate(admin, 'updateEnvironment', { ...update, requiredRole: 'OWNER' }, fields)).userErrors).toEqual([
    tooStrong,
  ]);
  expect((await mutate(admin, 'createEnvironment', { ...create, requiredRole: 'OWNER' }, fields)).userErrors).toEqual([
    tooStrong,
  ]);
  expect((await mutate(admin, 'updateEnvironment', { ...update, requiredRole: 'VIEWER' }, fields)).userErrors).toEqual([
    {
      code: 'INVALID',
      message: 'The required role must be EDITOR, ADMIN or OWNER; leave it out if any role with the permission is enough.',
      path: ['input', 'requiredRole'],
    },
  ]);
});

it('lets an ADMIN of an environment change it when no role is required', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const place = { organizationId: project.organizationId, projectId: project.id, environmentId: environment.id };
  const admin = await makeMember(world, 'ADMIN', place);
  const update = (input: object) =>
    mutate(admin.client, 'updateEnvironment', { environmentId: environment.id, ...input }, 'environment { name requiredRole }');

  expect(await update({ expectedVersion: 1, name: 'Mine' })).toMatchObject({ environment: { name: 'Mine' }, userErrors: [] });
  expect(await update({ expectedVersion: 2, requiredRole: 'ADMIN' })).toMatchObject({ environment: { requiredRole: 'ADMIN' } });
  expect(await update({ expectedVersion: 3, requiredRole: 'OWNER' })).toMatchObject({ userErrors: [{ code: 'INVALID' }] });
});

it('lets no weaker role create an ADMIN key in it, but every role with key:revoke revoke one', async () => {
  const scene = await makeScene('OWNER');
  const { organizationId, id: projectId, client } = scene.project;
  const input = {
    kind: 'ADMIN',
    role: 'VIEWER',
    name: 'Automation',
    organizationId,
    projectId,
    environmentId: scene.production.id,
  };
  const made = await make<{ apiKey: { id: string } }>(client, 'createApiKey', input, 'apiKey { id }');
  const admin = await member(scene, 'ADMIN');

  expect((await refusal(admin, 'createApiKey', input))?.code).toBe('FORBIDDEN');
  expect((await refusal(admin, 'rotateApiKey', { apiKeyId: made.apiKey.id }))?.code).toBe('FORBIDDEN');
  expect(await refusal(admin, 'revokeApiKey', { apiKeyId: made.apiKey.id })).toBeNull();
});
