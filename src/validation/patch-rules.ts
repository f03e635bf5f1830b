/** Checks of updates: absent fields keep their value, and null differs from absent. Pure. */
import type { Issue } from '../errors';
import type { Bounds, Path } from './input-rules';

/** Checks fields that may be absent but must not be null: the name in the input -> the beginning of the sentence. */
export function nullIssues(input: object, fields: Readonly<Record<string, string>>, path: Path = ['input']): Issue[] {
  const given: Readonly<Record<string, unknown>> = { ...input };
  return Object.entries(fields).flatMap(([field, what]): Issue[] => {
    if (given[field] !== null) return [];
    return [{ code: 'INVALID', message: `${what} must not be null; leave it out to keep it as it is.`, path: [...path, field] }];
  });
}

/** The given value, or the current one. `nullIssues` refuses nulls. */
export function patched<T>(given: T | null | undefined, current: T): T {
  return given ?? current;
}

/** Requires that a deletion repeats the key of what it deletes. `what` is the noun: `project`. */
export function confirmationIssues(what: string, key: string, confirmKey: string): Issue[] {
  if (confirmKey === key) return [];
  const message = `Confirm with the key of the ${what}, ${JSON.stringify(key)}.`;
  return [{ code: 'INVALID', message, path: ['input', 'confirmKey'] }];
}

/** Checks an integer against inclusive bounds. */
export function rangeIssues(what: string, value: number, { min, max }: Bounds, path: Path): Issue[] {
  if (value >= min && value <= max) return [];
  const number = (bound: number): string => bound.toLocaleString('en-US');
  return [{ code: 'OUT_OF_RANGE', message: `${what}: ${value} was given; ${number(min)} to ${number(max)} are allowed.`, path }];
}
