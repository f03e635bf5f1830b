import type { FlagValueType } from '@flagstaff/evaluation';
import type { Flag } from './flag-api';

/** Describes a flag once, so that its key, type and fallback stand in one place. */
export function defineFlag<T>(key: string, valueType: FlagValueType, fallback: T, values: readonly T[] | null = null): Flag<T> {
  return Object.freeze({ key, valueType, fallback, values });
}
