// Compares schema/ with an earlier version of it. A breaking change fails, unless its line stands in an ADR.
// `node scripts/schema-diff.mjs [commit]`; without a commit: where this branch left origin/main, or else the commit before.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSchema, findBreakingChanges, findDangerousChanges } from 'graphql';
import { fail, root } from './install.mjs';

const base = process.argv[2] ?? previousCommit();
const earlier = base === null ? null : schemaAt(base);
if (earlier === null) {
  process.stdout.write('There is no earlier schema to compare with.\n');
  process.exit(0);
}

const present = buildSchema(
  sdlFiles(readdirSync(join(root, 'schema')))
    .map((file) => readFileSync(join(root, 'schema', file), 'utf8'))
    .join('\n'),
);
const decisions = readdirSync(join(root, 'docs', 'adr'))
  .map((file) => readFileSync(join(root, 'docs', 'adr', file), 'utf8'))
  .join('\n');

for (const { description } of findDangerousChanges(earlier, present)) process.stdout.write(`dangerous: ${description}\n`);
const breaking = findBreakingChanges(earlier, present);
for (const { description } of breaking) {
  process.stdout.write(`breaking${decisions.includes(description) ? ', decided' : ''}: ${description}\n`);
}
const undecided = breaking.filter(({ description }) => !decisions.includes(description));
if (undecided.length > 0) {
  fail(`${undecided.length} breaking changes since ${base}: undo them, or write the lines above into a new file in docs/adr.`);
}
process.stdout.write(`The schema is compatible with the clients of ${base}.\n`);

function previousCommit() {
  const left = git('merge-base', 'HEAD', 'origin/main');
  if (left !== null && left !== git('rev-parse', 'HEAD')) return left.slice(0, 12);
  return git('rev-parse', '--short=12', 'HEAD~1');
}

function schemaAt(commit) {
  const files = sdlFiles(git('ls-tree', '--name-only', `${commit}:schema`)?.split('\n') ?? []);
  if (files.length === 0) return null;
  return buildSchema(files.map((file) => git('show', `${commit}:schema/${file}`)).join('\n'));
}

function sdlFiles(names) {
  return names.filter((name) => name.endsWith('.graphql')).sort();
}

/** The output of the command; null when it fails, as in a clone without history. */
function git(...args) {
  const { status, stdout } = spawnSync('git', args, { cwd: root, encoding: 'utf8' });
  return status === 0 ? stdout.trim() : null;
}
