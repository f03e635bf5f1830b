import { RE2JS } from 're2js';

import { REGEX_LENGTH_MAX, REGEX_PROGRAM_MAX } from './bounds';

/** A compiled pattern, or a sentence that says why it is invalid. */
export type Regex =
  { readonly matches: (text: string) => boolean; readonly problem: null } | { readonly matches: null; readonly problem: string };

/**
 * Compiles RE2 syntax for an unanchored search in time linear in the text. A pattern is hostile input: an engine that
 * backtracks would let one rule stop the server (docs/adr/0002). Back-references and look-around do not exist in RE2.
 */
export function compileRegex(pattern: string, ignoreCase: boolean): Regex {
  if (pattern.length > REGEX_LENGTH_MAX) {
    return refuse(`has ${pattern.length} characters; at most ${REGEX_LENGTH_MAX} are allowed.`);
  }
  try {
    const regex = RE2JS.compile(pattern, ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    if (regex.programSize() > REGEX_PROGRAM_MAX) {
      return refuse(`compiles to ${regex.programSize()} steps; at most ${REGEX_PROGRAM_MAX} are allowed.`);
    }
    return { matches: (text) => regex.test(text), problem: null };
  } catch (error) {
    const { message } = error as Error;
    // The engine begins so what it says of a pattern; anything else is not the pattern's fault.
    if (!message.startsWith('error parsing regexp')) return refuse(`cannot be compiled: ${message}.`);
    return refuse(`is not RE2 syntax, which has no look-around and no back-references: ${message}.`);
  }
}

function refuse(what: string): Regex {
  return { matches: null, problem: `Regular expression ${what}` };
}
