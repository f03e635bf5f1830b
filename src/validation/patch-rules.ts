/** Checks of updates: what is left out stays as it is, and null is not the same as left out. Pure. */
import type { Issue } from '../errors';
import type { Path } from './input-rules';

/** For each field that may be left out but must not be null: its name in the input and what begins the sentence. */
export function nullIssues(input: object, fields: Readonly<Record<string, string>>, path: Path = ['input']): Issue[] {
  const given: Readonly<Record<string, unknown>> = { ...input };
  return Object.entries(fields).flatMap(([field, what]): Issue[] => {
    if (given[field] !== null) return [];
    return [{ code: 'INVALID', message: `${what} must not be null; leave it out to keep it as it is.`, path: [...path, field] }];
  });
}

/** The value given, or what stands there now. Nulls are refused by `nullIssues`. */
export function patched<T>(given: T | null | undefined, current: T): T {
  return given ?? current;
}

/** A deletion names the key of what it deletes once more. `what` is the noun: `project`. */
export function confirmationIssues(what: string, key: string, confirmKey: string): Issue[] {
  if (confirmKey === key) return [];
  const message = `Confirm with the key of the ${what}, ${JSON.stringify(key)}.`;
  return [{ code: 'INVALID', message, path: ['input', 'confirmKey'] }];
}

/** A whole number within bounds, both allowed. */
export function rangeIssues(what: string, value: number, min: number, max: number, path: Path): Issue[] {
  if (value >= min && value <= max) return [];
  const number = (bound: number): string => bound.toLocaleString('en-US');
  return [{ code: 'OUT_OF_RANGE', message: `${what}: ${value} was given; ${number(min)} to ${number(max)} are allowed.`, path }];
}
