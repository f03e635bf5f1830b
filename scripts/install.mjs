// Brings a fresh clone to the point where its dependencies are there. Plain Node, no dependencies.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

const OLDEST_NODE = [20, 19];

const startPackages = join(root, 'scripts', 'start');
const QUIETLY = ['--no-audit', '--no-fund', '--loglevel=error'];

/** Runs `npm ci` when what is installed is not what package-lock.json says. */
export function installWhatIsMissing() {
  refuseOldNode();
  if (isInstalled(root)) return;
  say();
  // The compiler and the tests are development dependencies, and NODE_ENV=production would leave them out.
  run('npm', ['ci', '--include=dev', ...QUIETLY]);
}

/**
 * Installs what the server runs on, without development dependencies: a third of everything. Where some of those are installed they
 * are kept up to date, for `npm ci` without them would remove them.
 */
export function installForProduction() {
  refuseOldNode();
  if (isInstalled(root, ({ dev }) => !dev)) return;
  if (hasDevelopmentDependencies()) {
    installWhatIsMissing();
    return;
  }
  say();
  run('npm', ['ci', '--omit=dev', '--workspaces=false', ...QUIETLY]);
}

/** Installs the compiler and GraphiQL, apart from the other development dependencies, where those are not installed. */
export function installForBuild() {
  installForProduction();
  if (hasDevelopmentDependencies() || isInstalled(startPackages)) return;
  run('npm', ['ci', '--include=dev', ...QUIETLY], {}, startPackages);
}

/** Returns the path of the compiler's program. */
export function compiler() {
  const folder = [root, startPackages].find((place) => existsSync(join(place, 'node_modules', 'typescript')));
  return join(folder ?? root, 'node_modules', 'typescript', 'bin', 'tsc');
}

function say() {
  process.stdout.write('Installing dependencies (once) …\n');
}

function refuseOldNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major < OLDEST_NODE[0] || (major === OLDEST_NODE[0] && minor < OLDEST_NODE[1])) {
    fail(`Node ${OLDEST_NODE.join('.')} or newer is needed; this is ${process.versions.node}.`);
  }
}

/** npm writes down at the end of an installation what it has installed, so one that was interrupted is not taken for whole. */
function installedPackages(folder) {
  const notes = join(folder, 'node_modules', '.package-lock.json');
  return existsSync(notes) ? JSON.parse(readFileSync(notes, 'utf8')).packages : null;
}

function isInstalled(folder, isNeeded = () => true) {
  const installed = installedPackages(folder);
  if (installed === null) return false;
  const { packages: wanted } = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8'));
  return Object.entries(wanted).every(([path, wish]) => {
    // Those of packages/ are links to what is here. Optional packages are binaries, most of them for other platforms.
    if (isOwn(path, wish) || !isNeeded(wish) || (wish.optional && !installed[path])) return true;
    return installed[path]?.version === wish.version && installed[path]?.integrity === wish.integrity;
  });
}

/** Whether an entry of package-lock.json is this project or one of packages/, which are not installed from anywhere. */
function isOwn(path, { link = false }) {
  return path === '' || link || path.startsWith('packages/');
}

function hasDevelopmentDependencies() {
  return Object.values(installedPackages(root) ?? {}).some(({ dev }) => dev);
}

/** Runs a command, in the project's root by default; ends this program when it fails. */
export function run(command, args, env = {}, cwd = root) {
  const result = spawnSync(command, args, {
    cwd,
    stdio: 'inherit',
    env: { ...process.env, ...env },
    shell: process.platform === 'win32',
  });
  if (result.error) fail(`${command} could not be run: ${result.error.message}`);
  if (result.status !== 0) process.exit(result.status ?? 1);
}

export function fail(sentence) {
  process.stderr.write(`${sentence}\n`);
  process.exit(1);
}
