/** The recorded answers as a file that people can read, and what is different from them. */
import type { Entry } from './story';

export type Recorded = readonly Entry[];

const LINE_LENGTH_MAX = 150;
const LINE_SHOWN_MAX = 500;
/** Differences after the first ones mostly follow from these. */
const SHOWN_MAX = 5;

/** JSON with one line for whatever fits into one. */
export function render(entries: Recorded): string {
  return `${rendered(entries, '')}\n`;
}

function rendered(value: unknown, indent: string): string {
  const line = JSON.stringify(value);
  if (typeof value !== 'object' || value === null || (indent !== '' && indent.length + line.length <= LINE_LENGTH_MAX))
    return line;
  const inner = `${indent}  `;
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}'];
  const parts = Array.isArray(value)
    ? value.map((item) => `${inner}${rendered(item, inner)}`)
    : Object.entries(value).map(([name, item]) => `${inner}${JSON.stringify(name)}: ${rendered(item, inner)}`);
  return parts.length === 0 ? `${open}${close}` : `${open}\n${parts.join(',\n')}\n${indent}${close}`;
}

/** For each request that is answered otherwise, its name and the lines that differ; empty when all are as they were. */
export function differences(before: Recorded, now: Recorded): string[] {
  const known = new Map(before.map((entry) => [entry.name, entry]));
  const seen = new Set(now.map(({ name }) => name));
  const found = now
    .filter((entry) => render([entry]) !== render(known.has(entry.name) ? [known.get(entry.name)!] : []))
    .map((entry) => differenceOf(known.get(entry.name), entry));
  const missing = before.filter(({ name }) => !seen.has(name)).map(({ name }) => `${name}: was not asked any more`);
  if (found.length === 0 && missing.length === 0 && before.some(({ name }, i) => name !== now[i]?.name)) {
    return ['The requests are asked in another order.'];
  }
  const all = [...found, ...missing];
  const rest = all.slice(SHOWN_MAX).map((text) => text.split(':\n')[0]);
  return [...all.slice(0, SHOWN_MAX), ...(rest.length > 0 ? [`… and also:\n${rest.join('\n')}`] : [])];
}

function differenceOf(before: Entry | undefined, now: Entry): string {
  if (before === undefined) return `${now.name}: was not recorded`;
  const [old, fresh] = [before, now].map((entry) => render([entry]).split('\n')) as [string[], string[]];
  let start = 0;
  while (start < old.length && old[start] === fresh[start]) start++;
  let end = 0;
  while (end < Math.min(old.length, fresh.length) - start && old.at(-1 - end) === fresh.at(-1 - end)) end++;
  const part = (lines: string[], sign: string): string[] =>
    lines.slice(start, lines.length - end).map((text) => `${sign} ${text.slice(0, LINE_SHOWN_MAX)}`);
  return [`${now.name}:`, ...part(old, '-').slice(0, 20), ...part(fresh, '+').slice(0, 20)].join('\n');
}
