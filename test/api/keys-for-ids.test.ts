/** People know keys, and the API wants ids: each noun is found by its key, and where a key is sent for an id, the answer says so. */
import { getNamedType, isInputObjectType, isObjectType, type GraphQLInputType, type GraphQLObjectType } from 'graphql';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/package-root';
import { createSchema } from '../../src/schema';
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
  const wanted = `There is no ${owner.slice(0, -2)} "a\\u0000". This wants an id; ${owner.slice(0, -2)}ByKey finds it.`;
  const [own, foreign] = owner === 'projectId' ? [project.id, other.id] : [project.organizationId, other.organizationId];

  expect(await find(own, key)).toEqual({ found: { id, key } });
  for (const [ownerId, sought] of [
    [foreign, key],
    [own, 'nothing'],
    [own, key.toUpperCase()],
    [own, 'a\u0000'],
  ] as const)
    expect(await find(ownerId, sought)).toEqual({ found: null });
  expect(await refusalOf(find('a\u0000', key))).toEqual({ code: 'BAD_USER_INPUT', message: `${owner}: ${wanted}` });
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
  const update = { updateFlag: { flagId: flag.key, expectedVersion: 1 } };
  const ofSegment = { updateSegment: { segmentId: scene.segment.key, expectedVersion: 1 } };
  const copy = { flagId: flag.id, environmentId: environment.id, fromEnvironmentId: environment.key, expectedVersion: 0 };

  const set = await mutate(
    project.client,
    'applyChangeSet',
    { projectId: project.id, changes: [toggle, update, ofSegment] },
    'revisions { revision }',
  );
  const copied = await mutate(project.client, 'copyFlagConfiguration', copy, 'revisions { revision }');

  expect(set.userErrors).toEqual([
    {
      code: 'NOT_FOUND',
      message: `There is no flag "${flag.key}". This wants an id; flagByKey finds it.`,
      path: ['input', 'changes', '0', 'toggleFlag', 'flagId'],
    },
    {
      code: 'NOT_FOUND',
      message: `There is no flag "${flag.key}". This wants an id; flagByKey finds it.`,
      path: ['input', 'changes', '1', 'updateFlag', 'flagId'],
    },
    {
      code: 'NOT_FOUND',
      message: `There is no segment "${scene.segment.key}". This wants an id; segmentByKey finds it.`,
      path: ['input', 'changes', '2', 'updateSegment', 'segmentId'],
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

/** Each argument of a query or a subscription that is an id: `Query.changes filter.actorId`. */
const idArguments = (): string[] => {
  const idsIn = (type: GraphQLInputType, path: string): string[] => {
    const named = getNamedType(type);
    if (isInputObjectType(named))
      return Object.values(named.getFields()).flatMap((field) => idsIn(field.type, `${path}.${field.name}`));
    return named.name === 'ID' ? [path] : [];
  };
  const schema = createSchema(join(PACKAGE_ROOT, 'schema'));
  return Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type) && type !== schema.getMutationType())
    .flatMap((type) =>
      Object.values((type as GraphQLObjectType).getFields()).map((field) => [`${type.name}.${field.name}`, field] as const),
    )
    .flatMap(([name, { args }]) => args.flatMap((argument) => idsIn(argument.type, `${name} ${argument.name}`)));
};

/** How each of them is asked with a text, and what the answer says of it; a new one must be entered. */
const ASKED: Readonly<Record<string, readonly [ask: (wrong: string) => string, noun: string, way: string]>> = {
  'Query.node id': [(id) => `node(id: ${id}) { id }`, 'object', 'each object has one in its field id'],
  ...Object.fromEntries(
    ['organization', 'project', 'environment', 'flag', 'segment'].map((noun) => [
      `Query.${noun} id`,
      [(id: string) => `${noun}(id: ${id}) { key }`, noun, `${noun}ByKey finds it`],
    ]),
  ),
  ...Object.fromEntries(
    OWNERS.map(([noun, owner]) => [
      `Query.${noun}ByKey ${owner}`,
      [
        (id: string) => `${noun}ByKey(${owner}: ${id}, key: "a") { key }`,
        owner.slice(0, -2),
        `${owner.slice(0, -2)}ByKey finds it`,
      ],
    ]),
  ),
  ...Object.fromEntries(
    [
      ['changes', 'projectId', 'project'],
      ['auditLog', 'organizationId', 'organization'],
    ].flatMap(([field, owner, noun]) => {
      const filtered = (name: string) => (id: string) =>
        `${field}(${owner}: "${noun}_${'0'.repeat(32)}", filter: { ${name}: ${id} }) { edges { cursor } }`;
      return [
        [
          `Query.${field} ${owner}`,
          [(id: string) => `${field}(${owner}: ${id}) { edges { cursor } }`, noun, `${noun}ByKey finds it`],
        ],
        [`Query.${field} filter.subjectId`, [filtered('subjectId'), 'object', 'each object has one in its field id']],
        [`Query.${field} filter.environmentId`, [filtered('environmentId'), 'environment', 'environmentByKey finds it']],
        [`Query.${field} filter.actorId`, [filtered('actorId'), 'user or API key', 'members and apiKeys list it']],
      ];
    }),
  ),
  'Query.evaluate environmentId': [
    (id) => `evaluate(environmentId: ${id}, contexts: [{}]) { revision }`,
    'environment',
    'environmentByKey finds it',
  ],
  'Query.flagChanges environmentId': [
    (id) => `flagChanges(environmentId: ${id}, since: { epoch: "another", revision: 0 }) { revision }`,
    'environment',
    'environmentByKey finds it',
  ],
  'Query.snapshot environmentId': [
    (id) => `snapshot(environmentId: ${id}) { revision }`,
    'environment',
    'environmentByKey finds it',
  ],
  'Query.segmentsFor environmentId': [
    (id) => `segmentsFor(environmentId: ${id}, context: {}) { key }`,
    'environment',
    'environmentByKey finds it',
  ],
  ...Object.fromEntries(
    ['leftId', 'rightId'].map((name) => [
      `Query.environmentComparison ${name}`,
      [
        (id: string) => {
          const other = name === 'leftId' ? 'rightId' : 'leftId';
          return `environmentComparison(${name}: ${id}, ${other}: "environment_${'0'.repeat(32)}") { totalCount }`;
        },
        'environment',
        'environmentByKey finds it',
      ],
    ]),
  ),
  'Flag.configuration environmentId': [
    (id) => `flag(id: "${scene.flag.id}") { configuration(environmentId: ${id}) { version } }`,
    'environment',
    'environmentByKey finds it',
  ],
  'Project.flags filter.ownerId': [
    (id) => `project(id: "${scene.project.id}") { flags(filter: { ownerId: ${id} }) { totalCount } }`,
    'user',
    'members lists it',
  ],
  'Subscription.flagChanged environmentId': [
    (id) => `flagChanged(environmentId: ${id}) { revision }`,
    'environment',
    'environmentByKey finds it',
  ],
  'Subscription.evaluationsChanged environmentId': [
    (id) => `evaluationsChanged(environmentId: ${id}, context: {}) { revision }`,
    'environment',
    'environmentByKey finds it',
  ],
};

it('knows how each argument that is an id is asked', () => {
  expect(Object.keys(ASKED).sort()).toEqual(idArguments().sort());
});

describe.each(Object.entries(ASKED))('%s', (name, [ask, noun, way]) => {
  const path = name.split(' ')[1]!;
  const isSubscription = name.startsWith('Subscription.');
  const refuse = async (credential: string, wrong: string): Promise<object | null> => {
    const query = ask(JSON.stringify(wrong));
    if (!isSubscription) return refusalOf(world.client(credential).request(`{ asked: ${query} }`));
    const events = world.socket(credential).iterate({ query: `subscription { ${query} }` });
    const { errors } = (await events.next()).value as { errors: { message: string; extensions: { code: string } }[] };
    return { code: errors[0]!.extensions.code, message: errors[0]!.message };
  };

  it('refuses a key, existing or not, and the id of something else, instead of answering null or nothing', async () => {
    const foreign = noun === 'object' ? [] : [`rule_${'0'.repeat(32)}`];
    for (const wrong of [scene.environment.key, 'nothing', ...foreign]) {
      const message = `${path}: There is no ${noun} "${wrong}". This wants an id; ${way}.`;
      expect(await refuse(world.owner.accessToken, wrong)).toEqual({ code: 'BAD_USER_INPUT', message });
    }
  });
});

it('answers null for an id that is none of anything, and tells an anonymous caller only that it is anonymous', async () => {
  const unknown = `flag_${'0'.repeat(32)}`;

  expect(await scene.project.client.request(`{ flag(id: "${unknown}") { key } node(id: "${unknown}") { id } }`)).toEqual({
    flag: null,
    node: null,
  });
  for (const id of [unknown, scene.flag.key])
    expect(await refusalOf(world.client().request(`{ flag(id: "${id}") { key } }`))).toMatchObject({ code: 'UNAUTHENTICATED' });
});

it('says the same of an owner who is named by an e-mail address', async () => {
  const input = { projectId: scene.project.id, key: 'owned', name: 'Owned', valueType: 'BOOLEAN', ownerId: 'ada@example.com' };

  const { userErrors } = await mutate(scene.project.client, 'createFlag', input, 'flag { id }');

  const message = 'The organization has no member "ada@example.com". This wants an id; members lists it.';
  expect(userErrors).toEqual([{ code: 'NOT_FOUND', message, path: ['input', 'ownerId'] }]);
});
