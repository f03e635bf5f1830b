import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The directory of package.json, from source and from the build, which is one level deeper. */
export const PACKAGE_ROOT = findRoot(__dirname);

function findRoot(directory: string): string {
  if (existsSync(join(directory, 'package.json'))) return directory;
  const parent = dirname(directory);
  if (parent === directory) throw new Error('package.json was not found above the program.');
  return findRoot(parent);
}
