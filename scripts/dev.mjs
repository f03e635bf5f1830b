// `npm run dev`: compiles while you write, and restarts the server after each compilation without errors. The server
// migrates when it starts. A change of schema/ runs codegen first.
import { spawn } from 'node:child_process';
import { rmSync, watch } from 'node:fs';
import { join } from 'node:path';
import { copyCommonJs } from './build.mjs';
import { installWhatIsMissing, root } from './install.mjs';

/** Editors write a file in several steps. */
const SETTLE_MS = 100;

installWhatIsMissing();
// The compiler's output from now on is not what `npm start` built.
rmSync(join(root, 'dist', '.built-from'), { force: true });
rmSync(join(root, 'dist', 'src', 'database', 'embedded-create.gz'), { force: true });

const say = (text) => process.stdout.write(`[dev] ${text}\n`);
const isTerminal = process.stdout.isTTY === true;

let server = null;
let isStopping = false;
/** Restarts follow each other; the newest request is served last. */
let work = Promise.resolve();

const compiler = spawn(
  process.execPath,
  [
    join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
    ...['-p', 'tsconfig.build.json', '--noCheck', 'false', '--types', 'node'],
    ...['--watch', '--preserveWatchOutput', '--pretty', String(isTerminal)],
  ],
  { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] },
);
compiler.stdout.setEncoding('utf8').on('data', (text) => {
  process.stdout.write(text);
  const found = /Found (\d+) errors?/.exec(text);
  if (found?.[1] === '0') inOrder(restart);
  else if (found) say('The server keeps running as it was before these errors.');
});
compiler.on('exit', (code) => {
  if (!isStopping) stop(code ?? 1);
});

onChange('schema', () => inOrder(generate));
onChange(join('src', 'database'), (file) => {
  if (file?.endsWith('.cjs')) inOrder(restart);
});
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => stop(0));

function onChange(folder, react) {
  let timer;
  watch(join(root, folder), (_event, file) => {
    clearTimeout(timer);
    timer = setTimeout(() => react(file), SETTLE_MS);
  });
}

function inOrder(task) {
  work = work.then(() => (isStopping ? undefined : task())).catch((error) => say(error.message));
}

async function restart() {
  await stopServer();
  copyCommonJs();
  server = spawn(process.execPath, ['--enable-source-maps', join(root, 'dist', 'src', 'main.js')], {
    cwd: root,
    stdio: 'inherit',
  });
  const started = server;
  started.on('exit', (code) => {
    if (server !== started) return;
    server = null;
    if (!isStopping) say(`The server exited with code ${code}; it restarts after the next change.`);
  });
}

/** Writes the resolvers' types; the compiler sees them change. Restarts, for the server reads schema/ when it starts. */
async function generate() {
  say('schema/ changed: codegen');
  const codegen = join(root, 'node_modules', '@graphql-codegen', 'cli', 'esm', 'bin.js');
  const code = await ended(spawn(process.execPath, [codegen, '--config', 'codegen.ts'], { cwd: root, stdio: 'inherit' }));
  if (code === 0) await restart();
}

async function stopServer() {
  if (server === null) return;
  const stopping = server;
  server = null;
  const end = ended(stopping);
  stopping.kill('SIGTERM');
  await end;
}

function ended(child) {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve(child.exitCode);
    else child.once('exit', resolve);
  });
}

async function stop(code) {
  if (isStopping) return;
  isStopping = true;
  compiler.kill('SIGTERM');
  await work;
  await stopServer();
  process.exit(code);
}
