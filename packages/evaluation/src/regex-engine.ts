/** Stands in for `re2js` in the build of `/lite`. */

/** The part of the class `RE2JS` of the package `re2js` that the core uses. */
export interface RegexEngine {
  readonly CASE_INSENSITIVE: number;
  compile(pattern: string, flags: number): { programSize(): number; test(text: string): boolean };
}

let engine: RegexEngine | null = null;

/**
 * Gives the engine, the class `RE2JS` of `@flagstaff/evaluation/regex` or of the package `re2js`. It counts for snapshots that are compiled from then on; without it a
 * flag that names MATCHES or NOT_MATCHES answers PARSE_ERROR, and no other flag is harmed.
 */
export function useRegexEngine(given: RegexEngine): void {
  engine = given;
}

function givenEngine(): RegexEngine {
  if (engine === null)
    throw new Error('MATCHES needs an engine here; give it by useRegexEngine(RE2JS), of @flagstaff/evaluation/regex');
  return engine;
}

export const RE2JS: RegexEngine = {
  get CASE_INSENSITIVE() {
    return givenEngine().CASE_INSENSITIVE;
  },
  compile: (pattern, flags) => givenEngine().compile(pattern, flags),
};
