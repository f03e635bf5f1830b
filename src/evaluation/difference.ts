import type { CompiledSnapshot } from './compiled';

/**
 * Lists the keys of the flags that may answer differently in `after` than in `before`: new, changed and removed ones, and all
 * that depend on a changed segment or prerequisite, directly or not. Every other flag answers every context the same in both.
 * The list is exact only when each snapshot from `before` to `after` was compiled with the one before it as `previous`;
 * otherwise it has all flags.
 */
export function listAffectedFlagKeys(before: CompiledSnapshot, after: CompiledSnapshot): string[] {
  if (before.flags === after.flags) return [];
  const keys: string[] = [];
  for (const [key, flag] of after.flags) {
    if (before.flags.get(key) !== flag) keys.push(key);
  }
  for (const key of before.flags.keys()) {
    if (!after.flags.has(key)) keys.push(key);
  }
  return keys;
}
