import { contextsProblem, evaluationsProblem } from '../../src/modules/snapshots/snapshot-rules';

const contexts = (count: number) => Array.from({ length: count }, () => ({}));
const nested = (depth: number): Record<string, unknown> => (depth === 1 ? {} : { a: nested(depth - 1) });
const sized = (bytes: number) => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) });

it.each([
  ['one context', contexts(1), null],
  ['1,000 contexts', contexts(1_000), null],
  ['attributes that are null', [{ targetingKey: null, attributes: null }], null],
  ['attributes of 64 KiB', [{ attributes: sized(65_536) }], null],
  ['attributes 20 deep', [{ attributes: nested(20) }], null],
  ['no context', [], 'contexts: 0 were given; 1 to 1000 are allowed.'],
  ['1,001 contexts', contexts(1_001), 'contexts: 1001 were given; 1 to 1000 are allowed.'],
  [
    'attributes above 64 KiB',
    [{}, { attributes: sized(65_537) }],
    'contexts.1.attributes has 65537 bytes as JSON; at most 65536 are allowed.',
  ],
  [
    'attributes above 64 KiB in UTF-8',
    [{ attributes: { a: 'é'.repeat(32_768) } }],
    'contexts.0.attributes has 65544 bytes as JSON; at most 65536 are allowed.',
  ],
  ['attributes 21 deep', [{ attributes: nested(21) }], 'contexts.0.attributes nests deeper than 20.'],
])('judges %s', (_what, given, problem) => {
  expect(contextsProblem(given)).toBe(problem);
});

it('bounds the evaluations of an operation', () => {
  expect(evaluationsProblem(1_000, 100, 0)).toBeNull();
  expect(evaluationsProblem(1_000, 101, 0)).toBe(
    '1000 contexts x 101 flags are 101000 evaluations; at most 100000 are allowed in one operation.',
  );
  expect(evaluationsProblem(1, 1, 100_000)).toBe(
    '1 contexts x 1 flags are 1 evaluations, after 100000 in the same operation; at most 100000 are allowed in one operation.',
  );
});
