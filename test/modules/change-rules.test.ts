import { createHash } from 'node:crypto';
import { bodiesDigest, bodyDigest, canonicalText, chainHash, changeFilterProblem } from '../../src/modules/changes/change-rules';

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');

it('writes the same canonical text whatever the order of keys', () => {
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

it('gives bodies that are cut elsewhere another digest', () => {
  expect(bodyDigest('s', 'ab', 'c')).not.toBe(bodyDigest('s', 'a', 'bc'));
  expect(bodyDigest('s', '', null)).not.toBe(bodyDigest('s', null, ''));
});

it('chains rows by the hash before', () => {
  expect(bodiesDigest(['a', 'b'])).toBe(sha256('ab'));
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
