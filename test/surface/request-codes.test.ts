/** Every code that a request can be refused by is produced by a test, over some transport. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { REQUEST_ERROR_CODES } from '../../src/errors';

const root = join(__dirname, '..');
const tests = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => /^(?:access|api|attack|clients|delivery|faults|ofrep|oidc|surface)\/.*\.test\.ts$/.test(file))
  .filter((file) => !file.endsWith('request-codes.test.ts'))
  .map((file) => readFileSync(join(root, file), 'utf8'))
  .join('\n');

it.each(REQUEST_ERROR_CODES)('has a test of the whole server that expects %s', (code) => {
  expect(tests).toMatch(new RegExp(`['"]${code}['"]`));
});
