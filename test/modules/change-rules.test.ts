import { createHash } from 'node:crypto';
import {
  bodiesDigest,
  bodyDigest,
  canonicalText,
  chainHash,
  changeFilterProblem,
  mentionsTargetingKey,
  type BodyColumns,
} from '../../src/modules/changes/change-rules';

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

it('writes the same canonical text for every order of keys', () => {
  expect(canonicalText({ b: [1, 'é'], a: { d: null, c: true } })).toBe('{"a":{"c":true,"d":null},"b":[1,"é"]}');
  expect(canonicalText(undefined)).toBe('null');
});

it.each<[string | null, string | null, string]>([
  ['before', 'after', 'salt6:5:beforeafter'],
  [null, 'after', 'salt-1:5:after'],
  ['before', null, 'salt6:-1:before'],
  [null, null, 'salt-1:-1:'],
])('digests the bodies %j and %j', (before, after, text) => {
  expect(bodyDigest('salt', before, after)).toBe(sha256(text));
});

it('gives bodies that are split differently another digest', () => {
  expect(bodyDigest('s', 'ab', 'c')).not.toBe(bodyDigest('s', 'a', 'bc'));
  expect(bodyDigest('s', '', null)).not.toBe(bodyDigest('s', null, ''));
});

const bodyOf = (digest: string): BodyColumns => ({
  changeId: 'change_1',
  position: 0,
  subjectKind: 'FLAG',
  subjectId: 'flag_1',
  subjectKey: 'dark-mode',
  parentId: null,
  environmentId: null,
  version: 1,
  digest,
});

it('digests all bodies of a change: their digests in the first format, now every column that an erasure leaves', () => {
  const text = (digest: string): string =>
    `{"changeId":"change_1","digest":"${digest}","environmentId":null,"parentId":null,"position":0,"subjectId":"flag_1",` +
    `"subjectKey":"dark-mode","subjectKind":"FLAG","version":1}`;

  expect(bodiesDigest([bodyOf('a'), bodyOf('b')], 1)).toBe(sha256('ab'));
  expect(bodiesDigest([bodyOf('a'), bodyOf('b')])).toBe(sha256(`[${text('a')},${text('b')}]`));
});

it('chains rows by the hash before', () => {
  expect(chainHash('', '{}')).toBe(sha256('{}'));
  expect(chainHash('abc', '{}')).toBe(sha256('abc{}'));
});

const fifty = Array.from({ length: 50 }, () => 'FLAG');

it.each<[object, string | null]>([
  [{}, null],
  [{ kinds: null, subjectKinds: null }, null],
  [{ kinds: fifty, subjectKinds: fifty, from: new Date(0) }, null],
  [{ kinds: [...fifty, 'FLAG'] }, 'filter.kinds: 51 were given; at most 50 are allowed.'],
  [{ subjectKinds: [...fifty, 'FLAG'] }, 'filter.subjectKinds: 51 were given; at most 50 are allowed.'],
  [{ subjectId: 'a\u0000' }, 'filter: U+0000 and lone surrogates are not allowed.'],
])('judges the filter %j', (filter, problem) => {
  expect(changeFilterProblem(filter)).toBe(problem);
});

it.each<[unknown, boolean]>([
  [{ targets: [{ variation: 'on', targetingKeys: ['bob', 'ada'] }] }, true],
  [{ rules: [{ conditions: [{ attribute: 'targetingKey', operator: 'IN', values: ['ada'] }] }] }, true],
  [{ rules: [{ conditions: [{ group: 'ALL', conditions: [{ attribute: 'a', operator: 'IN', values: ['ada'] }] }] }] }, true],
  [{ included: ['ada'], excluded: [] }, true],
  [{ list: 'INCLUDED', added: ['ada'] }, true],
  [{ removed: { ada: 'INCLUDED' } }, true],
  [[{ segment: { addedIncluded: [], addedExcluded: ['ada'], removed: [] } }], true],
  [[{ segment: { addedIncluded: [], addedExcluded: [], removed: ['ada'] } }], true],
  [{ variations: [{ key: 'on', value: { people: { ada: 1 } } }] }, true],
  [{ variations: [{ key: 'on', value: 'ada' }] }, true],
  [{ variations: [{ key: 'ada', name: 'ada', value: 'adam' }], tags: ['ada'], ada: 'ada' }, false],
  [{ targets: [{ variation: 'ada', targetingKeys: ['Ada', 'adam'] }] }, false],
  [{ rules: [{ conditions: [{ operator: 'IN_SEGMENT', segments: ['ada'] }] }] }, false],
  [{ removed: { bob: 'INCLUDED' }, values: [1, true, null] }, false],
  [null, false],
])('looks for a targeting key in %j', (value, isThere) => {
  expect(mentionsTargetingKey(value, 'ada')).toBe(isThere);
});
