/** The schema as text, from the SDL alone. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, lexicographicSortSchema, printSchema } from 'graphql';

export function readSchema(directory: string): string {
  const files = readdirSync(directory)
    .filter((file) => file.endsWith('.graphql'))
    .sort();
  const sdl = files.map((file) => readFileSync(join(directory, file), 'utf8')).join('\n');
  return `${printSchema(lexicographicSortSchema(buildSchema(sdl)))}\n`;
}
