/** A Redis server of a test's own, on a port of its own, to be killed and paused. It keeps nothing. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { eventually } from './make';
import { freePort } from './processes';

export interface OwnRedis {
  readonly port: number;
  readonly url: string;
  /** Cuts every connection; what it held is gone. */
  readonly kill: () => Promise<void>;
  /** Starts it again after `kill`; resolves when it answers, on the same port. */
  readonly start: () => Promise<void>;
  /** Connections stay open and nothing answers. */
  readonly pause: () => void;
  readonly resume: () => void;
  /** A client for the test itself. Closed with the server. */
  readonly client: () => Redis;
  readonly remove: () => Promise<void>;
}

export const hasRedisServer = spawnSync('redis-server', ['--version']).status === 0;

/** Not started yet: for tests that begin without Redis. */
export async function prepareOwnRedis(options: { readonly password?: string } = {}): Promise<OwnRedis> {
  const port = await freePort();
  const url = `redis://${options.password === undefined ? '' : `:${options.password}@`}127.0.0.1:${port}`;
  // A replica writes there what it is sent.
  const directory = mkdtempSync(join(tmpdir(), 'flagstaff-redis-'));
  let server: ChildProcess | null = null;
  const clients: Redis[] = [];
  const start = async (): Promise<void> => {
    const flags = ['--port', String(port), '--bind', '127.0.0.1', '--save', '', '--appendonly', 'no', '--dir', directory];
    const secured = options.password === undefined ? [] : ['--requirepass', options.password];
    const started = spawn('redis-server', [...flags, ...secured], { stdio: ['ignore', 'pipe', 'ignore'] });
    server = started;
    let output = '';
    started.stdout.on('data', (data: Buffer) => (output += data.toString('utf8')));
    await eventually(async () => output.includes('Ready to accept connections'));
  };
  const kill = async (): Promise<void> => {
    const ending = server;
    server = null;
    if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = once(ending, 'exit');
    ending.kill('SIGKILL');
    await ended;
  };
  return {
    port,
    url,
    start,
    kill,
    pause: () => void server?.kill('SIGSTOP'),
    resume: () => void server?.kill('SIGCONT'),
    client: () => {
      const client = new Redis(url);
      client.on('error', () => undefined);
      clients.push(client);
      return client;
    },
    remove: async () => {
      for (const client of clients) client.disconnect();
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

export async function startOwnRedis(options: { readonly password?: string } = {}): Promise<OwnRedis> {
  const redis = await prepareOwnRedis(options);
  await redis.start();
  return redis;
}
