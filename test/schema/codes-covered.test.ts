/** Every code that a user error can have is produced by a test of the API. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { USER_ERROR_CODES } from '../../src/errors';

const directory = join(__dirname, '..', 'api');
const tests = readdirSync(directory)
  .filter((file) => file.endsWith('.test.ts'))
  .map((file) => readFileSync(join(directory, file), 'utf8'))
  .join('\n');

it.each(USER_ERROR_CODES)('has a test of the API that expects %s', (code) => {
  expect(tests).toMatch(new RegExp(`['"]${code}['"]`));
});
