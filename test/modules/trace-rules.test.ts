import { jsonLength, tracesProblem } from '../../src/modules/snapshots/trace-rules';

it('allows 1,000 traces in an operation, all its fields together', () => {
  expect(tracesProblem(10, 100, 0)).toBeNull();
  expect(tracesProblem(1, 2, 999)).toBe(
    '1 contexts x 2 flags are 2 evaluations with a trace, after 999 in the same operation; at most 1000 are allowed in one operation.',
  );
});

it.each([
  ['a text', 'abc', 5],
  ['a number', 1.5, 8],
  ['null', null, 8],
  ['a list', ['abc', true], 2 + 6 + 9],
  ['an object', { key: 'abc' }, 2 + 7 + 5],
])('measures %s', (_what, value, length) => {
  expect(jsonLength(value, 1_000)).toBe(length);
});

it('stops as soon as it is too long', () => {
  const long = 'x'.repeat(100);
  const object = { first: long, second: [long, long, long], third: 'never reached'.repeat(1_000) };

  expect(jsonLength(object, 250)).toBe(2 + (9 + 102) + (10 + 2 + 103 + 103));
});
