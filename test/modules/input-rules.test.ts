import { quote } from '../../src/evaluation/quote';
import {
  countIssues,
  hasUnstorableText,
  inPlaces,
  keyIssues,
  nameIssues,
  repetitions,
  storable,
  textIssues,
  unstorable,
} from '../../src/validation/input-rules';

const path = ['input', 'key'];

it.each(['a', 'A0', '0', 'a.b-c_d', 'x'.repeat(200)])('takes the key %j', (key) => {
  expect(keyIssues('Flag key', key, path)).toEqual([]);
});

it.each<[string, object]>([
  ['', { code: 'BLANK', message: 'Flag key must not be empty.' }],
  ['x'.repeat(201), { code: 'TOO_LONG', message: 'Flag key has 201 characters; at most 200 are allowed.' }],
  ...['a b', '-a', '.a', 'é', 'a\n', 'a/b', '__proto__', 'a\u0000'].map(
    (key) =>
      [
        key,
        {
          code: 'INVALID',
          message: `Flag key ${JSON.stringify(key)} may contain only letters, digits, ".", "-" and "_", and must begin with a letter or digit.`,
        },
      ] as [string, object],
  ),
])('refuses the key %j', (key, issue) => {
  expect(keyIssues('Flag key', key, path)).toEqual([{ ...issue, path }]);
});

it.each([
  ['A name', []],
  ['😀'.repeat(127), []],
  ['', [{ code: 'BLANK', message: 'Flag name must not be empty.', path }]],
  [' \t\u00a0', [{ code: 'BLANK', message: 'Flag name must not be empty.', path }]],
  ['x'.repeat(256), [{ code: 'TOO_LONG', message: 'Flag name has 256 characters; at most 255 are allowed.', path }]],
  ['a\u0000', [{ code: 'INVALID', message: 'Flag name must not contain U+0000 or a lone surrogate.', path }]],
])('judges the name %j', (name, issues) => {
  expect(nameIssues('Flag name', name, path)).toEqual(issues);
});

it('lets text be empty, up to its bound', () => {
  expect(textIssues('Note', '', path, 3)).toEqual([]);
  expect(textIssues('Note', 'abc', path, 3)).toEqual([]);
  expect(textIssues('Note', 'abcd', path, 3)).toEqual([
    { code: 'TOO_LONG', message: 'Note has 4 characters; at most 3 are allowed.', path },
  ]);
});

it.each([
  [2, 1, 3, []],
  [1, 1, 3, []],
  [3, 1, 3, []],
  [0, 1, 3, ['Rules: 0 were given; 1 to 3 are allowed.']],
  [4, 0, 3, ['Rules: 4 were given; at most 3 are allowed.']],
])('bounds a list of %d by %d and %d', (count, min, max, messages) => {
  expect(countIssues('Rules', count, { min, max }, path)).toEqual(
    messages.map((message) => ({ code: 'OUT_OF_RANGE', message, path })),
  );
});

it('finds repeated values', () => {
  expect(repetitions(['a', 'b', 'a', 'c', 'b', 'a'])).toEqual([
    { position: 2, value: 'a' },
    { position: 4, value: 'b' },
    { position: 5, value: 'a' },
  ]);
});

it.each([
  ['plain', false],
  ['😀', false],
  ['a\u0000b', true],
  ['\ud83d', true],
])('judges whether %j can be stored', (text, isUnstorable) => {
  expect(unstorable(text)).toBe(isUnstorable);
  expect(storable([text])).toEqual(isUnstorable ? [] : [text]);
});

it.each<[unknown, boolean]>([
  [null, false],
  [7, false],
  [true, false],
  [undefined, false],
  ['a', false],
  ['\u0000', true],
  [['a', ['\udc00']], true],
  [{ a: { b: ['c'] } }, false],
  [{ a: { b: '\u0000' } }, true],
  [{ 'a\u0000': 1 }, true],
])('looks for unstorable text in %j', (value, has) => {
  expect(hasUnstorableText(value)).toBe(has);
});

it('quotes text for a message, escaped and cut after 60 characters', () => {
  expect(quote('a"\n')).toBe('"a\\"\\n"');
  expect(quote('x'.repeat(60))).toBe(`"${'x'.repeat(60)}"`);
  expect(quote('x'.repeat(61))).toBe(`"${'x'.repeat(60)}…"`);
});

it('counts places in words', () => {
  expect([inPlaces(1), inPlaces(2)]).toEqual(['in one place', 'in 2 places']);
});
