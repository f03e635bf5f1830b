/**
 * Servers as processes of their own, on a port that they keep: to be killed, drained and started again under clients that
 * come back to the same address. How a process ends is noted, so that a test sees a crash that it did not cause.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { PACKAGE_ROOT } from '../../src/package-root';
import type { FailPoint } from './fail-points';
import type { Holdings } from './measure';
import { freePort } from './processes';

export const OWNER = { OWNER_EMAIL: 'owner@example.com', OWNER_PASSWORD: 'correct horse battery staple' };

export interface ServerProcess {
  /** `http://127.0.0.1:…`; the same after each start. */
  readonly url: string;
  /** Resolves when it answers. */
  readonly start: (failPoint?: FailPoint) => Promise<void>;
  /** From now on it ends itself at its fail-point. */
  readonly arm: () => void;
  /** Kills it: nothing is flushed, and clients are not notified. */
  readonly kill: () => Promise<void>;
  /** SIGTERM; resolves when it has drained, with its exit code. */
  readonly drain: () => Promise<number | null>;
  readonly pause: () => void;
  readonly resume: () => void;
  readonly isRunning: () => boolean;
  /** Resolves when the process that runs now has ended. */
  readonly ended: () => Promise<void>;
  /** Resident memory of the process that runs now, in bytes. */
  readonly memoryBytes: () => number;
  /** Measures the process that runs now: what it needs and what it holds open. */
  readonly measure: () => Promise<Holdings>;
  /** The warnings and errors that it wrote. */
  readonly output: () => string;
  /** Ends that the test did not ask for, one sentence for each. */
  readonly crashes: () => readonly string[];
}

const START_TIMEOUT_MS = 120_000;
const OUTPUT_KEPT = 200_000;

/** Many clients from one address, on a machine that is busy with them, too. */
const GENEROUS = {
  RATE_LIMIT_ANONYMOUS: '900000000',
  RATE_LIMIT_LOG_IN_ACCOUNT: '900000000',
  RATE_LIMIT_LOG_IN_ADDRESS: '900000000',
  RATE_LIMIT_CREDENTIAL_FAILURES: '900000000',
  RATE_LIMIT_MANAGEMENT: '900000000',
  RATE_LIMIT_SERVER_KEY: '900000000',
  RATE_LIMIT_CLIENT_ADDRESS: '900000000',
  EVENT_LOOP_DELAY_MAX_MS: '60000',
};

/** Not started yet. */
export async function prepareServer(env: Record<string, string>): Promise<ServerProcess> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const crashes: string[] = [];
  let output = '';
  let child: ChildProcess | null = null;
  let isEndExpected = false;

  const start = async (failPoint?: FailPoint): Promise<void> => {
    const started = launch({ ...env, PORT: String(port) }, failPoint);
    child = started;
    isEndExpected = false;
    const note = (text: string): void => void (output = (output + text).slice(-OUTPUT_KEPT));
    started.stdout?.setEncoding('utf8').on('data', note);
    started.stderr?.setEncoding('utf8').on('data', note);
    started.once('close', (code, signal) => {
      const wasExpected = isEndExpected || child !== started;
      if (!wasExpected) crashes.push(`It ended with ${signal ?? `code ${code}`}: ${output.slice(-2_000)}`);
    });
    await untilItAnswers(url, started, () => output);
  };
  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    const ending = child;
    if (ending === null || hasEnded(ending)) return ending?.exitCode ?? null;
    isEndExpected = true;
    const closed = once(ending, 'close');
    ending.kill(signal);
    const [code] = (await closed) as [number | null];
    return code;
  };
  return {
    url,
    start,
    arm: () => {
      isEndExpected = true;
      child?.kill('SIGUSR2');
    },
    kill: async () => void (await end('SIGKILL')),
    drain: () => end('SIGTERM'),
    pause: () => void child?.kill('SIGSTOP'),
    resume: () => void child?.kill('SIGCONT'),
    isRunning: () => child !== null && !hasEnded(child),
    ended: async () => {
      if (child !== null && !hasEnded(child)) await once(child, 'close');
    },
    memoryBytes: () => {
      const status = readFileSync(`/proc/${child?.pid}/status`, 'utf8');
      return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1]) * 1_024;
    },
    measure: async () => {
      if (child === null || hasEnded(child)) throw new Error('There is no process to measure.');
      const answered = once(child, 'message', { signal: AbortSignal.timeout(START_TIMEOUT_MS) });
      child.send('measure');
      const [holdings] = (await answered) as [Holdings];
      return holdings;
    },
    output: () => output,
    crashes: () => crashes,
  };
}

function launch(env: Record<string, string>, failPoint: FailPoint | undefined): ChildProcess {
  const support = join(PACKAGE_ROOT, 'test', 'support');
  const preloads = ['run-typescript.cjs', 'fail-points.ts', 'measure.ts'].flatMap((name) => ['-r', join(support, name)]);
  return spawn(process.execPath, [...preloads, join(PACKAGE_ROOT, 'src', 'main.ts')], {
    cwd: PACKAGE_ROOT,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      NODE_ENV: 'test',
      LOG_LEVEL: 'warn',
      JWT_SECRET: 'a secret of the tests, of 32 characters',
      KEY_PEPPER: 'a pepper of the tests, of 32 characters',
      ...GENEROUS,
      ...OWNER,
      ...env,
      ...(failPoint ? { FAIL_POINT: failPoint.at, FAIL_POINT_PASS: String(failPoint.pass) } : {}),
    },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
}

async function untilItAnswers(url: string, child: ChildProcess, output: () => string): Promise<void> {
  const end = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < end) {
    if (hasEnded(child)) throw new Error(`The server ended before it answered: ${output().slice(-2_000)}`);
    const isThere = await fetch(`${url}/livez`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isThere) return;
    await sleep(25);
  }
  child.kill('SIGKILL');
  throw new Error(`The server did not answer within ${START_TIMEOUT_MS / 1_000} s: ${output().slice(-2_000)}`);
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}
