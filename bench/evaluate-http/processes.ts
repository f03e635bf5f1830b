/** The processes of the benchmark, each pinned to a core, and what they take of the machine. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { OWNER } from './seed';

export const SERVER_CORE = '0';
const LOAD_CORE = '1';
const ROOT = join(__dirname, '..', '..');

export interface Running {
  readonly url: string;
  readonly child: ChildProcess;
}

/** The environment of the product as in production. `redisUrl` null: without Redis. */
export function productEnvironment(port: number, databaseUrl: string, redisUrl: string | null): NodeJS.ProcessEnv {
  return {
    PATH: process.env.PATH,
    NODE_ENV: 'production',
    PORT: String(port),
    DATABASE_URL: databaseUrl,
    ...(redisUrl === null ? {} : { REDIS_URL: redisUrl }),
    JWT_SECRET: 'a secret of the benchmark, of 32 characters',
    KEY_PEPPER: 'a pepper of the benchmark, of 32 characters',
    OWNER_EMAIL: OWNER.email,
    OWNER_PASSWORD: OWNER.password,
    // High enough not to refuse; counted all the same.
    RATE_LIMIT_SERVER_KEY: '999999999',
    RATE_LIMIT_MANAGEMENT: '999999999',
    // Others may share the machine: the flags are to be made all the same.
    EVENT_LOOP_DELAY_MAX_MS: '60000',
  };
}

/** The product as in production, with all that it does for a request switched on. */
export async function startOurs(databaseUrl: string): Promise<Running> {
  const port = await freePort();
  const child = spawn(
    'taskset',
    [
      '-c',
      SERVER_CORE,
      process.execPath,
      // The flag that `npm start` and the image set.
      '--min-semi-space-size=16',
      '-r',
      join(ROOT, 'test/support/run-typescript.cjs'),
      join(ROOT, 'src/main.ts'),
    ],
    {
      cwd: ROOT,
      // Its log lines are written, to where nobody keeps them.
      stdio: ['ignore', 'ignore', 'inherit'],
      env: productEnvironment(port, databaseUrl, process.env.REDIS_URL ?? 'redis://127.0.0.1:6379'),
    },
  );
  const url = `http://127.0.0.1:${port}`;
  for (;;) {
    const isReady = await fetch(`${url}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isReady) return { url, child };
    if (child.exitCode !== null) throw new Error('The server did not start.');
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** `answers`: a file with the answers that the product gave, by size. */
export async function startPeer(name: string, answers: string): Promise<Running> {
  const child = spawn('taskset', ['-c', SERVER_CORE, process.execPath, join(__dirname, 'peer.cjs'), name, answers], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, NODE_ENV: 'production' },
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { url: `http://127.0.0.1:${line}`, child };
}

/** The request that is asked again and again. */
export interface Asked {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodies: readonly string[];
  /** A text in the bodies that each request has a number of its own for. Absent: bodies are sent as they are. */
  readonly marker?: string;
}

export interface LoadResult {
  /** All requests, also those that were not measured. */
  readonly asked: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly meanMs: number;
  readonly failed: number;
}

export interface Load {
  readonly child: ChildProcess;
  readonly ask: (asked: Asked, connections: number, seconds: number) => Promise<LoadResult>;
}

export function startLoad(): Load {
  const child = spawn('taskset', ['-c', LOAD_CORE, process.execPath, join(__dirname, 'load.cjs')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines: Interface = createInterface({ input: child.stdout });
  return {
    child,
    ask: async (asked, connections, seconds) => {
      child.stdin.write(`${JSON.stringify({ ...asked, connections, seconds })}\n`);
      const [line] = (await once(lines, 'line')) as [string];
      return JSON.parse(line) as LoadResult;
    },
  };
}

export async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

/** Time of processors, user and system. Clock ticks are hundredths of a second on every Linux. */
export function cpuMicrosOf({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10_000;
}

export function rssMbOf({ pid }: ChildProcess): number {
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  return Math.round((pages * 4_096) / 1e6);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
