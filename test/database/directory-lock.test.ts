import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { lockDirectory } from '../../src/database/directory-lock';

const directories: string[] = [];
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

function makeDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), 'flagstaff-lock-'));
  directories.push(directory);
  return directory;
}

/** The pid of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid!;
}

/** What a process leaves behind that was killed while it held the lock. */
async function leaveStaleLock(directory: string): Promise<void> {
  const unlock = await lockDirectory(directory);
  const [name] = readdirSync(directory);
  const held = JSON.parse(readFileSync(join(directory, name!), 'utf8')) as object;
  await unlock();
  writeFileSync(join(directory, name!), JSON.stringify({ ...held, pid: await deadPid() }));
}

it('refuses a directory that a live process holds, with a sentence that names both', async () => {
  const directory = makeDirectory();
  const unlock = await lockDirectory(directory);

  const second = lockDirectory(directory);

  await expect(second).rejects.toThrow(
    `The data directory ${directory} is in use by process ${process.pid}; stop that process or set DATA_DIR to another directory.`,
  );
  await unlock();
});

it('leaves nothing in the directory after the lock is given back, and can be taken again', async () => {
  const directory = makeDirectory();
  const unlock = await lockDirectory(directory);
  await unlock();

  const left = readdirSync(directory);
  const again = await lockDirectory(directory);
  await again();

  expect(left).toEqual([]);
  expect(readdirSync(directory)).toEqual([]);
});

it('takes over the lock of a process that is gone', async () => {
  const directory = makeDirectory();
  await leaveStaleLock(directory);

  const unlock = await lockDirectory(directory);

  await expect(lockDirectory(directory)).rejects.toThrow(`is in use by process ${process.pid};`);
  await unlock();
  expect(readdirSync(directory)).toEqual([]);
});

it('takes over a lock whose pid belongs to another process by now', async () => {
  const directory = makeDirectory();
  await leaveStaleLock(directory);
  const [name] = readdirSync(directory);
  writeFileSync(join(directory, name!), JSON.stringify({ pid: process.pid, startedAt: '1', nonce: 'earlier' }));

  const unlock = await lockDirectory(directory);

  await unlock();
  expect(readdirSync(directory)).toEqual([]);
});

it('takes over a lock that cannot be read', async () => {
  const directory = makeDirectory();
  await leaveStaleLock(directory);
  const [name] = readdirSync(directory);
  writeFileSync(join(directory, name!), '{"pid":');

  const unlock = await lockDirectory(directory);

  await unlock();
  expect(readdirSync(directory)).toEqual([]);
});

it('gives a stale lock to exactly one of many that take it at once', async () => {
  const winnersOfRounds: number[] = [];

  for (let round = 0; round < 30; round++) {
    const directory = makeDirectory();
    await leaveStaleLock(directory);
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => lockDirectory(directory)));
    const winners = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    winnersOfRounds.push(winners.length);
    for (const winner of winners) await winner.value();
  }

  expect(winnersOfRounds).toEqual(Array.from({ length: 30 }, () => 1));
});
