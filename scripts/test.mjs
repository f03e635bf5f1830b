// `npm test` in a fresh clone: installs what is missing, then runs Jest with the arguments given.
// On the embedded database and the in-memory change notifier; on DATABASE_URL and REDIS_URL where they are set.
// `--again`: without what test/support/run-once.json names, for CI's second run.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installWhatIsMissing, root } from './install.mjs';

installWhatIsMissing();
const AGAIN = '--again';
const jestArguments = process.argv.slice(2).filter((argument) => argument !== AGAIN);
const { DATABASE_URL, REDIS_URL } = process.env;
process.stdout.write(
  `Tests run on ${DATABASE_URL ? `PostgreSQL at ${hostOf(DATABASE_URL)}` : 'the embedded PostgreSQL'}` +
    ` and ${REDIS_URL ? `Redis at ${hostOf(REDIS_URL)}` : 'the in-memory change notifier'}.\n`,
);
// The tests that break things start servers of their own and take long, and those of consumers fetch what applications are built
// with: they run only when they are asked for.
const asksFor = (folder) => jestArguments.some((argument) => argument.includes(folder));
const { status, error } = spawnSync(process.execPath, [join(root, 'node_modules', 'jest', 'bin', 'jest.js'), ...jestArguments], {
  cwd: root,
  stdio: 'inherit',
  env: {
    ...process.env,
    ...(asksFor('test/faults') ? { FLAGSTAFF_TEST_FAULTS: '1' } : {}),
    ...(asksFor('test/packages/consumers') ? { FLAGSTAFF_TEST_CONSUMERS: '1' } : {}),
    ...(process.argv.includes(AGAIN) ? { FLAGSTAFF_TEST_AGAIN: '1' } : {}),
  },
});
if (error) process.stderr.write(`${error.message}\n`);
process.exit(status ?? 1);

/** Without the credentials, which do not belong into a log. */
function hostOf(url) {
  return URL.canParse(url) ? new URL(url).host : 'a URL that cannot be read';
}
