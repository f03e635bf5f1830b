/** Checks requests for usage. Pure. */

export const USAGE_POINTS_MAX = 1_000;

/** Answers a sentence; null when nothing is wrong. */
export function usageRangeProblem(from: Date, to: Date): string | null {
  if (from < to) return null;
  return `from must be before to; from is ${from.toISOString()}, to is ${to.toISOString()}.`;
}

/** Answers a sentence; null when nothing is wrong. `count`: points found, at most one more than is allowed. */
export function usageCountProblem(count: number): string | null {
  if (count <= USAGE_POINTS_MAX) return null;
  return `More than ${USAGE_POINTS_MAX} points lie between from and to; ask for a shorter time or a coarser resolution.`;
}
