// Compiles to dist/ when the sources are newer than the last build.
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { compiler, installForBuild, root, run } from './install.mjs';

const SOURCES = ['src', 'migrations', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
const marker = join(root, 'dist', '.built-from');

/** Whether dist/ was not made from these sources. */
export function isBuildStale() {
  return !existsSync(marker) || readFileSync(marker, 'utf8') !== digestOfSources();
}

export function buildWhatIsStale() {
  if (!isBuildStale()) return;
  process.stdout.write('Building (after a change of the sources) …\n');
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  run(process.execPath, [compiler(), '-p', 'tsconfig.build.json']);
  copyCommonJs();
  // Making a database takes much memory and seconds: here, once, instead of at the first start.
  run(process.execPath, [join(root, 'dist', 'src', 'database', 'embedded-create.cjs'), '--archive']);
  writeFileSync(marker, digestOfSources());
}

/** Copies what is loaded by a thread or a process of its own, so that the compiler does not see it. */
export function copyCommonJs() {
  const folder = join('src', 'database');
  mkdirSync(join(root, 'dist', folder), { recursive: true });
  for (const name of readdirSync(join(root, folder)).filter((file) => file.endsWith('.cjs')))
    copyFileSync(join(root, folder, name), join(root, 'dist', folder, name));
}

function digestOfSources() {
  const hash = createHash('sha256');
  const add = (path) => {
    hash
      .update(path)
      .update('\0')
      .update(readFileSync(join(root, path)));
  };
  for (const source of SOURCES) {
    if (source.includes('.')) add(source);
    else for (const file of filesBelow(source)) add(file);
  }
  return hash.digest('hex');
}

function filesBelow(folder) {
  return readdirSync(join(root, folder), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(root.length + 1))
    .sort();
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  installForBuild();
  buildWhatIsStale();
}
