/** Bounds the traces of one operation, and brings traced conditions into the form of the answer. Pure. */
import type { ConditionTrace } from '../../evaluation';

const TRACES_MAX = 1_000;
export const TRACE_BYTES_MAX = 2 * 1024 * 1024;

/** Checks the number of traces. `before`: evaluations that were traced for earlier fields of the operation. */
export function tracesProblem(contexts: number, flags: number, before: number): string | null {
  const count = contexts * flags;
  if (before + count <= TRACES_MAX) return null;
  const others = before === 0 ? '' : `, after ${before} in the same operation`;
  return `${contexts} contexts x ${flags} flags are ${count} evaluations with a trace${others}; at most ${TRACES_MAX} are allowed in one operation.`;
}

/** Estimates the characters of a value as JSON. Stops, with a number above `most`, as soon as there are more than that. */
export function jsonLength(value: unknown, most: number): number {
  if (typeof value === 'string') return value.length + 2;
  if (typeof value !== 'object' || value === null) return 8;
  let length = 2;
  for (const [name, member] of Object.entries(value)) {
    length += (Array.isArray(value) ? 1 : name.length + 4) + jsonLength(member, most - length);
    if (length > most) break;
  }
  return length;
}

/** A condition with the number of groups around it. */
export type LocatedConditionTrace = ConditionTrace & { readonly depth: number };

/** Lists conditions flat, in the order of the walk, so that the tree can be rebuilt: groups nest deeper than documents may. */
export function locateConditions(conditions: readonly ConditionTrace[], depth = 0): LocatedConditionTrace[] {
  return conditions.flatMap((condition) => [
    { ...condition, depth },
    ...(condition.kind === 'GROUP' ? locateConditions(condition.conditions, depth + 1) : []),
  ]);
}
