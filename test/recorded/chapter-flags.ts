/** Flags themselves: made, changed, put away, deleted, and found again. */
import { FIELDS, type Stage } from './stage';
import { at } from './story';

const CREATE = ['createFlag', FIELDS.flag] as const;
const UPDATE = ['updateFlag', FIELDS.flag] as const;

/** Rollouts hash a salt; one that the server draws would decide otherwise in each run. */
const SALTS: Readonly<Record<string, string>> = {
  checkout: 'salt.of.the.checkout',
  banner: 'salt.of.the.banner',
  shipping: 'salt.of.shipping',
  beta: 'salt.of.beta',
};

export async function tellFlags(stage: Stage): Promise<void> {
  await tellCreation(stage);
  await tellUpdates(stage);
  await tellArchive(stage);
}

async function tellCreation({ story }: Stage): Promise<void> {
  const projectId = story.kept('shop');
  const flags: readonly (readonly [string, object])[] = [
    ['checkout', { name: 'New checkout', valueType: 'BOOLEAN', isClientAvailable: true, tags: ['web', 'team-a'] }],
    ['banner', {
      name: 'Banner', valueType: 'STRING', lifetime: 'PERMANENT', isClientAvailable: true,
      variations: [{ key: 'red', name: 'Red', value: 'Hello "you" — ü \u2028' }, { key: 'blue', value: 'Bye' }, { key: 'none', value: '' }],
      onVariation: 'red', offVariation: 'none',
    }],
    ['shipping', {
      name: 'Free shipping', valueType: 'NUMBER', description: 'From how many euros on.',
      variations: [{ key: 'low', value: 25 }, { key: 'normal', value: 50.5 }, { key: 'high', value: 1e21 }],
    }],
    ['layout', {
      name: 'Layout', valueType: 'JSON',
      variations: [
        { key: 'wide', value: { columns: [1, 2.5, null], nested: { a: { b: [true, 'x'] } }, '': 'empty' } },
        { key: 'list', value: [1, 'two', { three: 3 }] },
        { key: 'nothing', value: null },
      ],
    }],
    ['beta', { name: 'Beta', valueType: 'BOOLEAN', tags: ['web'] }],
    ['old', { name: 'Old', valueType: 'BOOLEAN' }],
    ['counted', { name: 'Counted', valueType: 'BOOLEAN', isClientAvailable: true }],
  ]; // prettier-ignore
  for (const [key, more] of flags) {
    const payload = await story.mutate(`create the flag ${key}`, 'owner', CREATE, { projectId, key, ...more });
    story.keep(key, at(payload, 'flag', 'id'));
    const salt = SALTS[key];
    if (salt === undefined) continue;
    const change = { flagId: story.kept(key), expectedVersion: 1, salt, rerandomize: true };
    if (key === 'banner') {
      const silent = { ...change, rerandomize: false };
      await story.mutate(
        'give a flag a salt and say nothing of it',
        'owner',
        ['updateFlag', 'flag { key salt version }'],
        silent,
      );
    }
    await story.mutate(`give the flag ${key} its salt`, 'owner', ['updateFlag', 'flag { key salt version }'], change);
  }
  const idle = { projectId: story.kept('till'), key: 'idle', name: 'Idle', valueType: 'BOOLEAN' };
  const made = await story.mutate('create a flag of another project', 'owner', CREATE, idle);
  story.keep('idle flag', at(made, 'flag', 'id'));
  story.keep('place of idle', JSON.stringify(at(made, 'revisions', 0)));
  await story.mutate('create a flag whose key is used', 'owner', CREATE, {
    projectId,
    key: 'beta',
    name: 'Again',
    valueType: 'BOOLEAN',
  });
  await story.mutate('create a flag as an editor key', 'editor key', ['createFlag', 'flag { key owner { name } lastChange { kind actor { kind name } } }'], {
    projectId, key: 'by-a-key', name: 'By a key', valueType: 'BOOLEAN', ownerId: story.kept('id of editor'),
  }); // prettier-ignore
  const bad: readonly (readonly [string, object])[] = [
    ['a bad key and no name', { key: 'with space', name: '\t', valueType: 'BOOLEAN', description: 'd'.repeat(2_001) }],
    ['values of another type', { key: 'x', name: 'X', valueType: 'NUMBER', variations: [{ key: 'a', value: '1' }, { key: 'b', value: true }] }],
    ['one variation', { key: 'x', name: 'X', valueType: 'STRING', variations: [{ key: 'a', value: 'a' }] }],
    ['no variations where they are needed', { key: 'x', name: 'X', valueType: 'STRING' }],
    ['variations of one key', { key: 'x', name: 'X', valueType: 'STRING', variations: [{ key: 'a', value: 'a' }, { key: 'a', value: 'b' }] }],
    ['an off variation that is none', { key: 'x', name: 'X', valueType: 'BOOLEAN', offVariation: 'maybe', onVariation: 'perhaps' }],
    ['too many tags', { key: 'x', name: 'X', valueType: 'BOOLEAN', tags: [...Array.from({ length: 51 }, (_, n) => `tag-${n}`)] }],
    ['bad tags', { key: 'x', name: 'X', valueType: 'BOOLEAN', tags: ['', 't'.repeat(101), 'same', 'same'] }],
    ['an owner who is no member', { key: 'x', name: 'X', valueType: 'BOOLEAN', ownerId: 'user_0' }],
    ['a value that is too long', { key: 'x', name: 'X', valueType: 'STRING', variations: [{ key: 'a', value: 'v'.repeat(65_536) }, { key: 'b', value: '' }] }],
    ['an unknown type', { key: 'x', name: 'X', valueType: 'DATE' }],
    ['half of a surrogate pair', { key: 'x', name: 'a \ud800 b', valueType: 'BOOLEAN' }],
  ]; // prettier-ignore
  for (const [what, input] of bad) await story.mutate(`create a flag with ${what}`, 'owner', CREATE, { projectId, ...input });
}

async function tellUpdates({ story }: Stage): Promise<void> {
  const flagId = story.kept('layout');
  const good = {
    flagId,
    expectedVersion: 1,
    name: 'The layout',
    tags: ['web'],
    ownerId: story.kept('id of viewer'),
    lifetime: 'PERMANENT',
  };
  await story.mutate('change a flag', 'editor', UPDATE, good);
  await story.mutate('change a flag to what it is', 'editor', UPDATE, { ...good, expectedVersion: 2 });
  await story.mutate('change a flag of a stale version', 'owner', UPDATE, good);
  await story.mutate('change a flag with nulls', 'owner', UPDATE, {
    flagId,
    expectedVersion: 2,
    name: null,
    tags: null,
    ownerId: null,
  });
  await story.mutate('take a flag its owner', 'owner', UPDATE, { flagId, expectedVersion: 2, ownerId: null });
  await story.mutate('change a flag with bad input', 'owner', UPDATE, {
    flagId,
    expectedVersion: 3,
    name: '',
    salt: 's'.repeat(101),
  });
  await story.mutate('salt a flag', 'owner', UPDATE, { flagId, expectedVersion: 3, salt: 'a.salt', rerandomize: true });
  await story.mutate('say rerandomize without a salt', 'owner', ['updateFlag', 'flag { key version salt }'], {
    flagId,
    expectedVersion: 4,
    rerandomize: true,
  });
  const variations = [
    { key: 'wide', value: {} },
    { key: 'narrow', name: 'Narrow', value: { columns: 1 } },
  ];
  await story.mutate('change variations', 'owner', UPDATE, {
    flagId,
    expectedVersion: 4,
    variations,
    onVariation: 'narrow',
    offVariation: 'wide',
  });
  const few = { flagId, expectedVersion: 5, variations: [...variations, { key: 'nothing', value: null }], onVariation: 'narrow' };
  await story.mutate('change variations, and keep those that are used', 'owner', UPDATE, few);
  const wrong = {
    flagId: story.kept('beta'),
    expectedVersion: 2,
    variations: [
      { key: 'on', value: 'yes' },
      { key: 'off', value: false },
    ],
  };
  await story.mutate('change variations to another type', 'owner', UPDATE, wrong);
}

async function tellArchive({ story }: Stage): Promise<void> {
  const flagId = story.kept('old');
  const flag = 'flag { key isArchived version }';
  await story.mutate('delete a flag that is not archived', 'owner', ['deleteFlag', 'deletedFlagId'], {
    flagId,
    expectedVersion: 1,
  });
  await story.mutate('restore a flag that is not archived', 'owner', ['restoreFlag', flag], { flagId, expectedVersion: 1 });
  await story.mutate('archive a flag of a stale version', 'owner', ['archiveFlag', flag], { flagId, expectedVersion: 5 });
  await story.mutate('archive a flag', 'owner', ['archiveFlag', flag], { flagId, expectedVersion: 1 });
  await story.mutate('archive it again', 'owner', ['archiveFlag', flag], { flagId, expectedVersion: 2 });
  const toggle = { flagId, environmentId: story.kept('development'), isEnabled: true };
  await story.mutate('toggle a flag that is archived', 'owner', ['toggleFlag', flag], toggle);
  await story.mutate('change a flag that is archived', 'owner', ['updateFlag', flag], {
    flagId,
    expectedVersion: 2,
    name: 'New',
  });
  await story.mutate('restore a flag', 'editor key', ['restoreFlag', flag], { flagId, expectedVersion: 2 });
  await story.mutate('archive it once more', 'admin', ['archiveFlag', flag], { flagId, expectedVersion: 3 });
  await story.mutate('delete a flag of a stale version', 'owner', ['deleteFlag', 'deletedFlagId'], {
    flagId,
    expectedVersion: 3,
  });
  await story.mutate('delete a flag', 'owner', ['deleteFlag', 'deletedFlagId'], { flagId, expectedVersion: 4 });
  await story.mutate('delete it again', 'owner', ['deleteFlag', 'deletedFlagId'], { flagId, expectedVersion: 4 });
}

/** Runs after flags were targeted, so that there is something to find. */
export async function tellFlagReads({ story }: Stage): Promise<void> {
  const projectId = story.kept('shop');
  const one = `query ($id: ID!, $environment: ID!) { flag(id: $id) {
    id key name description valueType tags lifetime isClientAvailable isArchived version createdAt updatedAt changedAt
    project { key } variations { key name value } onVariation { key name value } offVariation { key }
    owner { name } lastEvaluatedAt isStale staleReason dependents { flagKey segmentKey environmentKey }
    configurations { environment { key } isEnabled version } configuration(environmentId: $environment) { isEnabled version updatedAt }
    lastChange { kind createdAt requestId actor { kind name } }
  } }`;
  const environment = story.kept('development');
  for (const key of ['checkout', 'layout', 'shipping']) {
    await story.query(`flag ${key}`, 'viewer', one, { id: story.kept(key), environment });
  }
  await story.query('flag as a local viewer', 'local viewer', one, {
    id: story.kept('checkout'),
    environment: story.kept('production'),
  });
  const salt = 'query ($id: ID!) { flag(id: $id) { key salt } }';
  await story.query('salt of a flag', 'viewer', salt, { id: story.kept('banner') });
  const byKey = 'query ($id: ID!, $key: String!) { flagByKey(projectId: $id, key: $key) { id name } }';
  await story.query('flag by key', 'viewer', byKey, { id: projectId, key: 'banner' });
  await story.query('flag by a key that none has', 'viewer', byKey, { id: projectId, key: 'BANNER' });
  const history = `query ($id: ID!, $first: Int, $after: String) { flag(id: $id) { history(first: $first, after: $after) {
    edges { cursor } nodes { kind createdAt actor { kind name } items { subjectKind subjectKey version differences { path old new } } } pageInfo { hasNextPage endCursor }
  } } }`;
  const page = await story.query('history of a flag', 'viewer', history, { id: story.kept('layout'), first: 3 });
  const after = at(page, 'flag', 'history', 'pageInfo', 'endCursor');
  await story.query('earlier history of a flag', 'viewer', history, { id: story.kept('layout'), first: 3, after });
  const list = `query ($id: ID!, $filter: FlagFilter, $orderBy: FlagOrder, $first: Int, $after: String) { project(id: $id) {
    flags(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
      totalCount edges { cursor } nodes { key name } pageInfo { hasNextPage hasPreviousPage endCursor }
    }
  } }`;
  await story.query('flags', 'viewer', list, { id: projectId });
  for (const orderBy of ['KEY', 'NAME', 'CREATED_AT', 'CHANGED_AT']) {
    const first = await story.query(`flags by ${orderBy}`, 'viewer', list, { id: projectId, orderBy, first: 3 });
    const end = at(first, 'project', 'flags', 'pageInfo', 'endCursor');
    await story.query(`more flags by ${orderBy}`, 'viewer', list, { id: projectId, orderBy, first: 3, after: end });
  }
  const filters: readonly object[] = [
    { search: 'CHECK' }, { search: '%' }, { tags: ['web', 'team-a'] }, { valueTypes: ['STRING', 'JSON'] }, { isArchived: true }, { lifetime: 'PERMANENT' },
    { ownerId: story.kept('id of editor') }, { changedSince: '2026-03-02T09:01:08.000Z' }, { isStale: true }, { isStale: false },
    { tags: Array.from({ length: 51 }, () => 'x') }, { changedSince: 'never' },
  ]; // prettier-ignore
  for (const filter of filters) {
    const what = JSON.stringify(filter)
      .slice(0, 60)
      .replace(/user_\w+/, 'editor');
    await story.query(`flags with ${what}`, 'viewer', list, { id: projectId, filter });
  }
  const uses =
    'query ($id: ID!, $attribute: String!) { project(id: $id) { attributeUses(attribute: $attribute) { flagKey segmentKey environmentKey ruleId } } }';
  await story.query('uses of an attribute', 'viewer', uses, { id: projectId, attribute: 'country' });
  await story.query('uses of an attribute as a local viewer', 'local viewer', uses, { id: projectId, attribute: 'plan' });
}
