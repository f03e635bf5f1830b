/** Looks for texts wherever they may have been left, however they were written down. */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A place where something may have been left: a name for people, and all that stands there. */
export interface LeakSource {
  readonly name: string;
  readonly text: string;
}

/** The texts found in the places, each as `name: form in place`. */
export function findIn(places: readonly LeakSource[], texts: ReadonlyMap<string, string>): string[] {
  const forms = [...texts].flatMap(([name, text]) => formsOf(text).map(([form, written]) => ({ name, form, written })));
  return places.flatMap(({ name: place, text }) => {
    const found = forms.filter(({ written }) => text.includes(written));
    return found.map(({ name, form }) => `${name}: ${form} in ${place}`);
  });
}

/** The text itself, and its usual encodings wherever they may begin. */
function formsOf(text: string): (readonly [string, string])[] {
  const bytes = Buffer.from(text, 'utf8');
  const forms: (readonly [string, string])[] = [
    ['plain', text],
    ['URL-encoded', encodeURIComponent(text)],
    ['hex', bytes.toString('hex')],
    ['HEX', bytes.toString('hex').toUpperCase()],
    ...base64Forms(bytes),
  ];
  return forms.filter(([, form], i) => forms.findIndex(([, earlier]) => earlier === form) === i);
}

/** Digests of what can be found by trying, as the text that they are written as. */
export function guessesOf(texts: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const guesses = [...texts].flatMap(([name, text]) =>
    ['sha256', 'sha1', 'md5'].flatMap((hash) =>
      (['hex', 'base64', 'base64url'] as const).map(
        (form) => [`${hash} of ${name} as ${form}`, createHash(hash).update(text, 'utf8').digest(form)] as const,
      ),
    ),
  );
  return new Map(guesses);
}

/** The part of a longer text's base64 that does not depend on the text before and after, for each position modulo 3. */
function base64Forms(bytes: Buffer): (readonly [string, string])[] {
  return [0, 1, 2].flatMap((offset) => {
    const padded = Buffer.concat([Buffer.alloc(offset), bytes]);
    const from = Math.ceil((offset * 4) / 3);
    const whole = padded.toString('base64');
    const to = Math.floor((padded.length * 4) / 3);
    const core = whole.slice(from, to);
    const url = core.replaceAll('+', '-').replaceAll('/', '_');
    return [['base64', core] as const, ...(url === core ? [] : [['base64url', url] as const])];
  });
}

/** Every column of every table as text, bytes also as what they may be the text of. */
export async function databasePlaces(query: <T>(statement: string) => Promise<T>): Promise<LeakSource[]> {
  const columns = await query<{ schema: string; table: string; column: string; type: string }[]>(
    `SELECT c.table_schema AS schema, c.table_name AS table, c.column_name AS column, c.data_type AS type
     FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
     WHERE c.table_schema NOT IN ('pg_catalog', 'information_schema') AND t.table_type = 'BASE TABLE' ORDER BY 1, 2, 3`,
  );
  const places: LeakSource[] = [];
  for (const { schema, table, column, type } of columns) {
    const rows = await query<{ value: string }[]>(
      `SELECT "${column}"::text AS value FROM "${schema}"."${table}" WHERE "${column}" IS NOT NULL`,
    );
    const values = rows.map(({ value }) => (type === 'bytea' ? `${value}\n${fromBytea(value)}` : value));
    places.push({ name: `${table}.${column}`, text: values.join('\n') });
  }
  return places;
}

/** Every file below the directory, byte for byte. */
export function filePlaces(directory: string): LeakSource[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return { name: path.slice(directory.length + 1), text: readFileSync(path, 'latin1') };
    });
}

function fromBytea(text: string): string {
  return Buffer.from(text.slice(2), 'hex').toString('latin1');
}
