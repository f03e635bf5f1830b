// Everything that CI checks, in CI's order; goes on after a failure, so that all of them are seen at once.
// `--without-tests`: only what reads the sources, for CI runs the tests by itself, twice.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installWhatIsMissing, root } from './install.mjs';

installWhatIsMissing();
const bin = (name, path) => join(root, 'node_modules', name, path);
const tsc = bin('typescript', 'bin/tsc');

const checks = [
  ['format', [bin('prettier', 'bin/prettier.cjs'), '--check', '--log-level', 'warn', '.']],
  ['lint', [bin('eslint', 'bin/eslint.js'), '--max-warnings', '0', '.']],
  ['types', [tsc, '-p', '.']],
  ['types of the evaluation core, alone', [tsc, '-p', 'src/evaluation']],
  ['generated code is what the schema says', [bin('@graphql-codegen/cli', 'esm/bin.js'), '--config', 'codegen.ts', '--check']],
  ['schema breaks no client', [join(root, 'scripts', 'schema-diff.mjs')]],
];
// That entities and migrations agree is a test, too: test/migrations.
if (!process.argv.includes('--without-tests')) checks.push(['tests', [join(root, 'scripts', 'test.mjs')]]);

const failed = [];
for (const [name, command] of checks) {
  const started = performance.now();
  process.stdout.write(`\n== ${name}\n`);
  const { status } = spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' });
  process.stdout.write(`${status === 0 ? 'ok' : 'FAILED'}, ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  if (status !== 0) failed.push(name);
}
process.stdout.write(failed.length === 0 ? '\nEverything holds.\n' : `\nFailed: ${failed.join('; ')}.\n`);
process.exit(failed.length === 0 ? 0 : 1);
