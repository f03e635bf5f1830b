/** The commands of README and docs, and what the text says that they print. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/package-root';

export interface Example {
  /** The last heading before it. */
  readonly heading: string;
  readonly language: string;
  readonly text: string;
  /** The output of a command by the text; null when the text shows none. `…` stands for anything. */
  readonly output: string | null;
}

/** The examples of a document in one language, in reading order. */
export function examplesIn(file: string, language: string): Example[] {
  const text = readFileSync(join(PACKAGE_ROOT, file), 'utf8');
  const parts = [...text.matchAll(/^#+ (.*)$|^```(\w*)\n([^]*?)^```$/gm)];
  let heading = '';
  return parts.flatMap(([, title, name, body], i): Example[] => {
    if (title !== undefined) heading = title;
    if (name !== language) return [];
    const [, , next, output] = parts.slice(i + 1).find(([, , , block]) => block !== undefined) ?? [];
    const hasOutput = next === '' || next === 'json';
    return [{ heading, language, text: body!, output: hasOutput ? output! : null }];
  });
}

/** Compares what was printed with what the text says: without white space, and without the cost of a GraphQL answer. */
export function printsAs(
  printed: string,
  said: string,
): { readonly printed: string; readonly said: string } | 'as the text says' {
  const squeeze = (text: string): string => text.replaceAll(/,"extensions":\{"cost":\{[^{}]*\}\}/g, '').replaceAll(/\s/g, '');
  const pattern = squeeze(said)
    .split('…')
    .map((piece) => piece.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${pattern}$`).test(squeeze(printed)) ? 'as the text says' : { printed, said };
}
