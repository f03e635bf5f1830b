/**
 * Runs PostgreSQL in this process: PGlite in a worker thread, behind the genuine pg driver.
 *
 * pg is given a Duplex instead of a socket; what it writes goes to the worker as wire-protocol bytes and the replies come
 * back. So TypeORM, SQL and error codes are those of a PostgreSQL server. There is one session: use a pool of one. Survives
 * kill -9; a loss of power may lose data, because PGlite does not call fsync.
 */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Duplex } from 'node:stream';
import { text } from 'node:stream/consumers';
import { Worker } from 'node:worker_threads';
import { StartFault } from '../errors';
import { lockDirectory } from './directory-lock';

const TERMINATE = 'X'.charCodeAt(0);

export interface EmbeddedDatabase {
  /** The `stream` option of pg: returns a fresh Duplex for each connection. */
  readonly createStream: () => Duplex;
  /** The whole data directory as a tar archive, which `loadFrom` can open later. */
  readonly dump: () => Promise<Uint8Array>;
  /** Flushes everything and frees the directory. Close the pool before. */
  readonly close: () => Promise<void>;
}

/** The place of the database: a directory that is created and locked, or memory, optionally filled from a dump. */
export type EmbeddedLocation = { readonly dataDir: string } | { readonly loadFrom?: string };

/** Throws `StartFault` when another process uses the directory, and when it cannot be opened. */
export async function openEmbeddedDatabase(location: EmbeddedLocation): Promise<EmbeddedDatabase> {
  if (!('dataDir' in location)) return startWorker({ loadFrom: location.loadFrom }, async () => undefined);
  const dataDir = resolve(location.dataDir);
  const unlock = await takeDirectory(dataDir);
  try {
    const postgres = join(dataDir, 'postgres');
    if (await isUnmade(postgres)) await makeDatabase(dataDir, postgres);
    return await startWorker({ dataDir: postgres }, unlock);
  } catch (error) {
    await unlock();
    throw error instanceof StartFault ? error : unopened(dataDir, error);
  }
}

/** Fills a directory that has no database yet from an archive that `dump` made, also compressed with gzip. Throws `StartFault`. */
export async function restoreEmbeddedDatabase(directory: string, archive: string): Promise<void> {
  const dataDir = resolve(directory);
  const unlock = await takeDirectory(dataDir);
  const draft = join(dataDir, `${DRAFT}${randomUUID()}`);
  try {
    const database = await startWorker({ dataDir: draft, loadFrom: archive }, async () => undefined);
    await database.close();
    await rename(draft, join(dataDir, 'postgres'));
  } catch (error) {
    await rm(draft, { recursive: true, force: true });
    throw new StartFault(`The backup ${archive} cannot be restored: ${(error as Error).message}.`, { cause: error });
  } finally {
    await unlock();
  }
}

async function takeDirectory(dataDir: string): Promise<() => Promise<void>> {
  try {
    await mkdir(dataDir, { recursive: true, mode: 0o700 });
    return await lockDirectory(dataDir);
  } catch (error) {
    if (error instanceof StartFault) throw error;
    const { code, message } = error as NodeJS.ErrnoException;
    const remedy = `set DATA_DIR to a directory ${REMEDIES[code ?? ''] ?? 'that this account may write to'}`;
    throw new StartFault(`The data directory ${dataDir} cannot be used (${message}); ${remedy}.`, { cause: error });
  }
}

/** Names what a directory lacks, other than permission, by Node's codes. */
const REMEDIES: Readonly<Record<string, string>> = {
  EOPNOTSUPP: 'on a file system that has Unix sockets and hard links, which keep a second server out',
  ENOTSUP: 'on a file system that has Unix sockets and hard links, which keep a second server out',
  EINVAL: 'on a file system that has Unix sockets and hard links, which keep a second server out',
  ENOTDIR: 'that does not lie in a file',
  EEXIST: 'that is not a file',
  ENOSPC: 'on a file system with free space',
};

async function isUnmade(directory: string): Promise<boolean> {
  try {
    return (await readdir(directory)).length === 0;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT';
  }
}

const DRAFT = 'new-database-';

/**
 * Makes a new database aside, so that one that was interrupted is not taken for whole; in a process of its own, for the system
 * gets the memory back at its end. One whose server was killed may still be at work on an earlier draft.
 */
async function makeDatabase(dataDir: string, directory: string): Promise<void> {
  for (const name of (await readdir(dataDir)).filter((entry) => entry.startsWith(DRAFT)))
    await rm(join(dataDir, name), { recursive: true, force: true });
  const draft = join(dataDir, `${DRAFT}${randomUUID()}`);
  const child = spawn(process.execPath, [join(__dirname, 'embedded-create.cjs'), draft], { stdio: ['ignore', 'ignore', 'pipe'] });
  const [message, [code, signal]] = await Promise.all([
    text(child.stderr),
    once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>,
  ]);
  if (signal !== null) {
    throw new StartFault(
      `The database in ${dataDir} could not be made: the process that makes it was ended by ${signal}, as systems do where ` +
        'memory is short; README.md says how much it needs.',
    );
  }
  if (code !== 0) throw new Error(message);
  await rename(draft, directory);
}

function unopened(dataDir: string, error: unknown): StartFault {
  const { code, message } = error as NodeJS.ErrnoException;
  const remedy = /ENOSPC|No space left/.test(`${code} ${message}`)
    ? 'free some space'
    : 'restore the directory from a copy that was made while no server ran, or set DATA_DIR to another directory';
  return new StartFault(`The database in ${dataDir} cannot be opened (${message}); ${remedy}.`, { cause: error });
}

interface Reply {
  readonly kind: 'ready' | 'unopened' | 'data' | 'done' | 'failed';
  readonly id?: number;
  readonly bytes?: Uint8Array;
  readonly message?: string;
}

interface Pending {
  readonly onData: (bytes: Uint8Array) => void;
  readonly resolve: (reply: Reply) => void;
  readonly reject: (error: Error) => void;
}

async function startWorker(
  workerData: { readonly dataDir?: string; readonly loadFrom?: string },
  unlock: () => Promise<void>,
): Promise<EmbeddedDatabase> {
  const worker = new Worker(join(__dirname, 'embedded-worker.cjs'), { workerData });
  await whenReady(worker);
  const ask = createAsk(worker);
  return {
    createStream: () => new EmbeddedStream(ask),
    dump: async () => (await ask('dump')).bytes ?? new Uint8Array(),
    close: async () => {
      await ask('close').catch(() => undefined);
      await worker.terminate();
      await unlock();
    },
  };
}

function whenReady(worker: Worker): Promise<void> {
  return new Promise((ready, failed) => {
    const ended = (): void => failed(new Error('it ended while it was opened'));
    worker.once('error', failed).once('exit', ended);
    worker.once('message', (reply: Reply) => {
      worker.off('error', failed).off('exit', ended);
      if (reply.kind === 'ready') ready();
      else failed(new Error(reply.message));
    });
  });
}

type Ask = (kind: string, bytes?: Uint8Array, onData?: (bytes: Uint8Array) => void) => Promise<Reply>;

/** Sends requests to the worker and settles each with its reply. */
function createAsk(worker: Worker): Ask {
  const pending = new Map<number, Pending>();
  let nextId = 1;
  const failAll = (error: Error): void => {
    for (const request of pending.values()) request.reject(error);
    pending.clear();
  };
  worker.on('error', failAll);
  worker.on('exit', () => failAll(new Error('The embedded database has stopped.')));
  worker.on('message', (reply: Reply) => {
    const request = pending.get(reply.id ?? 0);
    if (!request) return;
    if (reply.bytes) request.onData(reply.bytes);
    if (reply.kind === 'data') return;
    pending.delete(reply.id ?? 0);
    if (reply.kind === 'done') request.resolve(reply);
    else request.reject(new Error(reply.message));
  });
  return (kind, bytes, onData = () => undefined) =>
    new Promise((resolveReply, reject) => {
      const id = nextId++;
      pending.set(id, { onData, resolve: resolveReply, reject });
      worker.postMessage({ kind, id, bytes });
    });
}

/** The part of a net.Socket that pg uses. */
class EmbeddedStream extends Duplex {
  constructor(private readonly ask: Ask) {
    super();
  }

  connect(): this {
    process.nextTick(() => this.emit('connect'));
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {
    // Replies are pushed when they arrive; pg reads everything immediately.
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: (error?: Error | null) => void): void {
    // Terminate would shut the only backend down for everybody.
    if (chunk.length === 5 && chunk[0] === TERMINATE) {
      callback();
      return;
    }
    this.ask('protocol', Uint8Array.from(chunk), (bytes) => this.push(Buffer.from(bytes))).then(
      () => callback(),
      (error: Error) => callback(error),
    );
  }

  override _writev(chunks: { chunk: Buffer; encoding: BufferEncoding }[], callback: (error?: Error | null) => void): void {
    const messages = chunks.map(({ chunk }) => chunk).filter((chunk) => !(chunk.length === 5 && chunk[0] === TERMINATE));
    if (messages.length === 0) callback();
    else this._write(Buffer.concat(messages), 'binary', callback);
  }

  override _final(callback: (error?: Error | null) => void): void {
    this.push(null);
    this.reset(callback);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.reset(() => callback(error));
  }

  private reset(callback: () => void): void {
    this.ask('reset').then(
      () => callback(),
      () => callback(),
    );
  }
}
