/** An application outside the repository, with what is published of packages/ as npm installs it from its tarballs. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../../src/package-root';
import { buildAll } from './builds';

export interface Application {
  readonly folder: string;
  /** Where the packages were built, by the names of their folders. */
  readonly built: string;
  /** Runs a program there and answers what it wrote; throws with all of it when it fails, or complains although it does not. */
  readonly run: (program: string, args: readonly string[], env?: Readonly<Record<string, string>>) => string;
  /** Writes a program and runs it by Node. */
  readonly runNode: (name: string, text: string) => string;
  readonly write: (name: string, text: string) => void;
}

interface Manifest {
  readonly name: string;
  readonly private?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}

const readManifest = (folder: string): Manifest => JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;

/** Folders of packages/ that are published. */
export const PUBLISHED = readdirSync(join(PACKAGE_ROOT, 'packages'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && readManifest(join(PACKAGE_ROOT, 'packages', entry.name)).private !== true)
  .map(({ name }) => name);

/** Builds the packages and packs them, with all that they ask for as it is installed here: nothing is fetched. */
export function createApplication(home: string): Application {
  const application = makeApplication(home);
  application.write('package.json', '{ "private": true }');
  installPacked(application, withDependencies(PUBLISHED.map((name) => join(application.built, name))));
  return application;
}

/** The same with the packages of other people that a folder's package-lock.json names, from the registry of packages. */
export function createApplicationWith(home: string, lockFolder: string): Application {
  const application = makeApplication(home);
  for (const name of ['package.json', 'package-lock.json']) application.write(name, readFileSync(join(lockFolder, name), 'utf8'));
  application.run('npm', ['ci', ...QUIETLY]);
  installPacked(
    application,
    PUBLISHED.map((name) => join(application.built, name)),
  );
  return application;
}

/** A copy of an example, with what its package.json asks for from the registry, and our packages from their tarballs. */
export function createApplicationOf(home: string, example: string): Application {
  const application = makeApplication(home);
  cpSync(example, application.folder, { recursive: true });
  const { dependencies = {} } = readManifest(example);
  const own = PUBLISHED.filter((name) => `@flagstaff/${name}` in dependencies);
  const files = packInto(
    application,
    own.map((name) => join(application.built, name)),
  );
  application.run('npm', ['install', ...QUIETLY, ...files]);
  return application;
}

const QUIETLY = ['--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error'];

function makeApplication(home: string): Application {
  const [built, folder] = [join(home, 'built'), join(home, 'application')];
  buildAll(built);
  mkdirSync(folder);
  const run: Application['run'] = (program, args, env = {}) => {
    const { status, stdout, stderr } = spawnSync(program, args, {
      cwd: folder,
      encoding: 'utf8',
      env: { ...process.env, ...env },
    });
    if (status !== 0 || stderr !== '') throw new Error(`${program} ${args.join(' ')}: ${stdout}${stderr}`);
    return stdout;
  };
  const write: Application['write'] = (name, text) => writeFileSync(join(folder, name), text);
  const runNode: Application['runNode'] = (name, text) => {
    write(name, text);
    return run(process.execPath, [name]);
  };
  return { folder, built, run, runNode, write };
}

function packInto({ folder, run }: Application, packages: readonly string[]): string[] {
  const packed = run('npm', ['pack', '--json', '--ignore-scripts', '--loglevel=error', ...packages]);
  return (JSON.parse(packed) as { filename: string }[]).map(({ filename }) => join(folder, filename));
}

function installPacked(application: Application, packages: readonly string[]): void {
  application.run('npm', ['install', '--offline', ...QUIETLY, ...packInto(application, packages)]);
}

/** The folders, and those of all that they depend on, which npm has put beside each other in node_modules. */
function withDependencies(folders: readonly string[]): string[] {
  const all = new Set(folders);
  const own = new Set(folders.map((folder) => readManifest(folder).name));
  for (const folder of all) {
    const { dependencies, peerDependencies } = readManifest(folder);
    for (const name of Object.keys({ ...dependencies, ...peerDependencies }))
      if (!own.has(name)) all.add(join(PACKAGE_ROOT, 'node_modules', name));
  }
  return [...all];
}
