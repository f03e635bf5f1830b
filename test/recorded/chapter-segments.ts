/** Segments: their rules, their lists of keys, and what refuses to go while it is used. */
import { SEGMENT, type Stage } from './stage';
import { at } from './story';

const inCountry = (values: unknown[], more: object = {}): object => ({
  attribute: { attribute: 'country', operator: 'IN', values, ...more },
});
export const inSegment = (key: string, operator = 'IN_SEGMENT'): object => ({ segment: { operator, segments: [key] } });

export async function tellSegments({ story }: Stage): Promise<void> {
  const projectId = story.kept('shop');
  const create = ['createSegment', SEGMENT] as const;
  const update = ['updateSegment', SEGMENT] as const;
  const europe = {
    projectId,
    key: 'europe',
    name: 'Europe',
    description: 'Where the euro is.',
    included: ['ada', 'Ünïcode'],
    excluded: ['eve'],
    rules: [{ id: 'countries', name: 'Countries', conditions: [inCountry(['NL', 'DE', 'FR'], { ignoreCase: true })] }],
  };
  const made = await story.mutate('create a segment', 'owner', create, europe);
  const segmentId = story.keep('europe', at(made, 'segment', 'id'));
  await story.mutate('create a segment whose key is used', 'owner', create, { projectId, key: 'europe', name: 'Again' });
  const staff = {
    projectId,
    key: 'staff',
    name: 'Staff',
    included: ['grace'],
    rules: [{ conditions: [inSegment('europe', 'NOT_IN_SEGMENT')] }],
  };
  const second = await story.mutate('create a segment of another', 'editor', create, staff);
  story.keep('staff', at(second, 'segment', 'id'));
  const free = await story.mutate('create a segment that nothing uses', 'admin key', create, {
    projectId,
    key: 'free',
    name: 'Free',
  });
  story.keep('free', at(free, 'segment', 'id'));
  const bad = {
    projectId,
    key: '?',
    name: '',
    included: ['', 'twice', 'twice'],
    excluded: ['twice'],
    rules: [
      { id: 'same', conditions: [inSegment('nowhere')] },
      { id: 'same', name: 'n'.repeat(256), conditions: [{ attribute: { attribute: '', operator: 'MATCHES', values: ['('] } }] },
    ],
  };
  await story.mutate('create a segment with bad input', 'owner', create, bad);
  const operators: readonly (readonly [string, unknown[]])[] = [
    ['IN', []], ['EQUALS', [1, 2]], ['STARTS_WITH', [1]], ['MATCHES', ['a(?=b)']], ['LESS_THAN', ['1']], ['BETWEEN', [2, 1]],
    ['MODULO', [0, 1]], ['BEFORE', ['yesterday']], ['SEMVER_EQUAL', ['1']], ['IP_IN_CIDR', ['10.0.0.0/33']], ['EXISTS', [1]],
  ]; // prettier-ignore
  const rules = operators.map(([operator, values]) => ({ conditions: [{ attribute: { attribute: 'a', operator, values } }] }));
  await story.mutate('create a segment with bad operands', 'owner', create, {
    projectId,
    key: 'operands',
    name: 'Operands',
    rules,
  });
  const circle = { segmentId, expectedVersion: 1, rules: [{ conditions: [inSegment('staff')] }] };
  await story.mutate('change a segment to a circle', 'owner', update, circle);
  await story.mutate('change a segment', 'owner', update, { segmentId, expectedVersion: 1, name: 'The euro', description: '' });
  await story.mutate('change a segment to what it is', 'owner', update, { segmentId, expectedVersion: 2, name: 'The euro' });
  await story.mutate('change a segment of a stale version', 'owner', update, { segmentId, expectedVersion: 1, name: 'Old' });
  await story.mutate('change a segment with nulls', 'owner', update, { segmentId, expectedVersion: 2, name: null, rules: null });
  await tellKeys({ story } as Stage, segmentId);
  const read = `query ($id: ID!) { segment(id: $id) {
    id key name description version includedCount excludedCount createdAt updatedAt project { key }
    rules { id name conditions { __typename ... on AttributeCondition { attribute operator values ignoreCase } } }
    usedBy { flagKey segmentKey environmentKey }
    history { nodes { kind actor { kind name } items { version differences { path old new } } } }
  } }`;
  await story.query('segment', 'viewer', read, { id: segmentId });
  await story.query('segment that is not there', 'viewer', read, { id: 'segment_0' });
  const list = `query ($id: ID!, $search: String) { project(id: $id) { segments(search: $search) { totalCount edges { cursor } nodes { key name } } } }`;
  await story.query('segments', 'viewer', list, { id: projectId });
  await story.query('segments that are searched for', 'viewer', list, { id: projectId, search: 'EURO' });
  const remove = ['deleteSegment', 'deletedSegmentId'] as const;
  await story.mutate('delete a segment that another uses', 'owner', remove, { segmentId, expectedVersion: 2 });
  await story.mutate('delete a segment of a stale version', 'owner', remove, {
    segmentId: story.kept('free'),
    expectedVersion: 9,
  });
  await story.mutate('delete a segment', 'editor key', remove, { segmentId: story.kept('free'), expectedVersion: 1 });
  await story.mutate('delete it again', 'owner', remove, { segmentId: story.kept('free'), expectedVersion: 1 });
}

async function tellKeys({ story }: Stage, segmentId: string): Promise<void> {
  const add = ['addSegmentKeys', 'addedCount segment { key version includedCount excludedCount }'] as const;
  const remove = ['removeSegmentKeys', 'removedCount segment { key version includedCount excludedCount }'] as const;
  await story.mutate('add keys', 'editor', add, { segmentId, list: 'INCLUDED', keys: ['zoe', 'bob', 'ada'] });
  await story.mutate('add the same keys', 'editor', add, { segmentId, list: 'INCLUDED', keys: ['zoe', 'bob'] });
  await story.mutate('add keys to the other list', 'editor', add, { segmentId, list: 'EXCLUDED', keys: ['mallory', 'zoe'] });
  await story.mutate('add excluded keys', 'editor', add, { segmentId, list: 'EXCLUDED', keys: ['mallory'] });
  await story.mutate('add no keys', 'editor', add, { segmentId, list: 'INCLUDED', keys: [] });
  await story.mutate('add bad keys', 'editor', add, {
    segmentId,
    list: 'INCLUDED',
    keys: ['', 'k'.repeat(1_001), 'same', 'same'],
  });
  await story.mutate('remove keys', 'editor', remove, { segmentId, keys: ['bob', 'mallory', 'nobody'] });
  await story.mutate('remove keys that are in no list', 'editor', remove, { segmentId, keys: ['bob'] });
  await story.mutate('remove no keys', 'editor', remove, { segmentId, keys: [] });
  const list = `query ($id: ID!, $list: SegmentList!, $first: Int, $after: String) { segment(id: $id) {
    keys(list: $list, first: $first, after: $after) { nodes edges { cursor node } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }
  } }`;
  await story.query('included keys', 'viewer', list, { id: segmentId, list: 'INCLUDED' });
  const page = await story.query('first included key', 'viewer', list, { id: segmentId, list: 'INCLUDED', first: 1 });
  const after = at(page, 'segment', 'keys', 'pageInfo', 'endCursor');
  await story.query('included keys after it', 'viewer', list, { id: segmentId, list: 'INCLUDED', after });
  await story.query('excluded keys', 'viewer', list, { id: segmentId, list: 'EXCLUDED' });
}
