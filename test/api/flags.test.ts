import { absenceOf, expectNothing } from '../support/absence';
import {
  configure,
  decide,
  make,
  makeApiKey,
  makeEnvironment,
  makeFlag,
  makeProject,
  makeSegment,
  mutate,
  toggle,
  uniqueKey,
  type Made,
  type MadeProject,
} from '../support/make';
import { chainLength, makeMember, makeOutsider, refusalOf } from '../support/members';
import { makeScene } from '../support/scene';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const FLAG = `flag {
  key name description valueType tags lifetime isClientAvailable isArchived version owner { email }
  variations { key name value }
} revisions { environmentId revision }`;
const COLOURS = [
  { key: 'red', name: 'Red', value: 'r' },
  { key: 'green', name: 'Green', value: 'g' },
  { key: 'blue', name: 'Blue', value: 'b' },
];
const colourful = { valueType: 'STRING', variations: COLOURS };

const refused = (code: string, message: string, path: string[] | null) => ({ code, message, path });
const update = (project: MadeProject, flag: Made, patch: object, selection = FLAG) =>
  mutate<{ flag: object | null }>(project.client, 'updateFlag', { flagId: flag.id, expectedVersion: 1, ...patch }, selection);
const archive = (project: MadeProject, flag: Made, expectedVersion = 1) =>
  make(project.client, 'archiveFlag', { flagId: flag.id, expectedVersion }, 'flag { version }');

it('creates a flag, off in every environment, and answers it whole', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const input = { projectId: project.id, key: 'Unicode-1.0_a', name: 'Größe 😀' };

  const payload = await mutate(
    project.client,
    'createFlag',
    { ...input, ...colourful, tags: ['b', 'a'], description: 'Why', lifetime: 'PERMANENT', isClientAvailable: true },
    `${FLAG.replace('version', 'version salt configurations { version isEnabled offVariation { key } fallthrough { variation { key } } }')}`,
  );

  expect(payload).toEqual({
    flag: {
      key: input.key,
      name: 'Größe 😀',
      description: 'Why',
      valueType: 'STRING',
      tags: ['a', 'b'],
      lifetime: 'PERMANENT',
      isClientAvailable: true,
      isArchived: false,
      version: 1,
      salt: expect.stringMatching(/^[\w-]{16}$/) as string,
      owner: { email: world.owner.email },
      variations: COLOURS,
      configurations: [
        { version: 0, isEnabled: false, offVariation: { key: 'blue' }, fallthrough: { variation: { key: 'red' } } },
      ],
    },
    revisions: [{ environmentId: environment.id, revision: 1 }],
    userErrors: [],
  });
});

it('tells all that is wrong with a new flag at once, and writes nothing', async () => {
  const project = await makeProject(world);
  const before = await chainLength(world, project.organizationId);

  const payload = await mutate(
    project.client,
    'createFlag',
    {
      projectId: project.id,
      key: 'a b',
      name: '',
      description: 'x'.repeat(2_001),
      valueType: 'NUMBER',
      variations: [
        { key: 'a', value: '1' },
        { key: 'a', value: 2 },
      ],
      offVariation: 'c',
      tags: [''],
      ownerId: 'user_nobody',
    },
    FLAG,
  );

  expect(payload).toEqual({
    flag: null,
    revisions: [],
    userErrors: [
      refused(
        'INVALID',
        'Flag key "a b" may contain only letters, digits, ".", "-" and "_", and must begin with a letter or digit.',
        ['input', 'key'],
      ),
      refused('BLANK', 'Flag name must not be empty.', ['input', 'name']),
      refused('TOO_LONG', 'Flag description has 2001 characters; at most 2000 are allowed.', ['input', 'description']),
      refused('TYPE_MISMATCH', 'The value of variation "a" must be a finite number, as the flag is NUMBER.', [
        'input',
        'variations',
        '0',
        'value',
      ]),
      refused('DUPLICATE', 'Variation key "a" is in the list twice.', ['input', 'variations', '1', 'key']),
      refused('NOT_FOUND', 'The flag has no variation "c".', ['input', 'offVariation']),
      refused('BLANK', 'A tag must not be empty.', ['input', 'tags', '0']),
      refused('NOT_FOUND', 'The organization has no member "user_nobody". This wants an id; members lists it.', [
        'input',
        'ownerId',
      ]),
    ],
  });
  expect(await chainLength(world, project.organizationId)).toBe(before);
});

it('refuses a key that another flag has, archived or not', async () => {
  const project = await makeProject(world);
  const flag = await makeFlag(project);
  await archive(project, flag);

  const payload = await mutate(
    project.client,
    'createFlag',
    { projectId: project.id, key: flag.key, name: 'Again', valueType: 'BOOLEAN' },
    FLAG,
  );

  expect(payload).toEqual({
    flag: null,
    revisions: [],
    userErrors: [
      refused(
        'DUPLICATE',
        `The archived flag "${flag.key}" has this key; restore it, or delete it to use its key for another flag.`,
        ['input', 'key'],
      ),
    ],
  });
});

it('lets exactly one of 20 concurrent creators have a key', async () => {
  const project = await makeProject(world);
  const input = { projectId: project.id, key: 'wanted', name: 'Wanted', valueType: 'BOOLEAN' };

  const payloads = await Promise.all(
    Array.from({ length: 20 }, () => mutate<{ flag: object | null }>(project.client, 'createFlag', input, 'flag { key }')),
  );

  expect(payloads.filter(({ flag }) => flag !== null)).toEqual([{ flag: { key: 'wanted' }, userErrors: [] }]);
  expect(payloads.flatMap(({ userErrors }) => userErrors.map(({ code }) => code))).toEqual(
    Array.from({ length: 19 }, () => 'DUPLICATE'),
  );
});

it('changes only given fields, and records a revision in every environment', async () => {
  const { project, environment, flag } = await makeScene(world, { tags: ['old'], description: 'Old' });

  const payload = await update(project, flag, { name: 'New', ownerId: null });

  expect(payload).toEqual({
    flag: {
      key: flag.key,
      name: 'New',
      description: 'Old',
      valueType: 'BOOLEAN',
      tags: ['old'],
      lifetime: 'TEMPORARY',
      isClientAvailable: false,
      isArchived: false,
      version: 2,
      owner: null,
      variations: [
        { key: 'on', name: 'On', value: true },
        { key: 'off', name: 'Off', value: false },
      ],
    },
    revisions: [{ environmentId: environment.id, revision: 2 }],
    userErrors: [],
  });
});

it('refuses null where an absent field keeps its value', async () => {
  const project = await makeProject(world);
  const flag = await makeFlag(project);
  const fields = ['name', 'description', 'tags', 'lifetime', 'isClientAvailable', 'variations', 'salt'];

  const payload = await update(project, flag, Object.fromEntries(fields.map((field) => [field, null])), 'flag { key }');

  expect(payload).toEqual({
    flag: null,
    userErrors: fields.map((field) =>
      refused('INVALID', `${field} must not be null; leave it out to keep it.`, ['input', field]),
    ),
  });
});

it('records nothing when an update changes nothing', async () => {
  const project = await makeProject(world);
  const flag = await makeFlag(project, { tags: ['a', 'b'], description: 'Text' });
  const before = await chainLength(world, project.organizationId);

  const payload = await update(
    project,
    flag,
    { name: 'Flag', description: 'Text', tags: ['b', 'a', 'a'], lifetime: 'TEMPORARY', isClientAvailable: false },
    'flag { version } revisions { revision }',
  );

  expect(payload).toEqual({ flag: { version: 1 }, revisions: [], userErrors: [] });
  expect(await chainLength(world, project.organizationId)).toBe(before);
});

it('adds, changes, orders and removes variations', async () => {
  const { project, environment, flag } = await makeScene(world, colourful);
  const variations = [COLOURS[2], { key: 'black', name: '', value: 'k' }, { key: 'red', name: '', value: 'R' }];
  await make(
    project.client,
    'setFlagConfiguration',
    {
      flagId: flag.id,
      environmentId: environment.id,
      expectedVersion: 0,
      isEnabled: true,
      offVariation: 'blue',
      fallthrough: { variation: 'red' },
    },
    'flag { key }',
  );

  const payload = await update(project, flag, { variations }, 'flag { variations { key name value } }');

  expect(payload).toEqual({ flag: { variations }, userErrors: [] });
  expect(await decide(project, environment, flag)).toBe('red FALLTHROUGH');
});

it('refuses to remove variations that are used, naming every use', async () => {
  const project = await makeProject(world);
  const [here, there] = [await makeEnvironment(project), await makeEnvironment(project)];
  const flag = await makeFlag(project, { ...colourful, offVariation: 'red' });
  const dependent = await makeFlag(project);
  const serve = { offVariation: 'red', fallthrough: { variation: 'red' } };
  await configure(project, flag, here, { ...serve, targets: [{ variation: 'green', targetingKeys: ['ada'] }] });
  await configure(project, flag, there, { ...serve, rules: [{ conditions: [], serve: { variation: 'green' } }] });
  await configure(project, dependent, there, { prerequisites: [{ flagKey: flag.key, variation: 'green' }] });

  const payload = await update(
    project,
    flag,
    { variations: [COLOURS[0], { key: 'black', value: 'k' }] },
    'flag { key } userErrors { ... on InUseError { usedBy { flagKey segmentKey environmentKey } } }',
  );

  const inFlag = (of: Made, environment: Made) => ({ flagKey: of.key, segmentKey: null, environmentKey: environment.key });
  expect(payload).toEqual({
    flag: null,
    userErrors: [
      {
        ...refused('IN_USE', 'The variation "green" is served in 3 places, so it cannot be removed.', ['input', 'variations']),
        usedBy: [inFlag(flag, here), inFlag(flag, there), inFlag(dependent, there)],
      },
    ],
  });
});

it('moves every context only with rerandomize: true', async () => {
  const project = await makeProject(world);
  const flag = await makeFlag(project);

  const forgotten = await update(project, flag, { salt: 'shared' }, 'flag { salt }');
  const meant = await update(project, flag, { salt: 'shared', rerandomize: true }, 'flag { salt version }');

  expect(forgotten).toEqual({
    flag: null,
    userErrors: [
      refused('INVALID', 'A new salt moves every context of every rollout and gate; set rerandomize: true to confirm.', [
        'input',
        'rerandomize',
      ]),
    ],
  });
  expect(meant).toEqual({ flag: { salt: 'shared', version: 2 }, userErrors: [] });
});

it('accepts only a member of the organization as owner', async () => {
  const project = await makeProject(world);
  const flag = await makeFlag(project);
  const member = await makeMember(world, 'VIEWER', { organizationId: project.organizationId });
  const outsider = await makeOutsider(world);

  const stranger = await update(project, flag, { ownerId: outsider.id }, 'flag { key }');
  const taken = await update(project, flag, { ownerId: member.id }, 'flag { owner { email } }');

  expect(stranger).toEqual({
    flag: null,
    userErrors: [refused('NOT_FOUND', `The organization has no member "${outsider.id}".`, ['input', 'ownerId'])],
  });
  expect(taken).toEqual({ flag: { owner: { email: member.email } }, userErrors: [] });
});

it('refuses a stale version and names the current one, its author and its time', async () => {
  const project = await makeProject(world);
  const flag = await makeFlag(project);
  await update(project, flag, { name: 'First' });
  const { flag: read } = await project.client.request<{ flag: { lastChange: { createdAt: string } } }>(
    'query ($id: ID!) { flag(id: $id) { lastChange { createdAt } } }',
    { id: flag.id },
  );

  const payload = await update(
    project,
    flag,
    { name: 'Second' },
    'flag { key } userErrors { __typename ... on StaleVersionError { currentVersion changedAt changedBy { kind name } } }',
  );

  expect(payload).toEqual({
    flag: null,
    userErrors: [
      {
        __typename: 'StaleVersionError',
        ...refused('STALE_VERSION', 'The flag has version 2, not 1; read it again.', ['input', 'expectedVersion']),
        currentVersion: 2,
        changedAt: read.lastChange.createdAt,
        changedBy: { kind: 'USER', name: world.owner.email },
      },
    ],
  });
});

it('archives a flag, restores it as it was, and deletes it only from the archive', async () => {
  const { project, environment, flag } = await makeScene(world);
  await toggle(project, flag, environment, true);
  const run = (name: string, expectedVersion: number, selection = 'flag { isArchived version } revisions { revision }') =>
    mutate(project.client, name, { flagId: flag.id, expectedVersion }, selection);

  const archived = await run('archiveFlag', 1);
  const whileArchived = await decide(project, environment, flag);
  const archivedAgain = await run('archiveFlag', 2);
  const updated = await update(project, flag, { expectedVersion: 2, name: 'New' }, 'flag { key }');
  const restored = await run('restoreFlag', 2);
  const whileRestored = await decide(project, environment, flag);
  const restoredAgain = await run('restoreFlag', 3);
  const deletedTooEarly = await run('deleteFlag', 3, 'deletedFlagId revisions { revision }');
  await archive(project, flag, 3);
  const deleted = await run('deleteFlag', 4, 'deletedFlagId revisions { revision }');

  const isArchived = refused('ARCHIVED', `The flag "${flag.key}" is archived; restore it first.`, ['input', 'flagId']);
  const isNot = refused('NOT_ARCHIVED', `The flag "${flag.key}" is not archived; archive it first.`, ['input', 'flagId']);
  expect(archived).toEqual({ flag: { isArchived: true, version: 2 }, revisions: [{ revision: 3 }], userErrors: [] });
  expect(whileArchived).toBe('off DISABLED');
  expect(archivedAgain).toEqual({ flag: null, revisions: [], userErrors: [isArchived] });
  expect(updated).toEqual({ flag: null, userErrors: [isArchived] });
  expect(restored).toEqual({ flag: { isArchived: false, version: 3 }, revisions: [{ revision: 4 }], userErrors: [] });
  expect(whileRestored).toBe('on FALLTHROUGH');
  expect(restoredAgain).toEqual({ flag: null, revisions: [], userErrors: [isNot] });
  expect(deletedTooEarly).toEqual({ deletedFlagId: null, revisions: [], userErrors: [isNot] });
  expect(deleted).toEqual({ deletedFlagId: flag.id, revisions: [{ revision: 6 }], userErrors: [] });
  expect(await decide(project, environment, flag)).toBe('null ERROR');
});

it.each(['archiveFlag', 'restoreFlag', 'deleteFlag'])('refuses a stale version of %s', async (name) => {
  const project = await makeProject(world);
  const flag = await makeFlag(project);

  const payload = await mutate(project.client, name, { flagId: flag.id, expectedVersion: 7 }, 'revisions { revision }');

  expect(payload).toEqual({
    revisions: [],
    userErrors: [refused('STALE_VERSION', 'The flag has version 1, not 7; read it again.', ['input', 'expectedVersion'])],
  });
});

it('refuses to archive a prerequisite of a live flag, and to delete one of any flag', async () => {
  const { project, environment, flag } = await makeScene(world);
  const dependent = await makeFlag(project);
  await configure(project, dependent, environment, { prerequisites: [{ flagKey: flag.key, variation: 'on' }] });
  const selection = 'revisions { revision } userErrors { ... on InUseError { usedBy { flagKey segmentKey environmentKey } } }';
  const run = (name: string, expectedVersion: number) =>
    mutate(project.client, name, { flagId: flag.id, expectedVersion }, selection);

  const archivedTooEarly = await run('archiveFlag', 1);
  await archive(project, dependent);
  await archive(project, flag);
  const deletedTooEarly = await run('deleteFlag', 2);
  await make(project.client, 'deleteFlag', { flagId: dependent.id, expectedVersion: 2 }, 'deletedFlagId');
  const deleted = await run('deleteFlag', 2);

  const inUse = {
    revisions: [],
    userErrors: [
      {
        ...refused('IN_USE', `The flag "${flag.key}" is a prerequisite in one place.`, ['input', 'flagId']),
        usedBy: [{ flagKey: dependent.key, segmentKey: null, environmentKey: environment.key }],
      },
    ],
  };
  expect(archivedTooEarly).toEqual(inUse);
  expect(deletedTooEarly).toEqual(inUse);
  expect(deleted).toEqual({ revisions: [{ revision: 7 }], userErrors: [] });
});

describe('given ids that lead nowhere', () => {
  const idsOf = async (project: MadeProject): Promise<string[]> => {
    const elsewhere = await makeProject(world);
    return [
      'flag_00000000000000000000000000000000',
      '',
      'a\u0000',
      project.id,
      (await makeSegment(project)).id,
      (await makeFlag(elsewhere)).id,
    ];
  };

  it('answers an unknown id, one of another kind and one of another organization alike', async () => {
    const project = await makeProject(world);
    const member = await makeMember(world, 'EDITOR', { organizationId: project.organizationId });
    const environment = await makeEnvironment(project);
    const target = { environmentId: environment.id, isEnabled: true };

    for (const flagId of await idsOf(project)) {
      await expectNothing('flag', flagId, member.client.request('query ($id: ID!) { flag(id: $id) { id } }', { id: flagId }));
      const toggled = await mutate(member.client, 'toggleFlag', { flagId, ...target }, 'flag { id }');
      const updated = await mutate(member.client, 'updateFlag', { flagId, expectedVersion: 1, name: 'New' }, 'flag { id }');
      const deleted = await mutate(member.client, 'deleteFlag', { flagId, expectedVersion: 1 }, 'deletedFlagId');

      const userErrors = [refused('NOT_FOUND', absenceOf('flag', flagId), ['input', 'flagId'])];
      expect(toggled).toEqual({ flag: null, userErrors });
      expect(updated).toEqual({ flag: null, userErrors });
      expect(deleted).toEqual({ deletedFlagId: null, userErrors });
    }
  });

  it('creates no flag in a hidden project', async () => {
    const project = await makeProject(world);
    const outsider = await makeOutsider(world);
    const input = { key: uniqueKey('flag'), name: 'Flag', valueType: 'BOOLEAN' };

    for (const projectId of ['project_unknown', 'a\u0000', project.id]) {
      expect(await mutate(outsider.client, 'createFlag', { ...input, projectId }, 'flag { id }')).toEqual({
        flag: null,
        userErrors: [refused('NOT_FOUND', absenceOf('project', projectId), ['input', 'projectId'])],
      });
    }
  });
});

it('finds a flag by its key, and null for an invalid key', async () => {
  const project = await makeProject(world);
  const flag = await makeFlag(project);
  const find = (key: string) =>
    project.client.request('query ($id: ID!, $key: String!) { flagByKey(projectId: $id, key: $key) { id } }', {
      id: project.id,
      key,
    });

  expect(await find(flag.key)).toEqual({ flagByKey: { id: flag.id } });
  expect(await find('a\u0000')).toEqual({ flagByKey: null });
  expect(await find('nothing')).toEqual({ flagByKey: null });
});

it('refuses writes without the permission, and writes nothing then', async () => {
  const { project, environment, flag } = await makeScene(world);
  const viewer = await makeMember(world, 'VIEWER', { organizationId: project.organizationId });
  const before = await chainLength(world, project.organizationId);
  const key = world.client(await makeApiKey(project, environment));
  const version = { flagId: flag.id, expectedVersion: 1 };

  const refusals = await Promise.all([
    refusalOf(mutate(viewer.client, 'updateFlag', { ...version, name: 'New' }, 'flag { id }')),
    refusalOf(mutate(viewer.client, 'archiveFlag', version, 'flag { id }')),
    refusalOf(mutate(viewer.client, 'deleteFlag', version, 'deletedFlagId')),
    refusalOf(mutate(world.client(), 'updateFlag', version, 'flag { id }')),
  ]);
  const byKey = await refusalOf(mutate(key, 'updateFlag', { ...version, name: 'New' }, 'flag { id }'));

  expect(refusals).toEqual([
    { code: 'FORBIDDEN', message: 'This needs the permission flag:update.' },
    { code: 'FORBIDDEN', message: 'This needs the permission flag:archive.' },
    { code: 'FORBIDDEN', message: 'This needs the permission flag:delete.' },
    {
      code: 'UNAUTHENTICATED',
      message: 'This needs a credential: send the header "Authorization: Bearer <access token or API key>".',
    },
  ]);
  expect(byKey).toEqual({
    code: 'FORBIDDEN',
    message: 'This needs the permission flag:update, which SERVER keys never have: use an ADMIN key, or log in as a user.',
  });
  expect(await chainLength(world, project.organizationId)).toBe(before + 1);
});

it('answers each mutation of one operation with what it wrote', async () => {
  const { project, environment, flag } = await makeScene(world);
  const place = { flagId: flag.id, environmentId: environment.id };

  const answer = await project.client.request(
    `mutation ($on: ToggleFlagInput!, $off: ToggleFlagInput!) {
      on: toggleFlag(input: $on) { flag { configurations { isEnabled version } lastChange { items { version } } } }
      off: toggleFlag(input: $off) { flag { configurations { isEnabled version } lastChange { items { version } } } }
    }`,
    { on: { ...place, isEnabled: true }, off: { ...place, isEnabled: false } },
  );

  expect(answer).toEqual({
    on: { flag: { configurations: [{ isEnabled: true, version: 1 }], lastChange: { items: [{ version: 1 }] } } },
    off: { flag: { configurations: [{ isEnabled: false, version: 2 }], lastChange: { items: [{ version: 2 }] } } },
  });
});

it.each([
  ['a value that is no number', '{"x":1e999}', 'TYPE_MISMATCH'],
  ['a value 100 deep', '['.repeat(100) + ']'.repeat(100), null],
])('judges %s', async (_what, value, code) => {
  const project = await makeProject(world);
  const body = JSON.stringify({
    query: 'mutation ($input: CreateFlagInput!) { createFlag(input: $input) { userErrors { code } } }',
    variables: {
      input: {
        projectId: project.id,
        key: 'json',
        name: 'JSON',
        valueType: 'JSON',
        variations: [{ key: 'a', value: 'VALUE' }, { key: 'b' }],
      },
    },
  }).replace('"VALUE"', value);

  const response = await fetch(world.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${world.owner.accessToken}` },
    body,
  });

  expect(await response.json()).toMatchObject({ data: { createFlag: { userErrors: code ? [{ code }] : [] } } });
});

it('refuses JSON that nests too deeply to be walked', async () => {
  const project = await makeProject(world);
  let value: unknown = [];
  for (let depth = 1; depth < 150; depth++) value = [value];
  const input = { projectId: project.id, key: 'deep', name: 'Deep', valueType: 'JSON', variations: [{ key: 'a', value }] };

  const refusal = await refusalOf(mutate(project.client, 'createFlag', input, 'flag { id }'));

  expect(refusal).toEqual({
    code: 'BAD_USER_INPUT',
    message:
      'Variable "$input" got invalid value [[[Array]]] at "input.variations[0].value"; Expected type "JSON". The value nests deeper than 100 levels.',
  });
});

it('reports a stale version together with all other issues', async () => {
  const project = await makeProject(world);
  const flag = await makeFlag(project);

  const { userErrors } = await mutate(
    project.client,
    'updateFlag',
    { flagId: flag.id, expectedVersion: 7, name: '' },
    'flag { id }',
  );

  expect(userErrors).toEqual([
    { code: 'STALE_VERSION', message: 'The flag has version 1, not 7; read it again.', path: ['input', 'expectedVersion'] },
    { code: 'BLANK', message: 'Flag name must not be empty.', path: ['input', 'name'] },
  ]);
});
