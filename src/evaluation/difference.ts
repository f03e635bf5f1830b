import type { CompiledSnapshot } from './compiled';

/**
 * Keys of the flags that may answer otherwise in `after` than in `before`: new, changed and gone ones, and all above a
 * changed segment or prerequisite, however far. Every other flag answers every context the same in both. Tight when each
 * snapshot from `before` to `after` was compiled with the one before it as `previous`; without that it names all flags.
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
