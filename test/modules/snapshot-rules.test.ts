import { contextProblem, contextsProblem, evaluationsProblem } from '../../src/modules/snapshots/snapshot-rules';

const contexts = (count: number) => Array.from({ length: count }, () => ({}));
const nested = (depth: number): Record<string, unknown> => (depth === 1 ? {} : { a: nested(depth - 1) });
const sized = (bytes: number) => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) });

it.each([
  ['one context', 1, null],
  ['1,000 contexts', 1_000, null],
  ['no context', 0, 'contexts: 0 were given; 1 to 1000 are allowed.'],
  ['1,001 contexts', 1_001, 'contexts: 1001 were given; 1 to 1000 are allowed.'],
])('judges %s', (_what, count, problem) => {
  expect(contextsProblem(contexts(count))).toBe(problem);
});

it.each([
  ['that are null', null, null],
  ['of 64 KiB', sized(65_536), null],
  ['20 deep', nested(20), null],
  ['above 64 KiB', sized(65_537), 'context.attributes has 65537 bytes as JSON; at most 65536 are allowed.'],
  ['above 64 KiB in UTF-8', { a: 'é'.repeat(32_768) }, 'context.attributes has 65544 bytes as JSON; at most 65536 are allowed.'],
  ['21 deep', nested(21), 'context.attributes nests deeper than 20.'],
])('judges attributes %s', (_what, attributes, problem) => {
  expect(contextProblem({ targetingKey: null, attributes })).toBe(problem);
});

it('limits the evaluations of an operation', () => {
  expect(evaluationsProblem(1_000, 100, 0)).toBeNull();
  expect(evaluationsProblem(1_000, 101, 0)).toBe(
    '1000 contexts x 101 flags are 101000 evaluations; at most 100000 are allowed in one operation.',
  );
  expect(evaluationsProblem(1, 1, 100_000)).toBe(
    '1 contexts x 1 flags are 1 evaluations, after 100000 in the same operation; at most 100000 are allowed in one operation.',
  );
});
