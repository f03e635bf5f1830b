import { usageCountProblem, usageRangeProblem } from '../../src/modules/usage/usage-rules';

const [early, late] = [new Date('2026-01-01T00:00:00Z'), new Date('2026-01-02T00:00:00Z')];

it('requires a range that begins before it ends', () => {
  expect(usageRangeProblem(early, late)).toBeNull();
  const empty = 'from must be before to; from is 2026-01-01T00:00:00.000Z, to is 2026-01-01T00:00:00.000Z.';
  expect(usageRangeProblem(early, early)).toBe(empty);
});

it('returns at most 1,000 points', () => {
  expect(usageCountProblem(1_000)).toBeNull();
  const tooMany = 'More than 1000 points lie between from and to; ask for a shorter time or a coarser resolution.';
  expect(usageCountProblem(1_001)).toBe(tooMany);
});
