// Checks that no files of src and packages import each other in a circle, by types either (ESLint's import-x/no-cycle skips imports of
// types), and that no folders do, by values: resolvers and their context name the types of folders above them.
// Generated code is left out: it names the types of rows, and every resolver names the types that are generated.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { root } from './install.mjs';

/** Folders whose files each stand for themselves: they put the folders below together, or are the ground under them. */
const HALLS = ['src', 'src/modules'];

const files = ['src', 'packages']
  .flatMap((folder) => readdirSync(join(root, folder), { withFileTypes: true, recursive: true }))
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
  .filter((path) => !path.includes('node_modules') && !path.includes('/dist/'))
  .filter((path) => path.endsWith('.ts') && !path.includes('generated'));

/** The files that a file imports by a relative path, and whether it imports more than types. */
function importsOf(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  return source.statements
    .filter(({ moduleSpecifier }) => moduleSpecifier?.text.startsWith('.'))
    .flatMap((statement) =>
      ['.ts', '/index.ts'].map((end) => ({
        path: join(dirname(file), statement.moduleSpecifier.text) + end,
        isOfValues: hasValues(statement),
      })),
    )
    .filter(({ path }) => existsSync(path) && !path.includes('generated'));
}

function hasValues({ isTypeOnly, importClause }) {
  if (isTypeOnly || importClause?.isTypeOnly) return false;
  const names = importClause?.namedBindings?.elements;
  return importClause === undefined || importClause.name !== undefined || !names || names.some((name) => !name.isTypeOnly);
}

function roomOf(file) {
  const folder = relative(root, dirname(file));
  return HALLS.includes(folder) ? relative(root, file) : folder;
}

/** The steps that lead from one back to itself, the shortest way; null when there is none. */
function circleOf(start, next) {
  const before = new Map([[start, null]]);
  // Iteration over a map also visits what is added during it: breadth first.
  for (const [step] of before) {
    for (const other of next.get(step) ?? []) {
      if (other === start) return pathTo(step, before);
      if (!before.has(other)) before.set(other, step);
    }
  }
  return null;
}

function pathTo(end, before) {
  const path = [];
  for (let step = end; step !== null; step = before.get(step)) path.unshift(step);
  return path;
}

/** Each circle once. */
function circlesOf(next) {
  const circles = [...next.keys()].map((start) => circleOf(start, next)).filter((circle) => circle !== null);
  return [...new Map(circles.map((circle) => [[...circle].sort().join(), circle])).values()];
}

const betweenFiles = new Map();
const betweenRooms = new Map();
for (const file of files) {
  const imports = importsOf(file);
  betweenFiles.set(
    relative(root, file),
    imports.map(({ path }) => relative(root, path)),
  );
  const rooms = imports.filter(({ isOfValues }) => isOfValues).map(({ path }) => roomOf(path));
  const room = roomOf(file);
  betweenRooms.set(room, [...(betweenRooms.get(room) ?? []), ...rooms.filter((other) => other !== room)]);
}
const circles = [...circlesOf(betweenFiles), ...circlesOf(betweenRooms)];
for (const circle of circles) process.stderr.write(`${circle.join(' -> ')} -> ${circle[0]} is a circle of imports.\n`);
process.exit(circles.length === 0 ? 0 : 1);
