// `npm run test:behind -- nginx` (or haproxy): the tests of the API with two servers behind that load balancer in the place of one, on
// DATABASE_URL and REDIS_URL. What cannot be tested there is printed first, with the reasons (test/support/not-behind.json).
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, root } from './install.mjs';

const PROXIES = ['nginx', 'haproxy'];
const FOLDERS = ['test/api', 'test/ofrep', 'test/delivery'];

const [proxy = '', ...jestArguments] = process.argv.slice(2);
if (!PROXIES.includes(proxy)) fail(`Name the load balancer: npm run test:behind -- ${PROXIES.join(' | ')}`);
if (!process.env.DATABASE_URL || !process.env.REDIS_URL) {
  fail('Two servers need a PostgreSQL server and Redis: set DATABASE_URL and REDIS_URL.');
}

const { files, tests } = JSON.parse(readFileSync(join(root, 'test', 'support', 'not-behind.json'), 'utf8'));
const lines = [
  ...Object.entries(files).map(([file, reason]) => `  ${file}: ${reason}`),
  ...Object.entries(tests).flatMap(([file, names]) =>
    Object.entries(names).map(([name, reason]) => `  ${file}, "${name}": ${reason}`),
  ),
];
process.stdout.write(`Two servers behind ${proxy}. Left out:\n${lines.join('\n')}\n`);

const areFoldersNamed = jestArguments.some((argument) => argument.startsWith('test/'));
const { status } = spawnSync(
  process.execPath,
  [join(root, 'scripts', 'test.mjs'), ...(areFoldersNamed ? [] : FOLDERS), ...jestArguments],
  { cwd: root, stdio: 'inherit', env: { ...process.env, FLAGSTAFF_TEST_BEHIND: proxy } },
);
process.exit(status ?? 1);
