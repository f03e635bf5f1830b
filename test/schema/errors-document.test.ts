import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, isEnumType } from 'graphql';
import { REQUEST_ERROR_CODES, USER_ERROR_CODES } from '../../src/errors';
import { PACKAGE_ROOT } from '../../src/package-root';

const document = readFileSync(join(PACKAGE_ROOT, 'docs', 'ERRORS.md'), 'utf8');

/** The codes of the table under a heading, in its order. */
function codesUnder(heading: string): string[] {
  const section = document.split(/^## /m).find((part) => part.startsWith(heading)) ?? '';
  return [...section.matchAll(/^\| `([A-Z_]+)` \|/gm)].map((match) => match[1]!);
}

function codesOfSchema(): string[] {
  const directory = join(PACKAGE_ROOT, 'schema');
  const files = readdirSync(directory).filter((file) => file.endsWith('.graphql'));
  const schema = buildSchema(files.map((file) => readFileSync(join(directory, file), 'utf8')).join('\n'));
  const type = schema.getType('UserErrorCode');
  return isEnumType(type) ? type.getValues().map(({ name }) => name) : [];
}

it('describes each user error code of src/errors.ts once, in its order', () => {
  expect(codesUnder('User errors')).toEqual([...USER_ERROR_CODES]);
});

it('describes each request error code of src/errors.ts once, in its order', () => {
  expect(codesUnder('Request errors')).toEqual([...REQUEST_ERROR_CODES]);
});

it('has the same user error codes in the schema, in the same order', () => {
  expect(codesOfSchema()).toEqual([...USER_ERROR_CODES]);
});
