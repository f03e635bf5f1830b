// Checks that no files of src and packages import each other in a circle, by types either: ESLint's import-x/no-cycle skips imports of types.
// Generated code is left out: it names the types of rows, and every resolver names the types that are generated.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { root } from './install.mjs';

const files = ['src', 'packages']
  .flatMap((folder) => readdirSync(join(root, folder), { withFileTypes: true, recursive: true }))
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  .filter((path) => !path.includes('node_modules') && !path.includes('/dist/'))
  .filter((path) => path.endsWith('.ts') && !path.includes('generated'));

/** The files that a file imports by a relative path. */
function importsOf(file) {
  return ts
    .preProcessFile(readFileSync(file, 'utf8'))
    .importedFiles.filter(({ fileName }) => fileName.startsWith('.'))
    .flatMap(({ fileName }) => ['.ts', '/index.ts'].map((end) => join(dirname(file), fileName) + end))
    .filter((path) => existsSync(path) && !path.includes('generated'));
}

const imports = new Map(files.map((file) => [file, importsOf(file)]));

/** The imports that lead from a file back to itself, the shortest way; null when there is none. */
function circleOf(file) {
  const before = new Map([[file, null]]);
  // Iteration over a map also visits what is added during it: breadth first.
  for (const [step] of before) {
    for (const next of imports.get(step) ?? []) {
      if (next === file) return pathTo(step, before);
      if (!before.has(next)) before.set(next, step);
    }
  }
  return null;
}

function pathTo(file, before) {
  const path = [];
  for (let step = file; step !== null; step = before.get(step)) path.unshift(relative(root, step));
  return path;
}

const circles = new Map(
  files
    .map(circleOf)
    .filter((circle) => circle !== null)
    .map((circle) => [[...circle].sort().join(), circle]),
);
for (const circle of circles.values()) process.stderr.write(`${circle.join(' -> ')} -> ${circle[0]} is a circle of imports.\n`);
process.exit(circles.size === 0 ? 0 : 1);
