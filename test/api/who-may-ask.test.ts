/** Answers to callers without a role, without a credential, and with a CLIENT key. */
import { makeOutsider } from '../support/members';
import {
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
import { createWorld, type World } from '../support/world';
import type { GraphQLClient } from 'graphql-request';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

interface Scene {
  readonly organizationKey: string;
  readonly project: MadeProject;
  readonly environment: Made;
  readonly flag: Made;
  readonly segment: Made;
}

async function makeScene(): Promise<Scene> {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const query = 'query ($id: ID!) { organization(id: $id) { key } }';
  const { organization } = await project.client.request<{ organization: { key: string } }>(query, { id: project.organizationId });
  const [flag, segment] = [await makeFlag(project), await makeSegment(project)];
  return { organizationKey: organization.key, project, environment, flag, segment };
}

const NOWHERE = `environment_${'0'.repeat(32)}`;

/** Every root that takes an id: its document with the id of something real, and of something that is not there. */
const roots: [string, (scene: Scene) => string, string][] = [
  ['node', ({ flag }) => `node(id: "${flag.id}") { id }`, 'node(id: "flag_01a1fc0df8d1764c87fe1a268070574c") { id }'],
  [
    'organization',
    ({ project }) => `organization(id: "${project.organizationId}") { id }`,
    'organization(id: "organization_00000000000000000000000000000000") { id }',
  ],
  [
    'project',
    ({ project }) => `project(id: "${project.id}") { id }`,
    'project(id: "project_00000000000000000000000000000000") { id }',
  ],
  [
    'projectByKey',
    ({ project }) => `projectByKey(organizationId: "${project.organizationId}", key: "${project.key}") { id }`,
    'projectByKey(organizationId: "organization_00000000000000000000000000000000", key: "x") { id }',
  ],
  [
    'environment',
    ({ environment }) => `environment(id: "${environment.id}") { id }`,
    'environment(id: "environment_00000000000000000000000000000000") { id }',
  ],
  ['flag', ({ flag }) => `flag(id: "${flag.id}") { id }`, 'flag(id: "flag_00000000000000000000000000000000") { id }'],
  [
    'flagByKey',
    ({ project, flag }) => `flagByKey(projectId: "${project.id}", key: "${flag.key}") { id }`,
    'flagByKey(projectId: "project_00000000000000000000000000000000", key: "x") { id }',
  ],
  [
    'organizationByKey',
    ({ organizationKey }) => `organizationByKey(key: "${organizationKey}") { id }`,
    'organizationByKey(key: "x") { id }',
  ],
  [
    'environmentByKey',
    ({ project, environment }) => `environmentByKey(projectId: "${project.id}", key: "${environment.key}") { id }`,
    'environmentByKey(projectId: "project_00000000000000000000000000000000", key: "x") { id }',
  ],
  [
    'segmentByKey',
    ({ project, segment }) => `segmentByKey(projectId: "${project.id}", key: "${segment.key}") { id }`,
    'segmentByKey(projectId: "project_00000000000000000000000000000000", key: "x") { id }',
  ],
  [
    'changes',
    ({ project }) => `changes(projectId: "${project.id}") { nodes { id } }`,
    'changes(projectId: "project_00000000000000000000000000000000") { nodes { id } }',
  ],
  [
    'auditLog',
    ({ project }) => `auditLog(organizationId: "${project.organizationId}") { pageInfo { hasNextPage } }`,
    'auditLog(organizationId: "organization_00000000000000000000000000000000") { pageInfo { hasNextPage } }',
  ],
  [
    'snapshot',
    ({ environment }) => `snapshot(environmentId: "${environment.id}") { revision }`,
    `snapshot(environmentId: "${NOWHERE}") { revision }`,
  ],
  [
    'evaluate',
    ({ environment }) => `evaluate(environmentId: "${environment.id}", contexts: [{}]) { revision }`,
    `evaluate(environmentId: "${NOWHERE}", contexts: [{}]) { revision }`,
  ],
];

async function ask(client: GraphQLClient, selection: string): Promise<unknown> {
  return client
    .request(`{ ${selection} }`)
    .catch((error: { response: { errors: { extensions: { code: string } }[] } }) =>
      error.response.errors.map(({ extensions }) => extensions.code),
    );
}

it.each(roots)('answers an outsider about a real %s as about one that is not there', async (name, real, missing) => {
  const scene = await makeScene();
  const { client } = await makeOutsider(world);

  const answers = [await ask(client, real(scene)), await ask(client, missing)];

  expect(answers).toEqual([{ [name]: null }, { [name]: null }]);
});

it.each(roots)('asks an anonymous caller of %s for a credential, real or not', async (_name, real, missing) => {
  const scene = await makeScene();

  const answers = [await ask(world.client(), real(scene)), await ask(world.client(), missing)];

  expect(answers).toEqual([['UNAUTHENTICATED'], ['UNAUTHENTICATED']]);
});

const FLAG_MUTATIONS: [string, (scene: Scene) => object, string][] = [
  ['createFlag', ({ project }) => ({ projectId: project.id, key: 'new', name: 'New', valueType: 'BOOLEAN' }), 'projectId'],
  ['toggleFlag', ({ flag, environment }) => ({ flagId: flag.id, environmentId: environment.id, isEnabled: true }), 'flagId'],
  [
    'setFlagConfiguration',
    ({ flag, environment }) => ({
      flagId: flag.id,
      environmentId: environment.id,
      expectedVersion: 0,
      offVariation: 'off',
      fallthrough: { variation: 'on' },
    }),
    'flagId',
  ],
  ['createEnvironment', ({ project }) => ({ projectId: project.id, key: 'new', name: 'New' }), 'projectId'],
  ['createProject', ({ project }) => ({ organizationId: project.organizationId, key: 'new', name: 'New' }), 'organizationId'],
  ['createApiKey', ({ environment }) => ({ environmentId: environment.id, kind: 'SERVER', name: 'Key' }), 'environmentId'],
];

async function changesOf({ project }: Scene): Promise<unknown> {
  return world.app.database.connection.query('SELECT id FROM change WHERE organization_id = $1 ORDER BY sequence', [
    project.organizationId,
  ]);
}

it.each(FLAG_MUTATIONS)('tells an outsider that there is nothing for %s, and writes nothing', async (name, inputOf, field) => {
  const scene = await makeScene();
  const { client } = await makeOutsider(world);
  const before = await changesOf(scene);

  const { userErrors } = await mutate(client, name, inputOf(scene), 'revisions { revision }');

  expect(userErrors).toMatchObject([{ code: 'NOT_FOUND', path: ['input', field] }]);
  expect(await changesOf(scene)).toEqual(before);
});

it.each(FLAG_MUTATIONS)('asks an anonymous caller of %s for a credential, and writes nothing', async (name, inputOf) => {
  const scene = await makeScene();
  const before = await changesOf(scene);

  const refusal: unknown = await mutate(world.client(), name, inputOf(scene), 'revisions { revision }').catch((e: unknown) => e);

  expect((refusal as { response: { errors: unknown[] } }).response.errors).toMatchObject([
    { path: [name], extensions: { code: 'UNAUTHENTICATED' } },
  ]);
  expect(await changesOf(scene)).toEqual(before);
});

it.each(['CLIENT', 'MOBILE'])(
  'answers a %s key only flags that are client-available, and a hidden one as an unknown one',
  async (kind) => {
    const { project, environment, flag: hidden } = await makeScene();
    const shown = await makeFlag(project, { isClientAvailable: true });
    await toggle(project, shown, environment, true);
    const client = world.client(await makeApiKey(project, environment, kind));
    const EVALUATIONS =
      'results { values evaluations { flagKey value variation reason ruleId errorCode errorMessage flagVersion } }';

    const all = await client.request(`{ evaluate(contexts: [{ targetingKey: "a" }]) { ${EVALUATIONS} } }`);
    const named = await client.request<{ evaluate: { results: { evaluations: { flagKey: string; errorMessage: string }[] }[] } }>(
      `query ($keys: [String!]) { evaluate(contexts: [{ targetingKey: "a" }], flagKeys: $keys) { ${EVALUATIONS} } }`,
      { keys: [hidden.key, 'unknown'] },
    );

    expect(all).toMatchObject({
      evaluate: { results: [{ values: { [shown.key]: true }, evaluations: [{ flagKey: shown.key }] }] },
    });
    const [asHidden, asUnknown] = named.evaluate.results[0]!.evaluations;
    const renamed = { ...asHidden, flagKey: 'unknown', errorMessage: asHidden!.errorMessage.replace(hidden.key, 'unknown') };
    expect(renamed).toEqual(asUnknown);
    expect(asUnknown).toMatchObject({ reason: 'ERROR', errorCode: 'FLAG_NOT_FOUND', flagVersion: null });
  },
);

it.each(['CLIENT', 'MOBILE'])('gives a %s key neither snapshot nor changes', async (kind) => {
  const { project, environment, flag } = await makeScene();
  const secret = await makeApiKey(project, environment, kind);

  const snapshot = await ask(world.client(secret), 'snapshot { revision }');
  const events = world.socket(secret).iterate({ query: 'subscription { flagChanged { revision } }' });
  const event: unknown = await events.next().catch((errors: unknown) => errors);
  const roots = await ask(world.client(secret), `flag(id: "${flag.id}") { id }`);

  expect(snapshot).toEqual(['FORBIDDEN']);
  expect(JSON.stringify(event)).toContain('"code":"FORBIDDEN"');
  expect(roots).toEqual(['FORBIDDEN']);
});

it('gives a SERVER key of one environment nothing of another', async () => {
  const { project, environment } = await makeScene();
  const other = await makeEnvironment(project);
  const client = world.client(await makeApiKey(project, environment));

  const answers = [
    await ask(client, `snapshot(environmentId: "${other.id}") { revision }`),
    await ask(client, `evaluate(environmentId: "${other.id}", contexts: [{}]) { revision }`),
    await ask(client, `environment(id: "${other.id}") { id }`),
  ];

  expect(answers).toEqual([['FORBIDDEN'], ['FORBIDDEN'], ['FORBIDDEN']]);
});
