// npm run conformance:openfeature -- FOLDER: the scenarios of OpenFeature's specification against the provider for servers.
// FOLDER is a checkout of github.com/open-feature/spec, whose files are not ours and not in this repository.
import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { root } from './install.mjs';

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write('Name the folder of a checkout of github.com/open-feature/spec.\n');
  process.exit(1);
}
const test = join('test', 'packages', 'openfeature-server', 'conformance');
const { status } = spawnSync(process.execPath, [join(root, 'scripts', 'test.mjs'), '--verbose', test], {
  stdio: 'inherit',
  env: { ...process.env, OPENFEATURE_SPEC: resolve(folder) },
});
process.exit(status ?? 1);
