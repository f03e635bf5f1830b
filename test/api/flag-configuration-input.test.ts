/** `createFlag` and `setFlagConfiguration` report everything that is wrong with an input together, and write nothing. */
import { makeFlag, makeProject, mutate, uniqueKey } from '../support/make';
import { makeScene } from '../support/scene';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

async function changesOf(organizationId: string): Promise<unknown> {
  const { connection } = world.app.database;
  return connection.query('SELECT id FROM change WHERE organization_id = $1 ORDER BY sequence', [organizationId]);
}

it('tells everything that is wrong with a new flag at once, and writes nothing', async () => {
  const project = await makeProject(world);
  const before = await changesOf(project.organizationId);

  const payload = await mutate(
    project.client,
    'createFlag',
    {
      projectId: project.id,
      key: 'not a key',
      name: ' ',
      description: 'x'.repeat(2_001),
      valueType: 'NUMBER',
      variations: [
        { key: 'one', value: 1 },
        { key: 'one', value: 'text' },
        { key: '', name: 'n'.repeat(256), value: null },
      ],
      offVariation: 'two',
      onVariation: 'three',
      tags: ['', 't'.repeat(101)],
    },
    'flag { id } revisions { revision }',
  );

  expect(payload).toEqual({
    flag: null,
    revisions: [],
    userErrors: [
      {
        code: 'INVALID',
        message:
          'Flag key "not a key" may contain only letters, digits, ".", "-" and "_", and must begin with a letter or digit.',
        path: ['input', 'key'],
      },
      { code: 'BLANK', message: 'Flag name must not be empty.', path: ['input', 'name'] },
      {
        code: 'TOO_LONG',
        message: 'Flag description has 2001 characters; at most 2000 are allowed.',
        path: ['input', 'description'],
      },
      {
        code: 'TYPE_MISMATCH',
        message: 'The value of variation "one" must be a finite number, as the flag is NUMBER.',
        path: ['input', 'variations', '1', 'value'],
      },
      { code: 'BLANK', message: 'Variation key must not be empty.', path: ['input', 'variations', '2', 'key'] },
      {
        code: 'TOO_LONG',
        message: 'Variation name has 256 characters; at most 255 are allowed.',
        path: ['input', 'variations', '2', 'name'],
      },
      {
        code: 'TYPE_MISMATCH',
        message: 'The value of variation "" must be a finite number, as the flag is NUMBER.',
        path: ['input', 'variations', '2', 'value'],
      },
      {
        code: 'DUPLICATE',
        message: 'Variation key "one" is in the list twice.',
        path: ['input', 'variations', '1', 'key'],
      },
      { code: 'NOT_FOUND', message: 'The flag has no variation "two".', path: ['input', 'offVariation'] },
      { code: 'NOT_FOUND', message: 'The flag has no variation "three".', path: ['input', 'onVariation'] },
      { code: 'BLANK', message: 'A tag must not be empty.', path: ['input', 'tags', '0'] },
      { code: 'TOO_LONG', message: 'Tag has 101 characters; at most 100 are allowed.', path: ['input', 'tags', '1'] },
    ],
  });
  expect(await changesOf(project.organizationId)).toEqual(before);
});

it('refuses a key that another flag of the project has, and takes it in another project', async () => {
  const [project, other] = [await makeProject(world), await makeProject(world)];
  const { key } = await makeFlag(project);
  const before = await changesOf(project.organizationId);
  const input = { key, name: 'Flag', valueType: 'BOOLEAN' };

  const again = await mutate(project.client, 'createFlag', { ...input, projectId: project.id }, 'flag { key }');
  const elsewhere = await mutate(other.client, 'createFlag', { ...input, projectId: other.id }, 'flag { key }');

  expect(again).toEqual({
    flag: null,
    userErrors: [{ code: 'DUPLICATE', message: `Another flag already has the key "${key}".`, path: ['input', 'key'] }],
  });
  expect(elsewhere).toEqual({ flag: { key }, userErrors: [] });
  expect(await changesOf(project.organizationId)).toEqual(before);
});

it('takes an explicit null for what may be left out as if it were left out', async () => {
  const project = await makeProject(world);
  const input = { projectId: project.id, name: 'Flag', valueType: 'BOOLEAN' };
  const nulls = {
    description: null,
    variations: null,
    offVariation: null,
    onVariation: null,
    tags: null,
    lifetime: null,
    isClientAvailable: null,
  };
  const FLAG = 'flag { description variations { key value } tags lifetime isClientAvailable }';

  const withNulls = await mutate(project.client, 'createFlag', { ...input, ...nulls, key: uniqueKey('flag') }, FLAG);
  const without = await mutate(project.client, 'createFlag', { ...input, key: uniqueKey('flag') }, FLAG);

  expect(withNulls).toEqual({
    flag: {
      description: '',
      variations: [
        { key: 'on', value: true },
        { key: 'off', value: false },
      ],
      tags: [],
      lifetime: 'TEMPORARY',
      isClientAvailable: false,
    },
    userErrors: [],
  });
  expect(without).toEqual(withNulls);
});

it('tells everything that is wrong with a configuration at once, and writes nothing', async () => {
  const { project, environment, flag } = await makeScene(world);
  const before = await changesOf(project.organizationId);

  const payload = await mutate(
    project.client,
    'setFlagConfiguration',
    {
      flagId: flag.id,
      environmentId: environment.id,
      expectedVersion: 0,
      offVariation: 'missing',
      prerequisites: [
        { flagKey: 'nothing', variation: 'on' },
        { flagKey: flag.key, variation: 'none' },
      ],
      targets: [
        { variation: 'on', targetingKeys: ['ada', ''] },
        { variation: 'off', targetingKeys: ['ada'] },
      ],
      rules: [],
      fallthrough: { rollout: { whenMissing: 'on', shares: [{ variation: 'on', weight: -1 }] } },
    },
    'flag { id } configuration { version } revisions { revision }',
  );

  expect(payload).toMatchObject({ flag: null, configuration: null, revisions: [] });
  expect(payload.userErrors.map(({ code, path }) => `${code} ${path?.join('.')}`)).toEqual([
    'NOT_FOUND input.offVariation',
    'NOT_FOUND input.prerequisites.0.flagKey',
    'NOT_FOUND input.prerequisites.1.variation',
    'CYCLE input.prerequisites',
    'BLANK input.targets.0.targetingKeys.1',
    'DUPLICATE input.targets.1.targetingKeys.0',
    'OUT_OF_RANGE input.fallthrough.rollout.shares.0.weight',
    'OUT_OF_RANGE input.fallthrough.rollout.shares',
  ]);
  expect(await changesOf(project.organizationId)).toEqual(before);
});

it('lets one of two writers with the same version win, and tells the other the version that there is', async () => {
  const { project, environment, flag } = await makeScene(world);
  const input = {
    flagId: flag.id,
    environmentId: environment.id,
    expectedVersion: 0,
    offVariation: 'off',
    fallthrough: { variation: 'on' },
  };
  const set = (): Promise<{ userErrors: readonly unknown[] }> =>
    mutate(
      project.client,
      'setFlagConfiguration',
      input,
      'configuration { version } userErrors { ... on StaleVersionError { currentVersion } }',
    );

  const payloads = await Promise.all([set(), set()]);

  expect(payloads.map(({ userErrors }) => userErrors).toSorted((a, b) => a.length - b.length)).toEqual([
    [],
    [
      {
        code: 'STALE_VERSION',
        message: 'The configuration has version 1, not 0; read it again.',
        path: ['input', 'expectedVersion'],
        currentVersion: 1,
      },
    ],
  ]);
});
