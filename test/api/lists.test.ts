import {
  cloneRows,
  configure,
  forSegment,
  make,
  makeEnvironment,
  makeFlag,
  makeProject,
  makeSegment,
  toggle,
  type Made,
  type MadeProject,
} from '../support/make';
import { createTestClock } from '../support/clock';
import { makeMember, refusalOf } from '../support/members';
import { makeScene } from '../support/scene';
import { createWorld, type World } from '../support/world';

let world: World;
const clock = createTestClock();
const DAY_MS = 86_400_000;
beforeAll(async () => {
  world = await createWorld({ clock });
});
afterAll(() => world.close());

interface Page {
  readonly nodes: { readonly key: string }[];
  readonly totalCount: number;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean; readonly endCursor: string | null };
}

const list = async (project: MadeProject, args: object = {}): Promise<Page> => {
  const answer = await project.client.request<{ project: { flags: Page } }>(
    `query ($id: ID!, $first: Int, $after: String, $filter: FlagFilter, $orderBy: FlagOrder) { project(id: $id) {
      flags(first: $first, after: $after, filter: $filter, orderBy: $orderBy) {
        nodes { key } totalCount pageInfo { hasNextPage hasPreviousPage endCursor } } } }`,
    { id: project.id, ...args },
  );
  return answer.project.flags;
};
const keysOf = async (project: MadeProject, filter: object): Promise<string[]> => {
  const { nodes, totalCount } = await list(project, { filter });
  expect(totalCount).toBe(nodes.length);
  return nodes.map(({ key }) => key);
};

it('filters by each field, and by several together', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const member = await makeMember(world, 'VIEWER', { organizationId: project.organizationId });
  const a = await makeFlag(project, { key: 'a', name: '100 % Größe', tags: ['x', 'y'], ownerId: member.id });
  const b = await makeFlag(project, { key: 'b_1', name: 'B', tags: ['x'], lifetime: 'PERMANENT' });
  const variations = [
    { key: '1', value: 1 },
    { key: '2', value: 2 },
  ];
  await makeFlag(project, { key: 'c', name: 'C', valueType: 'NUMBER', variations });
  clock.advance(1_000);
  const changedSince = clock.now().toISOString();
  await toggle(project, a, environment, true);
  await make(project.client, 'archiveFlag', { flagId: b.id, expectedVersion: 1 }, 'flag { key }');

  expect(await keysOf(project, {})).toEqual(['a', 'b_1', 'c']);
  expect(await keysOf(project, { search: 'GRÖSSE' })).toEqual(['a']);
  expect(await keysOf(project, { search: 'größe' })).toEqual(['a']);
  expect(await keysOf(project, { search: '%' })).toEqual(['a']);
  expect(await keysOf(project, { search: '_' })).toEqual(['b_1']);
  expect(await keysOf(project, { search: '' })).toEqual(['a', 'b_1', 'c']);
  expect(await keysOf(project, { tags: ['x'] })).toEqual(['a', 'b_1']);
  expect(await keysOf(project, { tags: ['x', 'y'] })).toEqual(['a']);
  expect(await keysOf(project, { valueTypes: ['NUMBER', 'JSON'] })).toEqual(['c']);
  expect(await keysOf(project, { isArchived: true })).toEqual(['b_1']);
  expect(await keysOf(project, { isArchived: false })).toEqual(['a', 'c']);
  expect(await keysOf(project, { ownerId: member.id })).toEqual(['a']);
  expect(await keysOf(project, { lifetime: 'PERMANENT' })).toEqual(['b_1']);
  expect(await keysOf(project, { changedSince })).toEqual(['a', 'b_1']);
  expect(await keysOf(project, { changedSince, isArchived: false, tags: ['y'], search: 'a' })).toEqual(['a']);
  expect(await keysOf(project, { search: null, tags: null, valueTypes: null, isArchived: null })).toEqual(['a', 'b_1', 'c']);
});

it.each([
  ['KEY', ['a', 'b', 'c']],
  ['NAME', ['c', 'a', 'b']],
  ['CREATED_AT', ['c', 'b', 'a']],
  ['CHANGED_AT', ['b', 'c', 'a']],
])('orders by %s, page by page', async (orderBy, expected) => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const made: Made[] = [];
  for (const [key, name] of [
    ['a', 'M'],
    ['b', 'Z'],
    ['c', 'A'],
  ]) {
    made.push(await makeFlag(project, { key, name }));
    clock.advance(5);
  }
  await toggle(project, made[1]!, environment, true);
  const found: string[] = [];

  let page = await list(project, { first: 1, orderBy });
  found.push(...page.nodes.map(({ key }) => key));
  while (page.pageInfo.hasNextPage) {
    page = await list(project, { first: 1, orderBy, after: page.pageInfo.endCursor });
    expect(page).toMatchObject({ totalCount: 3, pageInfo: { hasPreviousPage: true } });
    found.push(...page.nodes.map(({ key }) => key));
  }

  expect(found).toEqual(expected);
});

const cursor = (...parts: string[]): string => Buffer.from(`after:${JSON.stringify(parts)}`).toString('base64url');
const NO_CURSOR = 'after: not a valid cursor for this connection in this order.';

it.each<[string, object, string]>([
  ['first 0', { first: 0 }, 'first: 0 was given; 1 to 100 are allowed.'],
  ['first -1', { first: -1 }, 'first: -1 was given; 1 to 100 are allowed.'],
  ['first 101', { first: 101 }, 'first: 101 was given; 1 to 100 are allowed.'],
  ['no cursor', { after: 'tampered' }, 'after: not a valid cursor for this connection.'],
  ['a cursor with more behind it', { after: `${cursor('KEY', 'a', 'b')}=` }, 'after: not a valid cursor for this connection.'],
  ['a cursor that is no JSON', { after: Buffer.from('after:x').toString('base64url') }, NO_CURSOR],
  ['a cursor with a part too few', { after: cursor('KEY', 'a') }, NO_CURSOR],
  ['a cursor with a part too many', { after: cursor('KEY', 'a', 'b', 'c') }, NO_CURSOR],
  ['a cursor of another order', { after: cursor('KEY', 'flag-1', 'b'), orderBy: 'NAME' }, NO_CURSOR],
  ['a key for an instant', { after: cursor('CREATED_AT', 'flag-1', 'b'), orderBy: 'CREATED_AT' }, NO_CURSOR],
  ['an instant there is not', { after: cursor('CHANGED_AT', '2026-02-30T00:00:00.000Z', 'b'), orderBy: 'CHANGED_AT' }, NO_CURSOR],
  ['51 tags', { filter: { tags: Array.from({ length: 51 }, () => 'a') } }, 'filter.tags: 51 were given; at most 50 are allowed.'],
  ['U+0000', { filter: { search: '\u0000' } }, 'filter: U+0000 and lone surrogates are not allowed.'],
])('refuses %s', async (_what, args, message) => {
  const project = await makeProject(world);

  expect(await refusalOf(list(project, args))).toEqual({ code: 'BAD_USER_INPUT', message });
});

it('visits each of 250 flags exactly once while another writer creates more', async () => {
  const project = await makeProject(world);
  const template = await makeFlag(project, { key: 'm-000' });
  await cloneRows(world, 'flag', [1, 249], {
    where: `t.id = '${template.id}'`,
    set: { id: `t.id || '_' || i`, key: `'m-' || lpad(i::text, 3, '0')` },
  });
  const visited: string[] = [];

  for (let after: string | null = null, more = true, turn = 0; more; turn++) {
    const [page]: [Page, ...unknown[]] = await Promise.all([
      list(project, { first: 40, after }),
      makeFlag(project, { key: `a-${turn}` }),
      makeFlag(project, { key: `m-${turn}00-more` }),
    ]);
    visited.push(...page.nodes.map(({ key }) => key));
    after = page.pageInfo.endCursor;
    more = page.pageInfo.hasNextPage;
  }

  const old = visited.filter((key) => /^m-\d{3}$/.test(key));
  expect(old).toEqual(Array.from({ length: 250 }, (_, i) => `m-${String(i).padStart(3, '0')}`));
  expect(new Set(visited).size).toBe(visited.length);
});

it('compares two environments: which flags differ, and in what', async () => {
  const project = await makeProject(world);
  const [left, right] = [await makeEnvironment(project), await makeEnvironment(project)];
  const [b, a] = [await makeFlag(project, { key: 'b' }), await makeFlag(project, { key: 'a' })];
  const same = await makeFlag(project, { key: 'same' });
  await toggle(project, b, left, true);
  await configure(project, a, right, { isEnabled: false, fallthrough: { variation: 'off' } });
  await configure(project, same, left, { rules: [forRule()] });
  await configure(project, same, right);
  await configure(project, same, right, { rules: [forRule()], expectedVersion: 1 });
  const compare = (args: object) =>
    project.client.request<{ environmentComparison: object | null }>(
      `query ($leftId: ID!, $rightId: ID!, $first: Int, $after: String) {
        environmentComparison(leftId: $leftId, rightId: $rightId, first: $first, after: $after) {
          totalCount pageInfo { hasNextPage } nodes { flag { key } left { version } right { version } differences { path old new } } } }`,
      { leftId: left.id, rightId: right.id, ...args },
    );

  const forA = {
    flag: { key: 'a' },
    left: { version: 0 },
    right: { version: 1 },
    differences: [{ path: '/fallthrough/variation', old: 'on', new: 'off' }],
  };
  const forB = {
    flag: { key: 'b' },
    left: { version: 1 },
    right: { version: 0 },
    differences: [{ path: '/isEnabled', old: true, new: false }],
  };
  const pageInfo = (hasNextPage: boolean) => ({ totalCount: 2, pageInfo: { hasNextPage } });
  const after = Buffer.from('after:a').toString('base64url');
  expect(await compare({})).toEqual({ environmentComparison: { ...pageInfo(false), nodes: [forA, forB] } });
  expect(await compare({ first: 1 })).toEqual({ environmentComparison: { ...pageInfo(true), nodes: [forA] } });
  expect(await compare({ first: 1, after })).toEqual({ environmentComparison: { ...pageInfo(false), nodes: [forB] } });
  expect(await compare({ rightId: left.id })).toMatchObject({ environmentComparison: { totalCount: 0 } });
  expect(await refusalOf(compare({ rightId: 'a\u0000' }))).toEqual({
    code: 'BAD_USER_INPUT',
    message: 'rightId: There is no environment "a\\u0000". This wants an id; environmentByKey finds it.',
  });
  const elsewhere = await makeEnvironment(await makeProject(world));
  expect(await refusalOf(compare({ rightId: elsewhere.id }))).toEqual({
    code: 'BAD_USER_INPUT',
    message: 'leftId and rightId must be environments of the same project.',
  });
});

it('takes for no difference what cannot be answered differently', async () => {
  const project = await makeProject(world);
  const [left, right] = [await makeEnvironment(project), await makeEnvironment(project)];
  const [same, gated, ordered] = [
    await makeFlag(project, { key: 'same' }),
    await makeFlag(project, { key: 'gated' }),
    await makeFlag(project, { key: 'ordered' }),
  ];
  const isIn = (attribute: string, values: string[]): object => ({ attribute: { attribute, operator: 'IN', values } });
  const serve = { variation: 'on' };
  const both = async (flag: Made, ofLeft: object, ofRight: object): Promise<void> => {
    await configure(project, flag, left, ofLeft);
    await configure(project, flag, right, ofRight);
  };
  const drawn = { rules: [{ conditions: [isIn('plan', ['pro', 'team']), isIn('country', ['de'])], serve }] };
  const other = { rules: [{ name: 'New', conditions: [isIn('country', ['de']), isIn('plan', ['team', 'pro'])], serve }] };
  await both(same, drawn, other);
  const gate = (id: string): object => ({ rules: [{ id, conditions: [], gate: { weight: 10_000 }, serve }] });
  await both(gated, gate('a'), gate('b'));
  const targets = [
    { variation: 'on', targetingKeys: ['ada', 'bob'] },
    { variation: 'off', targetingKeys: ['eve'] },
  ];
  const turned = targets.map((target) => ({ ...target, targetingKeys: target.targetingKeys.toReversed() })).toReversed();
  await both(ordered, { targets }, { targets: [...turned, { variation: 'on', targetingKeys: [] }] });

  const { environmentComparison } = await project.client.request<{ environmentComparison: unknown }>(
    `query ($leftId: ID!, $rightId: ID!) { environmentComparison(leftId: $leftId, rightId: $rightId) {
      nodes { flag { key } differences { path old new } } } }`,
    { leftId: left.id, rightId: right.id },
  );

  // The id of a rule is hashed by its gate, so the two let other contexts in.
  expect(environmentComparison).toEqual({
    nodes: [{ flag: { key: 'gated' }, differences: [{ path: '/rules/0/id', old: 'a', new: 'b' }] }],
  });
});

function forRule(): object {
  return {
    id: 'r',
    conditions: [{ attribute: { attribute: 'plan', operator: 'IN', values: ['pro'] } }],
    serve: { variation: 'on' },
  };
}

it('lists the rules that test or hash an attribute', async () => {
  const { project, environment, flag } = await makeScene(world);
  const plan = [{ attribute: { attribute: 'plan', operator: 'EXISTS' } }];
  const grouped = [{ group: { group: 'ANY', conditions: plan } }];
  const segment = await makeSegment(project, { rules: [{ id: 's', conditions: grouped }] });
  const shares = [{ variation: 'on', weight: 100_000 }];
  await configure(project, flag, environment, {
    rules: [
      { id: 'a', conditions: grouped, serve: { variation: 'on' } },
      { id: 'b', conditions: [], gate: { bucketBy: 'plan', weight: 1 }, serve: { variation: 'on' } },
      {
        id: 'c',
        conditions: [{ attribute: { attribute: 'other', operator: 'IN', values: ['plan'] } }],
        serve: { variation: 'on' },
      },
    ],
    fallthrough: { rollout: { bucketBy: 'plan', whenMissing: 'off', shares } },
  });
  const usesOf = (attribute: string) =>
    project.client.request(
      `query ($id: ID!, $attribute: String!) { project(id: $id) {
        attributeUses(attribute: $attribute) { flagKey segmentKey environmentKey ruleId } } }`,
      { id: project.id, attribute },
    );

  const inFlag = { flagKey: flag.key, segmentKey: null, environmentKey: environment.key };
  expect(await usesOf('plan')).toEqual({
    project: {
      attributeUses: [
        { ...inFlag, ruleId: 'a' },
        { ...inFlag, ruleId: 'b' },
        { ...inFlag, ruleId: null },
        { flagKey: null, segmentKey: segment.key, environmentKey: null, ruleId: 's' },
      ],
    },
  });
  expect(await usesOf('a\u0000')).toEqual({ project: { attributeUses: [] } });
});

it('lists the dependents of a flag and the uses of a segment, of this project only', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project, 'production');
  const [flag, dependent] = [await makeFlag(project, { key: 'base' }), await makeFlag(project, { key: 'dependent' })];
  const segment = await makeSegment(project, { key: 'beta' });
  const prerequisites = [{ flagKey: 'base', variation: 'on' }];
  await configure(project, dependent, environment, { prerequisites, rules: [forSegment('beta')] });
  const elsewhere = await makeProject(world);
  const there = await makeFlag(elsewhere, { key: 'there' });
  await makeFlag(elsewhere, { key: 'base' });
  await makeSegment(elsewhere, { key: 'beta' });
  const rules = [forSegment('beta')];
  await configure(elsewhere, there, await makeEnvironment(elsewhere), { prerequisites, rules });

  const answer = await project.client.request(
    `query ($flagId: ID!, $segmentId: ID!) {
      flag(id: $flagId) { dependents { flagKey segmentKey environmentKey } }
      segment(id: $segmentId) { usedBy { flagKey segmentKey environmentKey } } }`,
    { flagId: flag.id, segmentId: segment.id },
  );

  const use = { flagKey: 'dependent', segmentKey: null, environmentKey: 'production' };
  expect(answer).toEqual({ flag: { dependents: [use] }, segment: { usedBy: [use] } });
});

it('finds stale flags, and says why they are stale', async () => {
  const ownClock = createTestClock();
  const ownWorld = await createWorld({ clock: ownClock });
  const project = await makeProject(ownWorld);
  const [one, two] = [await makeEnvironment(project), await makeEnvironment(project)];
  const make3 = async (key: string, patch: object = {}) => makeFlag(project, { key, ...patch });
  await make3('off');
  await make3('permanent', { lifetime: 'PERMANENT' });
  const [rolledOut, half, mixed, unused] = [
    await make3('rolled-out'),
    await make3('half'),
    await make3('mixed'),
    await make3('unused'),
  ];
  for (const environment of [one, two]) {
    await toggle(project, rolledOut, environment, true);
    await configure(project, unused, environment, { rules: [forRule()] });
    await configure(project, mixed, environment, { fallthrough: { variation: environment === one ? 'on' : 'off' } });
  }
  await toggle(project, half, one, true);
  await ownWorld.app.database.connection.query(
    'INSERT INTO flag_usage (flag_id, environment_id, evaluations, last_evaluated_at) VALUES ($1, $2, 7, $3)',
    [unused.id, one.id, ownClock.now()],
  );
  const stale = async (isStale: boolean): Promise<object[]> => {
    const login = { email: ownWorld.owner.email, password: ownWorld.owner.password };
    const { accessToken } = await make<{ accessToken: string }>(ownWorld.client(), 'logIn', login, 'accessToken');
    const answer = await ownWorld.client(accessToken).request<{ project: { flags: { nodes: object[] } } }>(
      `query ($id: ID!, $isStale: Boolean) { project(id: $id) { flags(filter: { isStale: $isStale }) {
        nodes { key isStale staleReason lastEvaluatedAt } } } }`,
      { id: project.id, isStale },
    );
    return answer.project.flags.nodes;
  };
  const lastEvaluatedAt = ownClock.now().toISOString();

  ownClock.advance(30 * DAY_MS - 60_000);
  const early = await stale(true);
  ownClock.advance(120_000);
  const late = await stale(true);
  const fresh = await stale(false);
  await ownWorld.close();

  const row = (key: string, staleReason: string | null, at: string | null = null) => ({
    key,
    isStale: staleReason !== null,
    staleReason,
    lastEvaluatedAt: at,
  });
  expect(early).toEqual([]);
  expect(late).toEqual([
    row('off', 'OFF_EVERYWHERE'),
    row('rolled-out', 'ROLLED_OUT'),
    row('unused', 'NOT_EVALUATED', lastEvaluatedAt),
  ]);
  expect(fresh).toEqual([row('half', null), row('mixed', null), row('permanent', null)]);
});
