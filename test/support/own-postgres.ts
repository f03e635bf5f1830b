/**
 * A PostgreSQL server of a test's own, on a port of its own, to be stopped, killed and paused. PostgreSQL refuses to run
 * as root, so there it runs as the user `postgres`. Its directory is made anew for each and removed with it.
 */
import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { migrations } from '../../migrations';
import { createDataSource } from '../../src/database/data-source';
import { migrate } from '../../src/database/migrate';
import { entities } from '../../src/modules/entities';
import { eventually } from './make';
import { freePort } from './processes';

export interface OwnPostgres {
  readonly port: number;
  /** The URL of a migrated database without a user, on this server. */
  readonly url: string;
  /** Like the loss of the machine: nothing is written out, every connection is cut. Starts again with recovery. */
  readonly kill: () => Promise<void>;
  /** A shutdown in the manner of an operator: sessions are ended with 57P01. */
  readonly stop: () => Promise<void>;
  /** Starts it again after `kill` or `stop`; resolves when it answers, on the same port. */
  readonly start: () => Promise<void>;
  /** All its processes stand still: connections stay open and nothing answers. */
  readonly pause: () => void;
  readonly resume: () => void;
  /** Runs SQL in the migrated database. */
  readonly query: <Row>(sql: string, parameters?: unknown[]) => Promise<Row[]>;
  /** A copy of the data as they are now; it keeps running. `restore` puts it back, with every connection cut. */
  readonly backUp: () => Promise<Backup>;
  readonly restore: (backup: Backup) => Promise<void>;
  /** A standby on a port of its own, which streams from this server and is removed with it. `settings`: of PostgreSQL. */
  readonly startStandby: (settings?: Readonly<Record<string, string>>) => Promise<OwnStandby>;
  readonly remove: () => Promise<void>;
}

export type Backup = { readonly path: string };

export type OwnStandby = Pick<OwnPostgres, 'port' | 'url' | 'kill' | 'stop' | 'start' | 'pause' | 'resume' | 'query'>;

const USER = 'postgres';
const DATABASE = 'flagstaff';

/** The folder of the server's programs; null when no PostgreSQL server is installed. */
export function findPostgres(): string | null {
  const debian = '/usr/lib/postgresql';
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : [];
  const installed = versions.map((version) => join(debian, version, 'bin')).find((bin) => existsSync(join(bin, 'initdb')));
  if (installed !== undefined) return installed;
  const { status, stdout } = spawnSync('pg_config', ['--bindir'], { encoding: 'utf8' });
  return status === 0 && existsSync(join(stdout.trim(), 'initdb')) ? stdout.trim() : null;
}

/** `settings` are of PostgreSQL, such as `max_connections`. */
export async function startOwnPostgres(settings: Readonly<Record<string, string>> = {}): Promise<OwnPostgres> {
  const bin = findPostgres();
  if (bin === null) throw new Error('No PostgreSQL server is installed.');
  const directory = mkdtempSync(join(tmpdir(), 'flagstaff-postgres-'));
  giveToServer(directory);
  const data = join(directory, 'data');
  await run(join(bin, 'initdb'), ['-D', data, '-U', USER, '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync']);
  const server = await prepareServer({ bin, directory, data, settings });
  const { port, url } = server;
  const removers: (() => Promise<void>)[] = [() => server.remove()];
  const basebackup = async (name: string, ...options: string[]): Promise<string> => {
    const path = join(directory, name);
    const source = ['-h', '127.0.0.1', '-p', String(port), '-U', USER];
    await run(join(bin, 'pg_basebackup'), [...source, '-D', path, '-c', 'fast', '--no-sync', ...options]);
    return path;
  };

  await server.start();
  await withClient(`postgres://${USER}@127.0.0.1:${port}/postgres`, (client) => client.query(`CREATE DATABASE ${DATABASE}`));
  await migrateAt(url);
  let copies = 0;
  return {
    ...server,
    backUp: async () => ({ path: await basebackup(`backup-${++copies}`) }),
    restore: async ({ path }) => {
      await server.kill();
      rmSync(data, { recursive: true, force: true });
      await run('cp', ['-a', path, data]);
      await server.start();
    },
    startStandby: async (settings = {}) => {
      const copy = await basebackup(`standby-${++copies}`, '--write-recovery-conf');
      const standby = await prepareServer({ bin, directory, data: copy, settings });
      removers.push(() => standby.remove());
      await standby.start();
      return standby;
    },
    remove: async () => {
      for (const remove of removers.splice(0).reverse()) await remove();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

interface ServerFiles {
  readonly bin: string;
  /** For its socket. */
  readonly directory: string;
  readonly data: string;
  readonly settings?: Readonly<Record<string, string>>;
}

/** A server on these data, not started yet. `remove` ends it, also while it is paused. */
async function prepareServer({
  bin,
  directory,
  data,
  settings = {},
}: ServerFiles): Promise<OwnStandby & { remove: () => Promise<void> }> {
  const port = await freePort();
  const url = `postgres://${USER}@127.0.0.1:${port}/${DATABASE}`;
  let server: ChildProcess | null = null;
  const start = async (): Promise<void> => {
    const options = { listen_addresses: '127.0.0.1', port, unix_socket_directories: directory, fsync: 'off', ...settings };
    const flags = Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    server = spawn(...asServer(join(bin, 'postgres'), ['-D', data, ...flags]), { stdio: 'ignore' });
    const started = server;
    await eventually(async () => {
      if (started.exitCode !== null) throw new Error(`PostgreSQL ended with exit code ${started.exitCode}.`);
      return answers(`postgres://${USER}@127.0.0.1:${port}/postgres`);
    });
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = server;
    server = null;
    if (ending === null || ending.exitCode !== null || ending.signalCode !== null) return;
    const ended = once(ending, 'exit');
    // Killed alone, the postmaster would leave its backends behind, which end only when they notice.
    if (signal === 'SIGKILL') for (const pid of familyOf(ending.pid!)) signalTo(pid, 'SIGKILL');
    else ending.kill(signal);
    await ended;
  };
  const signalAll = (signal: NodeJS.Signals): void => {
    for (const pid of server === null ? [] : familyOf(server.pid!)) signalTo(pid, signal);
  };
  return {
    port,
    url,
    kill: () => end('SIGKILL'),
    // SIGINT is PostgreSQL's fast shutdown.
    stop: () => end('SIGINT'),
    start,
    pause: () => signalAll('SIGSTOP'),
    resume: () => signalAll('SIGCONT'),
    query: (sql, parameters = []) => withClient(url, async (client) => (await client.query(sql, parameters)).rows as never),
    remove: async () => {
      signalAll('SIGCONT');
      await end('SIGKILL');
    },
  };
}

async function migrateAt(url: string): Promise<void> {
  const onPoolError = (error: Error): never => {
    throw error;
  };
  const dataSource = createDataSource({ connection: { url, poolSize: 2 }, entities, migrations, onPoolError });
  await dataSource.initialize();
  await migrate(dataSource);
  await dataSource.destroy();
}

async function answers(url: string): Promise<boolean> {
  return withClient(url, async () => true).catch(() => false);
}

async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** A process and its children, the children first. */
function familyOf(pid: number): number[] {
  const { stdout } = spawnSync('ps', ['-o', 'pid=', '--ppid', String(pid)], { encoding: 'utf8' });
  return [...stdout.split(/\s+/).filter(Boolean).map(Number), pid];
}

function signalTo(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // A backend that has just ended.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const isRoot = process.getuid?.() === 0;

/** The command line that runs a program as somebody whom PostgreSQL accepts. */
function asServer(program: string, args: readonly string[]): [string, string[]] {
  if (!isRoot) return [program, [...args]];
  return ['setpriv', [`--reuid=${USER}`, `--regid=${USER}`, '--init-groups', program, ...args]];
}

/** Not synchronously: a server under test runs in this process. */
async function run(program: string, args: readonly string[]): Promise<void> {
  await promisify(execFile)(...asServer(program, args), { cwd: tmpdir() });
}

/** Lets nobody read a directory or a file but the account that the server runs as. */
export function giveToServer(path: string): void {
  chmodSync(path, 0o700);
  if (!isRoot) return;
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((text) => text.startsWith(`${USER}:`));
  const [, , uid, gid] = (line ?? '').split(':').map(Number);
  if (uid === undefined || gid === undefined) throw new Error(`There is no user ${USER} to run PostgreSQL as.`);
  chownSync(path, uid, gid);
}
