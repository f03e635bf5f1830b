/** Checks that all nouns share. Pure: each returns its issues, an empty list when there are none. */
import type { Issue } from '../errors';
import { quote } from '../evaluation';

export type Path = readonly string[];

const KEY_FORM = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;
export const NAME_LENGTH_MAX = 255;
export const DESCRIPTION_LENGTH_MAX = 2_000;

/** A key that people choose and that never changes. `what` begins the sentence: `Flag key`. */
export function keyIssues(what: string, key: string, path: Path): Issue[] {
  if (KEY_FORM.test(key)) return [];
  if (key === '') return [{ code: 'BLANK', message: `${what} must not be empty.`, path }];
  if (key.length > 200) {
    return [{ code: 'TOO_LONG', message: `${what} has ${key.length} characters; at most 200 are allowed.`, path }];
  }
  const message = `${what} ${quote(key)} may contain only letters, digits, ".", "-" and "_", and must begin with a letter or digit.`;
  return [{ code: 'INVALID', message, path }];
}

/** A name that people read: 1 to 255 characters, not only white space. */
export function nameIssues(what: string, name: string, path: Path): Issue[] {
  if (name.trim() === '') return [{ code: 'BLANK', message: `${what} must not be empty.`, path }];
  return textIssues(what, name, path, NAME_LENGTH_MAX);
}

/** Text that may be empty. */
export function textIssues(what: string, text: string, path: Path, lengthMax: number): Issue[] {
  if (text.length > lengthMax) {
    return [{ code: 'TOO_LONG', message: `${what} has ${text.length} characters; at most ${lengthMax} are allowed.`, path }];
  }
  return unstorable(text) ? [{ code: 'INVALID', message: `${what} must not contain ${UNSTORABLE}.`, path }] : [];
}

/** Both included. */
export interface Bounds {
  readonly min: number;
  readonly max: number;
}

/** A list with a bound on its length. */
export function countIssues(what: string, count: number, { min, max }: Bounds, path: Path): Issue[] {
  if (count >= min && count <= max) return [];
  const bound = min === 0 ? `at most ${max}` : `${min} to ${max}`;
  return [{ code: 'OUT_OF_RANGE', message: `${what}: ${count} were given; ${bound} are allowed.`, path }];
}

/** The entries that occur earlier in the list. */
export function repetitions(values: readonly string[]): { readonly position: number; readonly value: string }[] {
  const seen = new Set<string>();
  return values.flatMap((value, position) => {
    if (seen.has(value)) return [{ position, value }];
    seen.add(value);
    return [];
  });
}

const UNSTORABLE = 'U+0000 or a lone surrogate';

/** U+0000 and lone surrogates: PostgreSQL cannot store the first and UTF-8 cannot write the second. */
export function unstorable(text: string): boolean {
  return text.includes('\u0000') || !text.isWellFormed();
}

/** The texts that the database can store, and so the only ones that it can find. */
export function storable(texts: readonly string[]): string[] {
  return texts.filter((text) => !unstorable(text));
}

/** Whether a JSON value contains such text anywhere, keys included. */
export function hasUnstorableText(value: unknown): boolean {
  if (typeof value === 'string') return unstorable(value);
  if (Array.isArray(value)) return value.some(hasUnstorableText);
  if (typeof value !== 'object' || value === null) return false;
  return Object.entries(value).some(([key, member]) => unstorable(key) || hasUnstorableText(member));
}

/**
 * Finds a number in a JSON value that may not be the one that was sent: JSON numbers become doubles, and of whole numbers from
 * 2^53 on several become the same double, silently. Numbers from 1e21 on with few digits are sizes and no ids, and pass; beyond
 * 1.8e308 all become Infinity. Null: there is none.
 */
export function findInexactNumber(value: unknown): number | null {
  if (typeof value === 'number') return isExact(value) ? null : value;
  if (typeof value !== 'object' || value === null) return null;
  for (const member of Object.values(value)) {
    const found = findInexactNumber(member);
    if (found !== null) return found;
  }
  return null;
}

/** From here on JavaScript writes numbers with an exponent, and below it with all their digits, as ids are. */
const EXPONENT_FROM = 1e21;
/** Every decimal number with so many digits is told apart from its neighbours by a double. */
const EXACT_DIGITS = 15;

function isExact(number: number): boolean {
  if (!Number.isFinite(number)) return false;
  if (!Number.isInteger(number) || Number.isSafeInteger(number)) return true;
  if (Math.abs(number) < EXPONENT_FROM) return false;
  return (number.toExponential().split('e')[0] ?? '').replace(/\D/g, '').length <= EXACT_DIGITS;
}

/** Says what is wrong with a number that `findInexactNumber` found, and what to send instead. */
export function inexactNumber(what: string, number: number): string {
  if (!Number.isFinite(number))
    return `${what} must not contain a number beyond 1.8e308, the largest that a JSON number can carry.`;
  const why = 'as a JSON number it cannot be told from its neighbours';
  return `${what} must not contain a whole number beyond 2^53 (read as ${number}): ${why}. Send ids as text.`;
}

/** Formats a number of places for a message. */
export function inPlaces(count: number): string {
  return count === 1 ? 'in one place' : `in ${count} places`;
}
