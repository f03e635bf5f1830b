// `npm run COMMAND` for operators: runs the built program. Beside running servers it installs and builds nothing.
import { existsSync } from 'node:fs';

const at = (path) => new URL(path, import.meta.url);
const program = at('../dist/src/commands/operate.js');
const say = (sentence) => process.stderr.write(`${sentence}\n`);

if (!existsSync(program)) {
  say('There is no build yet: run npm ci && npm run build, or npm start.');
  process.exit(1);
}
// The image has no sources; elsewhere they may have been changed since.
if (existsSync(at('../src'))) {
  const { isBuildStale } = await import('./build.mjs');
  if (isBuildStale())
    say('This runs the last build, which was made from other sources than are here; npm run build makes a new one.');
}
await import(program.href);
