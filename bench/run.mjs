// Runs one benchmark: `npm run bench -- <name>` loads bench/<name>.ts. The packages compared with are installed on first use.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

const here = dirname(fileURLToPath(import.meta.url));
const require = createRequire(import.meta.url);
const names = readdirSync(here)
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.d.ts'))
  .map((file) => file.slice(0, -3));
const name = process.argv[2];

if (name === undefined || !names.includes(name)) {
  console.error(`${name === undefined ? 'Name a benchmark' : `There is no benchmark "${name}"`}: ${names.join(', ')}.`);
  process.exit(1);
}
if (!existsSync(join(here, 'node_modules'))) {
  // Packages here do not need their install scripts, and none may download anything.
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--prefix', here], { stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) {
    console.error('The packages of bench/package-lock.json could not be installed.');
    process.exit(1);
  }
}

// Memory is measured after collections.
setFlagsFromString('--expose-gc');
globalThis.gc ??= runInNewContext('gc');
const { transformSync } = require('@swc/core');
Module._extensions['.ts'] = (module, filename) => {
  const { code } = transformSync(readFileSync(filename, 'utf8'), {
    filename,
    jsc: { parser: { syntax: 'typescript', decorators: true }, target: 'es2022', transform: { legacyDecorator: true } },
    module: { type: 'commonjs' },
    sourceMaps: 'inline',
  });
  module._compile(code, filename);
};
await require(join(here, `${name}.ts`)).run(process.argv.slice(3));
// Some packages keep timers or sockets open after their close.
process.exit(0);
