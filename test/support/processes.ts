/** The program as its own process, for what only a process can show: how it starts, how it ends, what it leaves behind. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../src/package-root';
import { createTestDatabase } from './databases';

export interface Program {
  readonly pid: number;
  /** `http://…`, when it listens. Fails when it ends before. */
  readonly listening: Promise<string>;
  readonly ended: Promise<Ending>;
  readonly stdout: () => string;
  readonly logLines: () => Record<string, unknown>[];
  readonly signal: (name: NodeJS.Signals) => void;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stderr: string;
}

/** A process compiles all of its sources anew, which takes long on a busy machine. */
const START_TIMEOUT_MS = 120_000;
const running = new Set<ChildProcess>();
const directories: string[] = [];
const databases: (() => Promise<void>)[] = [];

/**
 * Runs `src/main.ts` with these variables and none of the test run's own. `prefix` is a command that runs it, such as `unshare`,
 * and that must end together with it.
 */
export function runProgram(env: Record<string, string>, prefix: readonly string[] = []): Program {
  const hook = join(PACKAGE_ROOT, 'test', 'support', 'run-typescript.cjs');
  return runServer([...prefix, process.execPath, '-r', hook, join(PACKAGE_ROOT, 'src', 'main.ts')], env);
}

/** Runs a command that starts the server, with these variables, in this directory. */
export function runServer([command = '', ...words]: readonly string[], env: Record<string, string>, cwd?: string): Program {
  const child = spawn(command, words, {
    cwd,
    // Tests share the machine, so a full event loop says nothing.
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      PORT: '0',
      LOG_LEVEL: 'info',
      EVENT_LOOP_DELAY_MAX_MS: '60000',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  running.add(child);
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const logLines = (): Record<string, unknown>[] =>
    stdout
      .split('\n')
      .slice(0, -1)
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  const ended = once(child, 'close').then(([code, signal]: unknown[]): Ending => {
    running.delete(child);
    return { code: code as number | null, signal: signal as NodeJS.Signals | null, stderr };
  });
  const listening = new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`It did not start: ${stdout}${stderr}`)), START_TIMEOUT_MS);
    const look = (): void => {
      const url = logLines().find(({ msg }) => msg === 'listening')?.url;
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url as string);
    };
    child.stdout.on('data', look);
    void ended.then(() => {
      clearTimeout(timer);
      reject(new Error(`It ended before it listened: ${stdout}${stderr}`));
    });
  });
  // Many tests wait for the end only.
  listening.catch(() => undefined);
  return { pid: child.pid!, listening, ended, stdout: () => stdout, logLines, signal: (name) => void child.kill(name) };
}

/** Ends what tests left running and removes the directories that they made. */
export async function cleanUpProcesses(): Promise<void> {
  // All at once: one may end by itself while another is waited for.
  await Promise.all(
    [...running].map(async (child) => {
      const closed = once(child, 'close');
      child.kill('SIGKILL');
      await closed;
    }),
  );
  for (const drop of databases.splice(0)) await drop();
  for (const directory of directories.splice(0)) rmSync(directory, { recursive: true, force: true });
}

export function makeDataDir(): string {
  const directory = mkdtempSync(join(tmpdir(), 'flagstaff-data-'));
  directories.push(directory);
  return join(directory, 'not', 'there', 'yet');
}

/** Variables of a migrated database without a user: on the run's PostgreSQL, or embedded in a directory of its own. */
export async function makePlace(): Promise<Record<string, string>> {
  const dataDir = makeDataDir();
  const database = await createTestDatabase();
  if (database.kind === 'server') {
    databases.push(database.drop);
    return {
      DATA_DIR: dataDir,
      DATABASE_URL: database.url,
      ...(process.env.REDIS_URL ? { REDIS_URL: process.env.REDIS_URL } : {}),
    };
  }
  const cluster = join(dataDir, 'postgres');
  mkdirSync(cluster, { recursive: true });
  execFileSync('tar', ['-xf', database.loadFrom, '-C', cluster], { stdio: 'ignore' });
  return { DATA_DIR: dataDir, EMBEDDED_DATABASE: 'on' };
}

/**
 * Below the ports that the system gives to connections (from 32,768 on Linux, from 49,152 elsewhere): until somebody listens on
 * it, no connection takes it by chance. Processes that draw at once begin at different places.
 */
const PORTS = { first: 12_000, count: 20_000 } as const;
let drawn = process.pid * 61;

/** A port on which nothing listens. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = PORTS.first + (drawn++ % PORTS.count);
    if (await isFree(port)) return port;
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
