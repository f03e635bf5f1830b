/** What is logged leaves together with other lines, and leaves all the same when the process ends at once. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

/** Standard output, by lines, of a process that runs the code with a `log` and a `logRequest`. */
async function linesOf(code: string): Promise<readonly { readonly msg: string }[]> {
  const prelude = `const { createLog, createRequestLog } = require('./src/log');
    const log = createLog('info');
    const logRequest = (path) => createRequestLog(log)({
      requestId: 'r', clientRequestId: null, method: 'GET', path, status: 200, durationMs: 1, address: 'a' });`;
  const flags = ['-r', join(ROOT, 'test/support/run-typescript.cjs'), '-e', prelude + code];
  const child = execFile(process.execPath, flags, { cwd: ROOT });
  let output = '';
  child.stdout!.on('data', (chunk: string) => (output += chunk));
  await once(child, 'close');
  return output
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { msg: string });
}

const MANY = `for (let i = 0; i < 500; i++) { log.info('line ' + i); logRequest('/' + i); }`;
const ALL_LINES = Array.from({ length: 500 }, (_, i) => [{ msg: `line ${i}` }, { msg: 'request', path: `/${i}` }]).flat();

it.each([
  ['has nothing left to do', ''],
  ['exits', 'process.exit(0);'],
  ['throws', `throw new Error('for the test');`],
])('writes every line in its order when the process then %s', async (_what, end) => {
  expect(await linesOf(MANY + end)).toMatchObject(ALL_LINES);
});

it('writes what came before a fatal line before the process is killed', async () => {
  const lines = await linesOf(`log.info('before'); log.fatal('the end'); process.kill(process.pid, 'SIGKILL');`);

  expect(lines).toMatchObject([{ msg: 'before' }, { msg: 'the end' }]);
});

it('writes a line within the tenth of a second that lines wait for company', async () => {
  const lines = await linesOf(`log.info('alone'); setTimeout(() => process.kill(process.pid, 'SIGKILL'), 2_000);`);

  expect(lines).toMatchObject([{ msg: 'alone' }]);
});
