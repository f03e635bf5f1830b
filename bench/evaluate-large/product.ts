/** The built product as a process of its own, as `npm start` runs it, on one core. */
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { productEnvironment } from '../evaluate-http/processes';

const ROOT = join(__dirname, '..', '..');
const SERVER_CORE = '0';
const LOOK_MS = 5;

export interface Product {
  readonly url: string;
  /** From the start of the process to the first 200 of `/readyz`. */
  readonly readyMs: number;
  /** Time of processors, user and system, since it started: what else the machine does weighs less on it. */
  readonly cpuMs: () => number;
  readonly rssMb: () => number;
  /** The most it ever had. */
  readonly peakRssMb: () => number;
  readonly stop: () => Promise<void>;
}

/** Compiles what is stale. */
export function build(): void {
  execFileSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], { stdio: 'inherit' });
}

/** `redisUrl` null: without Redis. */
export async function startProduct(databaseUrl: string, redisUrl: string | null): Promise<Product> {
  const port = await freePort();
  const begun = performance.now();
  const child = spawn('taskset', ['-c', SERVER_CORE, process.execPath, join(ROOT, 'dist/src/main.js')], {
    cwd: ROOT,
    // Its log lines are written, to where nobody keeps them.
    stdio: ['ignore', 'ignore', 'inherit'],
    env: productEnvironment(port, databaseUrl, redisUrl),
  });
  const url = `http://127.0.0.1:${port}`;
  while (!(await isReady(url))) {
    if (child.exitCode !== null) throw new Error('The server did not start.');
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
  return {
    url,
    readyMs: performance.now() - begun,
    cpuMs: () => cpuMsOf(child),
    rssMb: () => megabytesOf(child, 'VmRSS'),
    peakRssMb: () => megabytesOf(child, 'VmHWM'),
    stop: () => ended(child),
  };
}

const NOTHING = "require('node:http').createServer((_, to) => to.end('{}')).listen(Number(process.argv[1]), '127.0.0.1')";

/** A server on the same core that does nothing at all: what it takes longer than a moment, the machine takes from everybody. */
export async function startNothing(): Promise<Pick<Product, 'url' | 'stop'>> {
  const port = await freePort();
  const child = spawn('taskset', ['-c', SERVER_CORE, process.execPath, '-e', NOTHING, String(port)], { stdio: 'inherit' });
  const url = `http://127.0.0.1:${port}`;
  while (!(await isReady(url))) await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  return { url, stop: () => ended(child) };
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

function isReady(url: string): Promise<boolean> {
  return fetch(`${url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  );
}

function megabytesOf({ pid }: ChildProcess, name: string): number {
  const [, kilobytes] = new RegExp(`${name}:\\s*(\\d+)`).exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Math.round(Number(kilobytes) / 1_000);
}

/** Clock ticks are hundredths of a second on every Linux. */
function cpuMsOf({ pid }: ChildProcess): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
