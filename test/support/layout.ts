/** Directories that look like a clone or an image after an installation, laid out of what is installed here: nothing is fetched. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/package-root';

const homes: string[] = [];

/** A directory of its own, with no packages above it. */
export function makeHome(): string {
  const home = mkdtempSync(join(tmpdir(), 'flagstaff-layout-'));
  homes.push(home);
  return home;
}

export function removeHomes(): void {
  for (const home of homes.splice(0)) rmSync(home, { recursive: true, force: true });
}

/** Gives `to` the files of `from`; as links where the file system can, for they are many. Nobody may write into them. */
export function lend(from: string, to: string): void {
  mkdirSync(dirname(to), { recursive: true });
  if (spawnSync('cp', ['-al', from, to], { stdio: 'ignore' }).status !== 0) cpSync(from, to, { recursive: true });
}

interface Lock {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean; readonly link?: boolean }>>;
}

/** Installs what `npm ci --omit=dev --workspaces=false` does: the packages, and npm's note of what they are. */
export function installProduction(directory: string): void {
  const { packages } = readLock(join(PACKAGE_ROOT, 'package-lock.json'));
  const wanted = Object.entries(packages).filter(
    ([path, { dev = false, link = false }]) =>
      path.startsWith('node_modules/') && !dev && !link && existsSync(join(PACKAGE_ROOT, path)),
  );
  for (const [path] of wanted) {
    const isInPackage = path.lastIndexOf('node_modules/') > 0;
    if (!isInPackage) lend(join(PACKAGE_ROOT, path), join(directory, path));
  }
  writeNotes(directory, { packages: Object.fromEntries(wanted) });
}

/** Installs what `npm ci` does in scripts/start of the directory, without the packages that nobody loads. */
export function installForStart(directory: string): void {
  const folder = join(directory, 'scripts', 'start');
  const { dependencies } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  for (const name of Object.keys(dependencies))
    lend(join(PACKAGE_ROOT, 'node_modules', name), join(folder, 'node_modules', name));
  writeNotes(folder, readLock(join(folder, 'package-lock.json')));
}

function writeNotes(directory: string, lock: Lock): void {
  writeFileSync(join(directory, 'node_modules', '.package-lock.json'), JSON.stringify(lock));
}

export function readLock(path: string): Lock {
  return JSON.parse(readFileSync(path, 'utf8')) as Lock;
}

/** A PATH on which there is Node and nothing else, so that no npm can be run. */
export function pathWithoutNpm(home: string): string {
  const bin = join(home, 'bin');
  mkdirSync(bin);
  symlinkSync(process.execPath, join(bin, 'node'));
  return bin;
}

/** The arguments of Node that `npm run NAME` has there. */
export function scriptOf(directory: string, name: string): string[] {
  const { scripts } = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const [program, ...words] = (scripts[name] ?? '').split(' ');
  if (program !== 'node') throw new Error(`npm run ${name} is not Node: ${program}`);
  return words;
}
