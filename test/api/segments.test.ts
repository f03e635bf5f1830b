import { absenceOf, expectNothing } from '../support/absence';
import {
  configure,
  decide,
  eventually,
  forSegment,
  make,
  makeApiKey,
  makeEnvironment,
  makeFlag,
  makeProject,
  makeSegment,
  mutate,
  uniqueKey,
  type Made,
  type MadeProject,
} from '../support/make';
import { chainLength, lastChange, makeMember, makeOutsider, refusalOf } from '../support/members';
import { epochOf, makeScene } from '../support/scene';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const SEGMENT = 'segment { key name description version includedCount excludedCount rules { id name } } revisions { revision }';
const refused = (code: string, message: string, ...path: string[]) => ({ code, message, path: ['input', ...path] });
const within = (...segments: string[]) => [{ id: 'r', conditions: [{ segment: { operator: 'IN_SEGMENT', segments } }] }];
const isIn = (attribute: string, ...values: string[]) => [
  { id: 'r', name: 'R', conditions: [{ attribute: { attribute, operator: 'IN', values } }] },
];
const addKeys = (project: MadeProject, segment: Made, keys: string[], list = 'INCLUDED') =>
  mutate(project.client, 'addSegmentKeys', { segmentId: segment.id, list, keys }, `addedCount ${SEGMENT}`);
const removeKeys = (project: MadeProject, segment: Made, keys: string[]) =>
  mutate(project.client, 'removeSegmentKeys', { segmentId: segment.id, keys }, `removedCount ${SEGMENT}`);
const update = (project: MadeProject, segment: Made, patch: object, selection = SEGMENT) =>
  mutate(project.client, 'updateSegment', { segmentId: segment.id, expectedVersion: 1, ...patch }, selection);
const remove = (project: MadeProject, segment: Made, expectedVersion = 1) =>
  mutate(
    project.client,
    'deleteSegment',
    { segmentId: segment.id, expectedVersion },
    'deletedSegmentId userErrors { ... on InUseError { usedBy { flagKey segmentKey environmentKey } } }',
  );
const keys = (from: number, count: number): string[] => Array.from({ length: count }, (_, i) => `user-${from + i}`);

it('creates, changes and deletes a segment', async () => {
  const project = await makeProject(world);
  await makeEnvironment(project);
  const input = { projectId: project.id, key: 'beta', name: 'Beta 😀', included: ['ada', 'bob'], excluded: ['eve'] };

  const created = await mutate<{ segment: Made }>(
    project.client,
    'createSegment',
    { ...input, rules: isIn('country', 'NL') },
    SEGMENT.replace('key', 'id key'),
  );
  const segment = created.segment;
  const same = await update(project, segment, { name: 'Beta 😀', rules: isIn('country', 'NL') });
  const updated = await update(project, segment, { description: 'Text', rules: [] });
  const removed = await remove(project, segment, 2);
  const read = await project.client.request('query ($id: ID!) { segment(id: $id) { id } }', { id: segment.id });

  const state = {
    key: 'beta',
    name: 'Beta 😀',
    description: '',
    version: 1,
    includedCount: 2,
    excludedCount: 1,
    rules: [{ id: 'r', name: 'R' }],
  };
  expect(created).toEqual({ segment: { id: segment.id, ...state }, revisions: [{ revision: 1 }], userErrors: [] });
  expect(same).toEqual({ segment: state, revisions: [], userErrors: [] });
  expect(updated).toEqual({
    segment: { ...state, description: 'Text', rules: [], version: 2 },
    revisions: [{ revision: 2 }],
    userErrors: [],
  });
  expect(removed).toEqual({ deletedSegmentId: segment.id, userErrors: [] });
  expect(read).toEqual({ segment: null });
});

it('reports all issues of a new segment together, and writes nothing', async () => {
  const project = await makeProject(world);
  const before = await chainLength(world, project.organizationId);

  const payload = await mutate(
    project.client,
    'createSegment',
    { projectId: project.id, key: 'a b', name: '', rules: within('gone'), included: ['ada', ''], excluded: ['ada'] },
    SEGMENT,
  );

  expect(payload).toEqual({
    segment: null,
    revisions: [],
    userErrors: [
      refused(
        'INVALID',
        'Segment key "a b" may contain only letters, digits, ".", "-" and "_", and must begin with a letter or digit.',
        'key',
      ),
      refused('BLANK', 'A targeting key must not be empty.', 'included', '1'),
      refused('DUPLICATE', 'The targeting key "ada" is both included and excluded.', 'excluded', '0'),
      refused('BLANK', 'Segment name must not be empty.', 'name'),
      refused('NOT_FOUND', 'The project has no segment "gone".', 'rules', '0', 'conditions', '0', 'segment', 'segments', '0'),
    ],
  });
  expect(await chainLength(world, project.organizationId)).toBe(before);
});

it('lets exactly one of several concurrent creators have a key', async () => {
  const project = await makeProject(world);
  const input = { projectId: project.id, key: 'wanted', name: 'Wanted' };

  const payloads = await Promise.all(Array.from({ length: 10 }, () => mutate(project.client, 'createSegment', input, SEGMENT)));

  const lost = payloads.flatMap(({ userErrors }) => userErrors);
  expect(lost).toEqual(
    Array.from({ length: 9 }, () => refused('DUPLICATE', 'Another segment already has the key "wanted".', 'key')),
  );
});

it('refuses nulls and a stale version in an update', async () => {
  const project = await makeProject(world);
  const segment = await makeSegment(project);
  await addKeys(project, segment, ['ada']);

  const nulls = await update(project, segment, { expectedVersion: 2, name: null, description: null, rules: null });
  const stale = await update(
    project,
    segment,
    { name: 'New' },
    'segment { key } userErrors { ... on StaleVersionError { currentVersion changedBy { name } } }',
  );

  expect(nulls.userErrors).toEqual(
    ['name', 'description', 'rules'].map((field) =>
      refused('INVALID', `${field} must not be null; leave it out to keep it.`, field),
    ),
  );
  expect(stale).toEqual({
    segment: null,
    userErrors: [
      {
        ...refused('STALE_VERSION', 'The segment has version 2, not 1; read it again.', 'expectedVersion'),
        currentVersion: 2,
        changedBy: { name: world.owner.email },
      },
    ],
  });
});

it('records added and removed keys', async () => {
  const project = await makeProject(world);
  await makeEnvironment(project);
  const segment = await makeSegment(project, { included: ['ada'] });
  const state = { key: segment.key, name: 'Segment', description: '', rules: [], excludedCount: 0 };

  const added = await addKeys(project, segment, ['ada', 'bob', '__proto__', 'é'.normalize('NFD')]);
  const addition = await lastChange(world, project.organizationId);
  const again = await addKeys(project, segment, ['bob']);
  const removed = await removeKeys(project, segment, ['ada', '__proto__', 'nobody']);
  const removal = await lastChange(world, project.organizationId);
  const nothing = await removeKeys(project, segment, ['nobody']);

  const after = { ...state, version: 2, includedCount: 4 };
  expect(added).toEqual({ addedCount: 3, segment: after, revisions: [{ revision: 2 }], userErrors: [] });
  expect(again).toEqual({ addedCount: 0, segment: after, revisions: [], userErrors: [] });
  expect(removed).toEqual({
    removedCount: 2,
    segment: { ...state, version: 3, includedCount: 2 },
    revisions: [{ revision: 3 }],
    userErrors: [],
  });
  expect(nothing).toMatchObject({ removedCount: 0, revisions: [], userErrors: [] });
  const item = { kind: 'SEGMENT' };
  expect(addition).toEqual({
    kind: 'SEGMENT_KEYS_ADDED',
    items: [
      {
        ...item,
        version: 2,
        before: { list: 'INCLUDED', added: [] },
        after: { list: 'INCLUDED', added: ['bob', '__proto__', 'é'.normalize('NFD')] },
      },
    ],
  });
  expect(removal).toEqual({
    kind: 'SEGMENT_KEYS_REMOVED',
    items: [
      {
        ...item,
        version: 3,
        before: JSON.parse('{"removed":{"ada":"INCLUDED","__proto__":"INCLUDED"}}') as object,
        after: { removed: {} },
      },
    ],
  });
});

it('refuses a key of the other list, lists that are empty or too long, and keys twice', async () => {
  const project = await makeProject(world);
  const segment = await makeSegment(project, { excluded: ['eve'] });
  const before = await chainLength(world, project.organizationId);

  const issues = [
    await addKeys(project, segment, ['ada', 'eve']),
    await addKeys(project, segment, []),
    await addKeys(project, segment, keys(0, 5_001)),
    await addKeys(project, segment, ['', 'x', 'x', 'a\u0000', 'k'.repeat(1_001)]),
    await removeKeys(project, segment, []),
  ].flatMap(({ userErrors }) => userErrors);

  expect(issues).toEqual([
    refused('DUPLICATE', 'The targeting key "eve" is already in the list EXCLUDED; remove it there first.', 'keys', '1'),
    refused('OUT_OF_RANGE', 'Targeting keys: 0 were given; 1 to 5000 are allowed.', 'keys'),
    refused('OUT_OF_RANGE', 'Targeting keys: 5001 were given; 1 to 5000 are allowed.', 'keys'),
    refused('BLANK', 'A targeting key must not be empty.', 'keys', '0'),
    refused('INVALID', 'Targeting key must not contain U+0000 or a lone surrogate.', 'keys', '3'),
    refused('TOO_LONG', 'Targeting key has 1001 characters; at most 1000 are allowed.', 'keys', '4'),
    refused('DUPLICATE', 'The targeting key "x" is in the list twice.', 'keys', '2'),
    refused('OUT_OF_RANGE', 'Targeting keys: 0 were given; 1 to 5000 are allowed.', 'keys'),
  ]);
  expect(await chainLength(world, project.organizationId)).toBe(before);
});

it('accepts 100,000 keys in batches of 5,000, and not one more', async () => {
  const { project, environment, flag } = await makeScene(world);
  const segment = await makeSegment(project);
  await configure(project, flag, environment, { fallthrough: { variation: 'off' }, rules: [forSegment(segment.key)] });
  for (let from = 0; from < 100_000; from += 5_000) {
    const { addedCount } = await make<{ addedCount: number }>(
      project.client,
      'addSegmentKeys',
      { segmentId: segment.id, list: 'INCLUDED', keys: keys(from, 5_000) },
      'addedCount',
    );
    expect(addedCount).toBe(5_000);
  }
  const full = await addKeys(project, segment, ['user-0', 'one-more']);
  const passedOver = await addKeys(project, segment, ['user-0']);

  expect(full.userErrors).toEqual([
    refused('OUT_OF_RANGE', 'The segment would have 100001 targeting keys; at most 100000 are allowed.', 'keys'),
  ]);
  expect(passedOver).toMatchObject({ addedCount: 0, segment: { includedCount: 100_000 } });
  expect(await decide(project, environment, flag, { targetingKey: 'user-99999' })).toBe('on RULE_MATCH');
  expect(await decide(project, environment, flag, { targetingKey: 'one-more' })).toBe('off FALLTHROUGH');
});

interface KeyPage {
  readonly nodes: string[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string };
}

it('pages through the keys of one list', async () => {
  const project = await makeProject(world);
  const included = keys(100, 250);
  const segment = await makeSegment(project, { included, excluded: ['eve'] });
  const read: string[] = [];

  for (let after: string | null = null, more = true; more;) {
    const { segment: answer }: { segment: { keys: KeyPage } } = await project.client.request(
      'query ($id: ID!, $after: String) { segment(id: $id) { keys(list: INCLUDED, first: 100, after: $after) { nodes pageInfo { hasNextPage endCursor } } } }',
      { id: segment.id, after },
    );
    read.push(...answer.keys.nodes);
    after = answer.keys.pageInfo.endCursor;
    more = answer.keys.pageInfo.hasNextPage;
  }

  expect(read).toEqual(included);
});

it('refuses to delete a segment that is used, with the same uses as usedBy', async () => {
  const { project, environment, flag } = await makeScene(world);
  const segment = await makeSegment(project);
  const outer = await makeSegment(project, { rules: within(segment.key) });
  await configure(project, flag, environment, { rules: [forSegment(segment.key), forSegment(segment.key, { id: 'again' })] });

  const payload = await remove(project, segment);
  const read = await project.client.request(
    'query ($id: ID!) { segment(id: $id) { usedBy { flagKey segmentKey environmentKey } } }',
    { id: segment.id },
  );

  const usedBy = [
    { flagKey: flag.key, segmentKey: null, environmentKey: environment.key },
    { flagKey: null, segmentKey: outer.key, environmentKey: null },
  ];
  expect(payload).toEqual({
    deletedSegmentId: null,
    userErrors: [{ ...refused('IN_USE', `The segment "${segment.key}" is used in 2 places.`, 'segmentId'), usedBy }],
  });
  expect(read).toEqual({ segment: { usedBy } });
});

it('refuses segments that would form a cycle, naming the path', async () => {
  const project = await makeProject(world);
  const inner = await makeSegment(project, { key: 'inner' });
  await makeSegment(project, { key: 'outer', rules: within('inner') });

  const own = await mutate(
    project.client,
    'createSegment',
    { projectId: project.id, key: 'own', name: 'Own', rules: within('own') },
    'segment { key }',
  );
  const circle = await update(project, inner, { rules: within('outer') }, 'segment { key }');

  expect(own).toEqual({
    segment: null,
    userErrors: [refused('CYCLE', 'The segments would form a cycle: own -> own.', 'rules')],
  });
  expect(circle).toEqual({
    segment: null,
    userErrors: [refused('CYCLE', 'The segments would form a cycle: outer -> inner -> outer.', 'rules')],
  });
});

it('updates evaluate and segmentsFor after each change', async () => {
  const { project, environment, flag } = await makeScene(world);
  const inner = await makeSegment(project, { key: 'inner' });
  const outer = await makeSegment(project, { key: 'outer', rules: within('inner') });
  await configure(project, flag, environment, { fallthrough: { variation: 'off' }, rules: [forSegment('outer')] });
  const context = { targetingKey: 'ada', attributes: { country: 'NL' } };
  const look = async (): Promise<string> => {
    const decision = await decide(project, environment, flag, context);
    const { segmentsFor } = await project.client.request<{ segmentsFor: { key: string }[] }>(
      'query ($id: ID!, $context: EvaluationContextInput!) { segmentsFor(environmentId: $id, context: $context) { key } }',
      { id: environment.id, context },
    );
    return [decision, ...segmentsFor.map(({ key }) => key)].join(' ');
  };

  const seen = [await look()];
  await addKeys(project, inner, ['ada']);
  seen.push(await look());
  await removeKeys(project, inner, ['ada']);
  seen.push(await look());
  await make(project.client, 'updateSegment', { segmentId: inner.id, expectedVersion: 3, rules: isIn('country', 'NL') }, SEGMENT);
  seen.push(await look());
  await addKeys(project, outer, ['ada'], 'EXCLUDED');
  seen.push(await look());

  expect(seen).toEqual([
    'off FALLTHROUGH',
    'on RULE_MATCH inner outer',
    'off FALLTHROUGH',
    'on RULE_MATCH inner outer',
    'off FALLTHROUGH inner',
  ]);
});

interface Wire {
  readonly version: number;
  readonly rules: unknown[];
  readonly addedIncluded: string[];
  readonly addedExcluded: string[];
  readonly removed: string[];
}

it('delivers changes as deltas that lead to the same snapshot as reading it again', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const secret = await makeApiKey(project, environment);
  const reader = world.client(secret);
  const { snapshot: start } = await reader.request<{ snapshot: { epoch: string; revision: number } }>(
    '{ snapshot { epoch revision } }',
  );
  const events = world.socket(secret).iterate({
    query: 'subscription ($since: RevisionInput) { flagChanged(since: $since) { changes { kind segmentKey wire } } }',
    variables: { since: start },
  });
  const segment = await makeSegment(project, { included: ['ada', 'bob'], excluded: ['eve'] });
  await addKeys(project, segment, ['cy', 'ada']);
  await removeKeys(project, segment, ['bob', 'eve']);
  await addKeys(project, segment, ['bob'], 'EXCLUDED');
  await make(project.client, 'updateSegment', { segmentId: segment.id, expectedVersion: 4, rules: isIn('a', 'b') }, SEGMENT);

  const deltas: Wire[] = [];
  while (deltas.length < 5) {
    const event = await events.next();
    const { flagChanged } = (event.value as { data: { flagChanged: { changes: { wire: Wire }[] } } }).data;
    deltas.push(...flagChanged.changes.map(({ wire }) => wire));
  }
  const applied = deltas.reduce(
    ({ included, excluded }, delta) => {
      const kept = (list: string[]): string[] => list.filter((key) => !delta.removed.includes(key));
      return {
        version: delta.version,
        rules: delta.rules,
        included: [...kept(included), ...delta.addedIncluded],
        excluded: [...kept(excluded), ...delta.addedExcluded],
      };
    },
    { version: 0, rules: [] as unknown[], included: [] as string[], excluded: [] as string[] },
  );
  const live = await eventually(async () => {
    const { snapshot } = await reader.request<{ snapshot: { revision: number; snapshot: { segments: object[] } } }>(
      '{ snapshot { revision snapshot } }',
    );
    return snapshot.revision === 5 && snapshot.snapshot.segments;
  });

  expect(deltas[1]).toMatchObject({ version: 2, addedIncluded: ['cy'], addedExcluded: [], removed: [] });
  expect(deltas[2]!.removed.toSorted()).toEqual(['bob', 'eve']);
  expect(applied).toEqual({
    version: 5,
    rules: [{ id: 'r', conditions: [{ attribute: 'a', operator: 'IN', values: ['b'] }] }],
    included: ['ada', 'cy'],
    excluded: ['bob'],
  });
  expect(live).toEqual([{ key: segment.key, ...applied }]);
});

it('notifies subscribers that a segment was deleted', async () => {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const segment = await makeSegment(project);
  const secret = await makeApiKey(project, environment);
  const epoch = await epochOf(world, secret);
  const events = world.socket(secret).iterate({
    query: 'subscription ($since: RevisionInput) { flagChanged(since: $since) { revision changes { kind segmentKey wire } } }',
    variables: { since: { epoch, revision: 1 } },
  });

  await remove(project, segment);
  const event = await events.next();

  expect(event.value?.data).toEqual({
    flagChanged: { revision: 2, changes: [{ kind: 'SEGMENT_UPDATED', segmentKey: segment.key, wire: null }] },
  });
});

it('answers an unknown id, one of another kind and one of another organization alike', async () => {
  const project = await makeProject(world);
  const editor = { ...project, client: (await makeMember(world, 'EDITOR', { organizationId: project.organizationId })).client };
  const foreign = await makeSegment(await makeProject(world));

  for (const id of ['segment_x', 'a\u0000', project.id, (await makeFlag(project)).id, foreign.id]) {
    const segment = { id, key: '' };
    const userErrors = [refused('NOT_FOUND', absenceOf('segment', id), 'segmentId')];
    await expectNothing('segment', id, editor.client.request('query ($id: ID!) { segment(id: $id) { id } }', { id }));
    expect(await update(editor, segment, { name: 'N' })).toEqual({ segment: null, revisions: [], userErrors });
    expect(await addKeys(editor, segment, ['a'])).toMatchObject({ segment: null, userErrors });
    expect(await removeKeys(editor, segment, ['a'])).toMatchObject({ segment: null, userErrors });
    expect(await remove(editor, segment)).toEqual({ deletedSegmentId: null, userErrors });
  }
});

it('lets only actors with the permission write', async () => {
  const project = await makeProject(world);
  const segment = await makeSegment(project);
  const viewer = { ...project, client: (await makeMember(world, 'VIEWER', { organizationId: project.organizationId })).client };
  const outsider = await makeOutsider(world);
  const input = { projectId: project.id, key: uniqueKey('segment'), name: 'Segment' };

  const refusals = [
    await refusalOf(mutate(viewer.client, 'createSegment', input, SEGMENT)),
    await refusalOf(addKeys(viewer, segment, ['a'])),
    await refusalOf(remove(viewer, segment)),
    await refusalOf(mutate(world.client(), 'createSegment', input, SEGMENT)),
  ];
  const unseen = await mutate(outsider.client, 'createSegment', input, 'segment { id }');

  expect(refusals.map((refusal) => refusal?.message)).toEqual([
    'This needs the permission segment:create.',
    'This needs the permission segment:update.',
    'This needs the permission segment:delete.',
    'This needs a credential: send the header "Authorization: Bearer <access token or API key>".',
  ]);
  expect(unseen).toEqual({
    segment: null,
    userErrors: [refused('NOT_FOUND', `There is no project "${project.id}".`, 'projectId')],
  });
});

it('lists the segments of a project by key, searched by key and name', async () => {
  const project = await makeProject(world);
  await makeSegment(project, { key: 'a', name: 'Fifty %' });
  await makeSegment(project, { key: 'b', name: 'Other' });
  await makeSegment(project, { key: 'c_fifty', name: 'C' });
  const list = (args: object) =>
    project.client.request(
      `query ($id: ID!, $search: String, $first: Int, $after: String) { project(id: $id) {
        segments(search: $search, first: $first, after: $after) { nodes { key } totalCount pageInfo { hasNextPage } } } }`,
      { id: project.id, ...args },
    );
  const page = (hasNextPage: boolean, totalCount: number, ...found: string[]) => ({
    project: { segments: { nodes: found.map((key) => ({ key })), totalCount, pageInfo: { hasNextPage } } },
  });

  expect(await list({})).toEqual(page(false, 3, 'a', 'b', 'c_fifty'));
  expect(await list({ first: 2 })).toEqual(page(true, 3, 'a', 'b'));
  expect(await list({ search: 'FIFTY' })).toEqual(page(false, 2, 'a', 'c_fifty'));
  expect(await list({ search: '%' })).toEqual(page(false, 1, 'a'));
  expect(await refusalOf(list({ search: 'a\u0000' }))).toMatchObject({ code: 'BAD_USER_INPUT' });
  expect(await refusalOf(list({ after: 'no cursor' }))).toMatchObject({ code: 'BAD_USER_INPUT' });
});
