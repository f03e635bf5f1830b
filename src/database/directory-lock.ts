/**
 * Allows one process per data directory: two PGlite processes on one directory destroy it.
 *
 * A lock is a file `lock.N` with its owner's pid and start time, made with link(2), which fails when the name exists. A
 * lock whose owner is gone is not moved or replaced, because another process may be doing just that: it is outbid by
 * `lock.N+1`, which only one process can make. The maker of a lock checks the others once more before it believes that it
 * won.
 */
import { randomUUID } from 'node:crypto';
import { link, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartFault } from '../errors';

const LOCK_NAME = /^lock\.([1-9]\d{0,14})$/;

/** Returns the function that frees the directory. Throws `StartFault` when a live process holds it. */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const owner = JSON.stringify({ pid: process.pid, startedAt: await startTimeOf(process.pid), nonce: randomUUID() });
  const draft = join(directory, `draft.${process.pid}.${randomUUID()}`);
  await writeFile(draft, owner, { mode: 0o600 });
  try {
    const path = await takeLock(directory, draft);
    return () => rm(path, { force: true });
  } finally {
    await rm(draft, { force: true });
  }
}

/** Returns the path of the lock that we own now. */
async function takeLock(directory: string, draft: string): Promise<string> {
  for (;;) {
    const stale = await staleLocks(directory, null);
    const name = `lock.${Math.max(0, ...stale.map(generationOf)) + 1}`;
    const path = join(directory, name);
    if (!(await linkIfFree(draft, path))) continue;
    try {
      const outbid = await staleLocks(directory, name);
      for (const other of outbid) await rm(join(directory, other), { force: true });
      return path;
    } catch (error) {
      await rm(path, { force: true });
      throw error;
    }
  }
}

/** The names of the other locks, if no live process holds one of them. Throws `StartFault` when one does. */
async function staleLocks(directory: string, own: string | null): Promise<string[]> {
  const names = (await readdir(directory)).filter((name) => LOCK_NAME.test(name) && name !== own);
  for (const name of names) {
    const pid = await livePid(await readIfThere(join(directory, name)));
    if (pid === null) continue;
    throw new StartFault(
      `The data directory ${directory} is in use by process ${pid}; stop that process or set DATA_DIR to another directory.`,
    );
  }
  return names;
}

/** Empty when the lock was just released. Any other failure counts as a lock: one that we may not read is held. */
async function readIfThere(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return '';
    throw error;
  }
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

async function livePid(content: string): Promise<number | null> {
  let owner: { pid?: unknown; startedAt?: unknown };
  try {
    owner = JSON.parse(content) as typeof owner;
  } catch {
    return null;
  }
  if (typeof owner.pid !== 'number' || !isAlive(owner.pid)) return null;
  // Another process may have the same pid after the machine has restarted.
  return (await startTimeOf(owner.pid)) === owner.startedAt ? owner.pid : null;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of proc(5) `stat`, in clock ticks since boot; null where there is no /proc. */
async function startTimeOf(pid: number): Promise<string | null> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null);
  if (stat === null) return null;
  const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // A zombie whose parent has not reaped it yet holds nothing any more.
  return state === 'Z' || state === 'X' ? 'ended' : (fields[18] ?? null);
}
