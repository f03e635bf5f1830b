/** People know keys, and the API wants ids: each noun is found by its key, and where a key is sent for an id, the answer says so. */
import {
  makeEnvironment,
  makeFlag,
  makeOrganization,
  makeProject,
  makeSegment,
  mutate,
  type Made,
  type MadeProject,
} from '../support/make';
import { refusalOf } from '../support/members';
import { createWorld, type World } from '../support/world';

interface Scene {
  readonly organization: Made;
  readonly project: MadeProject;
  readonly environment: Made;
  readonly flag: Made;
  readonly segment: Made;
}

let world: World;
let scene: Scene;
beforeAll(async () => {
  world = await createWorld();
  const project = await makeProject(world);
  scene = {
    organization: await makeOrganization(world),
    project,
    environment: await makeEnvironment(project),
    flag: await makeFlag(project),
    segment: await makeSegment(project),
  };
});
afterAll(() => world.close());

const OWNERS: readonly (readonly [
  noun: 'project' | 'environment' | 'flag' | 'segment',
  owner: 'organizationId' | 'projectId',
])[] = [
  ['project', 'organizationId'],
  ['environment', 'projectId'],
  ['flag', 'projectId'],
  ['segment', 'projectId'],
];

it.each(OWNERS)('finds a %s by its key in its owner only, written as it is', async (noun, owner) => {
  const { project } = scene;
  const other = await makeProject(world);
  const { id, key } = scene[noun];
  const find = (ownerId: string, sought: string): Promise<unknown> =>
    project.client.request(
      `query ($ownerId: ID!, $key: String!) { found: ${noun}ByKey(${owner}: $ownerId, key: $key) { id key } }`,
      { ownerId, key: sought },
    );
  const [own, foreign] = owner === 'projectId' ? [project.id, other.id] : [project.organizationId, other.organizationId];

  expect(await find(own, key)).toEqual({ found: { id, key } });
  for (const [ownerId, sought] of [
    [foreign, key],
    [own, 'nothing'],
    [own, key.toUpperCase()],
    [own, 'a\u0000'],
    ['a\u0000', key],
  ] as const)
    expect(await find(ownerId, sought)).toEqual({ found: null });
});

it('finds an organization by its key, written as it is', async () => {
  const { organization, project } = scene;
  const find = (key: string): Promise<unknown> =>
    project.client.request('query ($key: String!) { organizationByKey(key: $key) { id key } }', { key });

  expect(await find(organization.key)).toEqual({ organizationByKey: { ...organization } });
  for (const key of ['nothing', organization.key.toUpperCase(), 'a\u0000'])
    expect(await find(key)).toEqual({ organizationByKey: null });
});

type Noun = 'organization' | 'project' | 'environment' | 'flag' | 'segment';
const INPUTS: readonly (readonly [mutation: string, noun: Noun, argument: string, rest: () => object])[] = [
  ['createProject', 'organization', 'organizationId', () => ({ key: 'shop', name: 'Shop' })],
  ['inviteMember', 'organization', 'organizationId', () => ({ email: 'ada@example.com', role: 'VIEWER' })],
  ['createFlag', 'project', 'projectId', () => ({ key: 'new', name: 'New', valueType: 'BOOLEAN' })],
  ['createEnvironment', 'project', 'projectId', () => ({ key: 'new', name: 'New' })],
  ['toggleFlag', 'flag', 'flagId', () => ({ environmentId: scene.environment.id, isEnabled: true })],
  ['toggleFlag', 'environment', 'environmentId', () => ({ flagId: scene.flag.id, isEnabled: true })],
  ['archiveFlag', 'flag', 'flagId', () => ({ expectedVersion: 1 })],
  ['updateEnvironment', 'environment', 'environmentId', () => ({ expectedVersion: 1, name: 'New' })],
  ['createApiKey', 'environment', 'environmentId', () => ({ kind: 'SERVER', name: 'Key' })],
  ['addSegmentKeys', 'segment', 'segmentId', () => ({ list: 'INCLUDED', keys: ['ada'] })],
];

it.each(INPUTS)('tells %s with the key of a %s that it wants an id', async (mutation, noun, argument, rest) => {
  const { key } = scene[noun];

  const { userErrors } = await mutate(scene.project.client, mutation, { ...rest(), [argument]: key }, 'revisions { revision }');

  const message = `There is no ${noun} "${key}". This wants an id; ${noun}ByKey finds it.`;
  expect(userErrors).toEqual([{ code: 'NOT_FOUND', message, path: ['input', argument] }]);
});

it('tells where the key stands in a change set, and in a copy', async () => {
  const { flag, environment, project } = scene;
  const toggle = { toggleFlag: { flagId: flag.key, environmentId: environment.id, isEnabled: true } };
  const copy = { flagId: flag.id, environmentId: environment.id, fromEnvironmentId: environment.key, expectedVersion: 0 };

  const set = await mutate(
    project.client,
    'applyChangeSet',
    { projectId: project.id, changes: [toggle] },
    'revisions { revision }',
  );
  const copied = await mutate(project.client, 'copyFlagConfiguration', copy, 'revisions { revision }');

  expect(set.userErrors).toEqual([
    {
      code: 'NOT_FOUND',
      message: `There is no flag "${flag.key}". This wants an id; flagByKey finds it.`,
      path: ['input', 'changes', '0', 'toggleFlag', 'flagId'],
    },
  ]);
  expect(copied.userErrors).toEqual([
    {
      code: 'NOT_FOUND',
      message: `There is no environment "${environment.key}" in the flag's project. This wants an id; environmentByKey finds it.`,
      path: ['input', 'fromEnvironmentId'],
    },
  ]);
});

it('tells the same of the id of something else, and nothing of an id that is none of anything', async () => {
  const { flag, project } = scene;
  const unknown = `project_${'0'.repeat(32)}`;
  const create = async (projectId: string): Promise<readonly { readonly message: string }[]> => {
    const input = { projectId, key: 'new', name: 'New', valueType: 'BOOLEAN' };
    return (await mutate(project.client, 'createFlag', input, 'flag { id }')).userErrors;
  };

  expect((await create(flag.id)).map(({ message }) => message)).toEqual([
    `There is no project "${flag.id}". This wants an id; projectByKey finds it.`,
  ]);
  expect((await create(unknown)).map(({ message }) => message)).toEqual([`There is no project "${unknown}".`]);
});

it.each([
  ['leftId', (wrong: string, right: string) => `environmentComparison(leftId: "${wrong}", rightId: "${right}") { totalCount }`],
  ['rightId', (wrong: string, right: string) => `environmentComparison(leftId: "${right}", rightId: "${wrong}") { totalCount }`],
  ['environmentId', (wrong: string) => `evaluate(environmentId: "${wrong}", contexts: [{}]) { revision }`],
  ['environmentId', (wrong: string) => `snapshot(environmentId: "${wrong}") { revision }`],
  ['environmentId', (wrong: string) => `segmentsFor(environmentId: "${wrong}", context: {}) { key }`],
])('refuses a %s that is a key instead of answering null', async (argument, ask) => {
  const { environment, project } = scene;
  const unknown = `environment_${'0'.repeat(32)}`;

  const refusal = await refusalOf(project.client.request(`{ asked: ${ask(environment.key, environment.id)} }`));

  const message = `${argument}: There is no environment "${environment.key}". This wants an id; environmentByKey finds it.`;
  expect(refusal).toEqual({ code: 'BAD_USER_INPUT', message });
  expect(await project.client.request(`{ asked: ${ask(unknown, environment.id)} }`)).toEqual({ asked: null });
});
