// `node scripts/other-node.mjs VERSION`: installs the newest Node of that version, such as 26 or 20.19, from the registry's packages
// of its binaries, and prints the directory of its program: PATH="$(node scripts/other-node.mjs 26):$PATH" npm test
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fail, root } from './install.mjs';

const [version = ''] = process.argv.slice(2);
if (!/^\d+(\.\d+){0,2}$/.test(version)) fail('Usage: node scripts/other-node.mjs VERSION');

const name = `node-${process.platform}-${process.arch}`;
const folder = join(root, 'node_modules', '.cache', 'flagstaff-node', version);
const { status } = spawnSync(
  'npm',
  ['install', '--prefix', folder, '--no-audit', '--no-fund', '--loglevel=error', `${name}@${version}`],
  // The output of npm is not the answer.
  { stdio: ['ignore', 2, 2] },
);
if (status !== 0) fail(`Node ${version} could not be installed.`);
process.stdout.write(`${join(folder, 'node_modules', name, 'bin')}\n`);
