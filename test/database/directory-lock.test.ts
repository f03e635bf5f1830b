import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
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

const ROOT = join(__dirname, '..', '..');
const HOLD = `require('./src/database/directory-lock').lockDirectory(process.argv[1])
  .then(() => { console.log('held'); setInterval(() => {}, 60_000); }, (error) => console.log(error.message));`;

/** Another process that takes the lock; resolves with its first line when it has it, or was refused. */
async function lockElsewhere(directory: string, prefix: readonly string[] = []) {
  const args = [...prefix, process.execPath, '-r', join(ROOT, 'test/support/run-typescript.cjs'), '-e', HOLD, directory];
  const child = spawn(args[0]!, args.slice(1), { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const end = async (): Promise<void> => {
    const closed = once(child, 'close');
    child.kill('SIGKILL');
    await closed;
  };
  return { pid: child.pid!, line: line.toString().trim(), end, signal: (name: NodeJS.Signals) => child.kill(name) };
}

/** Leaves behind what a process does that was killed while it held the lock. */
async function leaveStaleLock(directory: string): Promise<void> {
  const other = await lockElsewhere(directory);
  await other.end();
  expect(readdirSync(directory)).toEqual(['lock.1']);
}

const refusal = (directory: string, owner = `process ${process.pid} on ${hostname()}`): string =>
  `The data directory ${directory} is in use by ${owner}; stop that process or set DATA_DIR to another directory.`;

it('refuses a directory that a live process holds, with a sentence that names both', async () => {
  const directory = makeDirectory();
  const unlock = await lockDirectory(directory);

  await expect(lockDirectory(directory)).rejects.toThrow(refusal(directory));
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

it('takes over the lock of a process that was killed', async () => {
  const directory = makeDirectory();
  await leaveStaleLock(directory);

  const unlock = await lockDirectory(directory);

  await expect(lockDirectory(directory)).rejects.toThrow(refusal(directory));
  await unlock();
  expect(readdirSync(directory)).toEqual([]);
});

it('takes over a lock that is not a socket, and one that was copied with its directory', async () => {
  const directory = makeDirectory();
  writeFileSync(join(directory, 'lock.3'), '{"pid":1}');
  const first = await lockDirectory(directory);
  const copy = makeDirectory();
  spawnSync('cp', ['-a', `${directory}/.`, copy]);

  const second = await lockDirectory(copy);

  expect(readdirSync(directory)).toEqual(['lock.4']);
  await second();
  await first();
  expect([readdirSync(directory), readdirSync(copy)]).toEqual([[], []]);
});

it('refuses a directory whose owner stands still', async () => {
  const directory = makeDirectory();
  const other = await lockElsewhere(directory);
  other.signal('SIGSTOP');

  await expect(lockDirectory(directory)).rejects.toThrow(refusal(directory, 'another process'));
  await other.end();
});

it('locks a directory whose path is too long for a socket', async () => {
  const directory = join(makeDirectory(), 'd'.repeat(100), 'e'.repeat(100));
  mkdirSync(directory, { recursive: true });
  const unlock = await lockDirectory(directory);

  await expect(lockDirectory(directory)).rejects.toThrow(refusal(directory));
  await unlock();
  expect(readdirSync(directory)).toEqual([]);
});

it('sees one lock under all names of a directory', async () => {
  const directory = makeDirectory();
  const other = join(makeDirectory(), 'link');
  symlinkSync(directory, other);
  const unlock = await lockDirectory(directory);

  await expect(lockDirectory(other)).rejects.toThrow(refusal(other));
  await unlock();
});

const hasNamespaces = spawnSync('unshare', ['--pid', '--net', '--fork', '--mount-proc', 'true']).status === 0;
const inNamespaces = hasNamespaces ? it : it.skip;

inNamespaces(
  'refuses a directory that a process of another PID and network namespace holds, and takes it over at its end',
  async () => {
    const directory = makeDirectory();
    const unshare = ['unshare', '--pid', '--net', '--fork', '--kill-child', '--mount-proc'];
    const other = await lockElsewhere(directory, unshare);
    const third = await lockElsewhere(directory, unshare);
    await third.end();

    expect([other.line, third.line]).toEqual(['held', refusal(directory, `process 1 on ${hostname()}`)]);
    await expect(lockDirectory(directory)).rejects.toThrow(refusal(directory, `process 1 on ${hostname()}`));
    await other.end();
    const unlock = await lockDirectory(directory);
    await unlock();
  },
);

it('gives a stale lock to exactly one of many that take it at once', async () => {
  const stale = makeDirectory();
  await leaveStaleLock(stale);
  const winnersOfRounds: number[] = [];

  for (let round = 0; round < 30; round++) {
    const directory = makeDirectory();
    spawnSync('cp', ['-a', `${stale}/.`, directory]);
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => lockDirectory(directory)));
    const winners = outcomes.filter((outcome) => outcome.status === 'fulfilled');
    winnersOfRounds.push(winners.length);
    for (const winner of winners) await winner.value();
  }

  expect(winnersOfRounds).toEqual(Array.from({ length: 30 }, () => 1));
});
