/**
 * Allows one process per data directory: two PGlite processes on one directory destroy it.
 *
 * A lock is a Unix socket `lock.N` in the directory, on which its owner listens. The kernel ends it with its owner, however
 * that ends, and answers everybody who reaches the directory: also from another container, where the same pid names another
 * process. A socket that nobody listens on is not moved or replaced, because another process may be doing just that: it is
 * outbid by `lock.N+1`, made with link(2) from a socket that listens already, which only one process can make. The maker of
 * a lock checks the others once more before it believes that it won.
 */
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { link, open, readdir, rm } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { hostname } from 'node:os';
import { join, relative } from 'node:path';
import { StartFault } from '../errors';

const LOCK_NAME = /^lock\.([1-9]\d{0,14})$/;
/** The longest path of a Unix socket: 103 bytes on macOS, 107 on Linux. */
const SOCKET_PATH_BYTES_MAX = 103;
/** How long the owner of a lock may take to say who it is; one that stands still is its owner all the same. */
const NAME_TIMEOUT_MS = 500;

/** Returns the function that frees the directory. Throws `StartFault` when a live process holds it. */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  if (process.platform === 'win32') return lockByPipe(directory);
  const handle = await open(directory, 'r');
  const pathOf = (name: string): string => socketPath(directory, name, handle.fd);
  const draft = `draft.${randomUUID().slice(0, 8)}`;
  let server: Server | null = null;
  try {
    server = await listen(pathOf(draft));
    const path = await takeLock({ directory, pathOf }, join(directory, draft));
    const held = server;
    return async () => {
      // Removed while it is ours: later, another process may have made a lock of the same name.
      await rm(path, { force: true });
      held.close();
    };
  } catch (error) {
    server?.close();
    throw error;
  } finally {
    await rm(join(directory, draft), { force: true });
    await handle.close();
  }
}

interface LockedDirectory {
  readonly directory: string;
  /** The path by which a socket is reached. */
  readonly pathOf: (name: string) => string;
}

/** Returns the path of the lock that we own now. */
async function takeLock(within: LockedDirectory, draft: string): Promise<string> {
  for (;;) {
    const stale = await staleLocks(within, null);
    const name = `lock.${Math.max(0, ...stale.map(generationOf)) + 1}`;
    const path = join(within.directory, name);
    if (!(await linkIfFree(draft, path))) continue;
    try {
      const outbid = await staleLocks(within, name);
      for (const other of outbid) await rm(join(within.directory, other), { force: true });
      return path;
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }
}

/** The names of the other locks, if no live process holds one of them. Throws `StartFault` when one does. */
async function staleLocks({ directory, pathOf }: LockedDirectory, own: string | null): Promise<string[]> {
  const names = (await readdir(directory)).filter((name) => LOCK_NAME.test(name) && name !== own);
  for (const name of names) {
    const owner = await ownerOf(pathOf(name));
    if (owner !== null) throw inUse(directory, owner);
  }
  return names;
}

function inUse(directory: string, owner: string): StartFault {
  return new StartFault(
    `The data directory ${directory} is in use by ${owner}; stop that process or set DATA_DIR to another directory.`,
  );
}

function generationOf(name: string): number {
  return Number(LOCK_NAME.exec(name)?.[1] ?? 0);
}

async function linkIfFree(draft: string, path: string): Promise<boolean> {
  try {
    await link(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Listens, and tells everybody who asks which process this is. Does not keep the process running. */
async function listen(path: string): Promise<Server> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined).end(`process ${process.pid} on ${hostname()}`);
  });
  server.unref().listen({ path, writableAll: true });
  await once(server, 'listening');
  return server;
}

/** Null when nobody listens. Any other failure counts as a lock: one that we may not reach is held. */
function ownerOf(path: string): Promise<string | null> {
  return new Promise((resolve) => {
    let name = '';
    const socket = connect({ path });
    const timer = setTimeout(() => socket.destroy(), NAME_TIMEOUT_MS);
    socket.setEncoding('utf8').on('data', (text: string) => (name += text));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => {
      if (code === 'ECONNREFUSED' || code === 'ENOENT') resolve(null);
    });
    socket.on('close', () => {
      clearTimeout(timer);
      resolve(name === '' ? 'another process' : name);
    });
  });
}

/** The first of several paths of one file that is short enough for a socket. */
function socketPath(directory: string, name: string, fd: number): string {
  const paths = [join(directory, name), relative(process.cwd(), join(directory, name)), `/proc/self/fd/${fd}/${name}`];
  const path = paths.find((candidate) => Buffer.byteLength(candidate) <= SOCKET_PATH_BYTES_MAX);
  if (path === undefined || (path === paths[2] && process.platform !== 'linux')) {
    throw new StartFault(`The path of DATA_DIR ${directory} is too long for a Unix socket; set DATA_DIR to a shorter one.`);
  }
  return path;
}

/** Windows has no sockets in directories, but pipes whose names only one process can have. */
async function lockByPipe(directory: string): Promise<() => Promise<void>> {
  const name = createHash('sha256').update(directory.toLowerCase()).digest('hex');
  const server = await listen(`\\\\.\\pipe\\flagstaff-${name}`).catch((error: NodeJS.ErrnoException) => {
    throw error.code === 'EADDRINUSE' ? inUse(directory, 'another process') : error;
  });
  return async () => void server.close();
}
