/** Log lines leave together with others, and leave all the same when the process ends at once. */
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { eventually } from '../support/make';
import { hasRedisServer, startOwnRedis } from '../support/own-redis';
import { cleanUpProcesses, makePlace, runProgram } from '../support/processes';

jest.setTimeout(120_000);

afterEach(cleanUpProcesses);

const ROOT = join(__dirname, '..', '..');

/** For a process that runs the code with a `log` and a `logRequest`. */
function flagsFor(code: string): string[] {
  const prelude = `const { createLog } = require('./src/log');
    const { createRequestLog } = require('./src/http/request-log');
    const log = createLog('info');
    const logRequest = (path) => createRequestLog(log, 'all')({
      requestId: 'r', clientRequestId: null, method: 'GET', path, status: 200, durationMs: 1, address: 'a',
      actor: null, outcome: null, errorCode: null, traceId: null });`;
  return ['-r', join(ROOT, 'test/support/run-typescript.cjs'), '-e', prelude + code];
}

/** Its standard output, by lines. */
async function linesOf(code: string): Promise<readonly { readonly msg: string }[]> {
  const child = execFile(process.execPath, flagsFor(code), { cwd: ROOT });
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
  const lines = await linesOf(`log.info('alone'); setTimeout(() => process.kill(process.pid, 'SIGKILL'), 250);`);

  expect(lines).toMatchObject([{ msg: 'alone' }]);
});

/** Runs the code with a pipe as standard output whose reader has gone, or with the file; answers how it ended. */
async function endOf(code: string, output: 'pipe without a reader' | '/dev/full'): Promise<string> {
  const shell = output === '/dev/full' ? '"$@" > /dev/full' : '{ "$@"; echo "$?" >&3; } | true';
  const whole = output === '/dev/full' ? `${shell}; echo "$?" >&3` : shell;
  const args = ['-c', whole, 'sh', process.execPath, ...flagsFor(code)];
  const child = spawn('sh', args, { cwd: ROOT, detached: true, stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
  let status = '';
  child.stdio[3]!.on('data', (chunk: Buffer) => (status += chunk.toString()));
  const cutOff = setTimeout(() => process.kill(-child.pid!, 'SIGKILL'), 30_000);
  await once(child, 'close');
  clearTimeout(cutOff);
  return status.trim();
}

const LATER = (code: string): string => `setTimeout(() => { ${code} }, 500);`;

it.each([
  ['is flushed and exits', `log.info('closed'); log.flush(() => process.exit(0));`, '0'],
  ['exits at once', `log.info('closed'); process.exit(3);`, '3'],
])('ends when nobody reads its log any more and it %s', async (_what, code, status) => {
  expect(await endOf(LATER(code), 'pipe without a reader')).toBe(status);
});

it('ends when the disk is full', async () => {
  expect(await endOf(`log.info('closed'); process.exit(3);`, '/dev/full')).toBe('3');
});

describe('for people', () => {
  const CODE = `const { createLog, openOutput } = require('./src/log');
    const { createRequestLog } = require('./src/http/request-log');
    openOutput(null).then((output) => {
      const log = createLog('info', output);
      createRequestLog(log, 'all')({
        requestId: 'r', clientRequestId: null, method: 'GET', path: '/\\u001b[2J\\u009b\\\\u001b\\r', status: 200, durationMs: 1,
        address: 'a', actor: null, outcome: null, errorCode: null, traceId: null });
      log.error({ err: new Error('a\\u001b[31m fault') }, 'request failed\\r\\u001b[1A');
    });`;
  const ARGS = ['-r', join(ROOT, 'test/support/run-typescript.cjs'), '-e', CODE];

  /** The text that the program writes to a terminal. */
  async function shownInTerminal(env: Record<string, string>): Promise<string> {
    const command = [process.execPath, ...ARGS].map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
    const child = execFile('script', ['--quiet', '--return', '--command', command, '/dev/null'], {
      cwd: ROOT,
      env: { PATH: process.env.PATH, TERM: 'xterm', TZ: 'UTC', ...env },
    });
    let output = '';
    child.stdout!.on('data', (chunk: string) => (output += chunk));
    await once(child, 'close');
    return output.replaceAll('\r\n', '\n');
  }

  it('a terminal shows one line a request, and obeys no character that a client has sent', async () => {
    const shown = await shownInTerminal({ NO_COLOR: '1' });

    expect(
      shown
        .replaceAll(/\d\d:\d\d:\d\d\.\d{3}/g, 'TIME')
        .split('\n')
        .slice(0, 4),
    ).toEqual([
      String.raw`[TIME] INFO: request {"requestId":"r","method":"GET","path":"/\u001b[2J\u009b\u001b\r","status":200,"durationMs":1,"address":"a"}`,
      String.raw`[TIME] ERROR: request failed\r\u001b[1A `,
      '    err: {',
      '      "type": "Error",',
    ]);
    // eslint-disable-next-line no-control-regex -- what a terminal obeys
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
  });

  it('in colours, where the terminal has them', async () => {
    const shown = await shownInTerminal({});

    expect(shown).toContain('\u001b[32mINFO\u001b[39m: \u001b[36mrequest\u001b[39m');
  });
});

const withRedis = hasRedisServer ? it : it.skip;
withRedis('what a library prints to the console is a line of the log', async () => {
  const redis = await startOwnRedis();
  const program = runProgram({ ...(await makePlace()), REDIS_URL: redis.url.replace('redis://', 'redis://:needless@') });
  await program.listening;

  const line = await eventually(async () =>
    program.logLines().find(({ msg }) => /does not require a password/.test(String(msg))),
  );
  program.signal('SIGTERM');
  const { stderr } = await program.ended;
  await redis.remove();

  expect(line).toMatchObject({ level: 40 });
  expect(stderr).toBe('');
});
