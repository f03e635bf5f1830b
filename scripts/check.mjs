// Everything that CI checks; goes on after a failure, so that all of them are seen at once.
// `--without-tests`: only what reads the sources, for CI runs the tests by itself, twice.
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installWhatIsMissing, root } from './install.mjs';

installWhatIsMissing();
const bin = (name, path) => join(root, 'node_modules', name, path);
const tsc = bin('typescript', 'bin/tsc');

// Two at a time: lint, which takes as long as all the others, and the others one after the other.
const lanes = [
  [['lint', [bin('eslint', 'bin/eslint.js'), '--max-warnings', '0', '.']]],
  [
    ['format', [bin('prettier', 'bin/prettier.cjs'), '--check', '--log-level', 'warn', '.']],
    ['types', [tsc, '-p', '.']],
    ['types of the evaluation core, alone', [tsc, '-p', 'src/evaluation']],
    ['types of the packages, as they are built', [tsc, '-p', 'packages']],
    ['generated code matches the schema', [bin('@graphql-codegen/cli', 'esm/bin.js'), '--config', 'codegen.ts', '--check']],
    ['schema is compatible with existing clients', [join(root, 'scripts', 'schema-diff.mjs')]],
    ['folders of src', [join(root, 'scripts', 'check-house.mjs')]],
    ['names that are exported', [join(root, 'scripts', 'check-names.mjs')]],
    ['circles of imports', [join(root, 'scripts', 'check-imports.mjs')]],
    ['words of the glossary', [join(root, 'scripts', 'check-words.mjs')]],
    ['commit messages', [join(root, 'scripts', 'check-commits.mjs')]],
  ],
];

const failed = [];
function report(name, status, started) {
  process.stdout.write(`${status === 0 ? 'ok' : 'FAILED'}, ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  if (status !== 0) failed.push(name);
}

/** Shows what the check says when it has ended, so that two do not speak at once. */
function check(name, command) {
  const started = performance.now();
  return new Promise((resolve) => {
    const child = spawn(process.execPath, command, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    const output = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => output.push(data));
    child.on('close', (status) => {
      process.stdout.write(`\n== ${name}\n${Buffer.concat(output)}`);
      report(name, status, started);
      resolve();
    });
  });
}

await Promise.all(
  lanes.map(async (lane) => {
    for (const [name, command] of lane) await check(name, command);
  }),
);
// That entities and migrations agree is a test, too: test/migrations.
if (!process.argv.includes('--without-tests')) {
  process.stdout.write('\n== tests\n');
  const started = performance.now();
  report(
    'tests',
    spawnSync(process.execPath, [join(root, 'scripts', 'test.mjs')], { cwd: root, stdio: 'inherit' }).status,
    started,
  );
}
process.stdout.write(failed.length === 0 ? '\nEverything holds.\n' : `\nFailed: ${failed.join('; ')}.\n`);
process.exit(failed.length === 0 ? 0 : 1);
