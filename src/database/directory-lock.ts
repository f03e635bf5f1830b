/**
 * One process per data directory: two PGlite processes on one directory destroy it.
 * The lock is a file with the owner's pid and start time, made with link(2), which fails when the name exists. A lock
 * whose owner is gone is taken over.
 */
import { randomUUID } from 'node:crypto';
import { link, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { StartFault } from '../errors';

/** Answers the function that frees the directory. Throws `StartFault` when a live process holds it. */
export async function lockDirectory(directory: string): Promise<() => Promise<void>> {
  const path = join(directory, 'lock');
  const owner = JSON.stringify({ pid: process.pid, startedAt: await startTimeOf(process.pid), nonce: randomUUID() });
  const draft = `${path}.${process.pid}.${randomUUID()}`;
  await writeFile(draft, owner, { mode: 0o600 });
  try {
    while (!(await linkIfFree(draft, path))) await removeStaleLock(path, directory);
  } finally {
    await rm(draft, { force: true });
  }
  return async () => {
    if ((await readFile(path, 'utf8').catch(() => '')) === owner) await rm(path, { force: true });
  };
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

async function removeStaleLock(path: string, directory: string): Promise<void> {
  const held = await readFile(path, 'utf8').catch(() => null);
  if (held === null) return;
  const pid = await livePid(held);
  if (pid !== null) {
    throw new StartFault(
      `The data directory ${directory} is in use by process ${pid}; stop that process or set DATA_DIR to another directory.`,
    );
  }
  const aside = `${path}.stale.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return;
  }
  // Another process may have replaced the stale lock between our look and our move: then give its lock back.
  if ((await readFile(aside, 'utf8')) !== held) await link(aside, path).catch(() => undefined);
  await rm(aside, { force: true });
}

async function livePid(held: string): Promise<number | null> {
  let owner: { pid?: unknown; startedAt?: unknown };
  try {
    owner = JSON.parse(held) as typeof owner;
  } catch {
    return null;
  }
  if (typeof owner.pid !== 'number' || !isAlive(owner.pid)) return null;
  // After a restart of the machine another process may bear the same pid.
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
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}
