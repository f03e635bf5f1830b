/**
 * Keeps a snapshot in a file. Its last line is an HMAC of all before it, so that a file that was cut, damaged, or written with
 * another key is recognised, and not used. Written beside it and renamed, so that no crash leaves half a file in its place.
 */
import type { Snapshot, SnapshotFlag, SnapshotSegment } from '@flagstaff/evaluation';
import { createHmac, randomBytes, timingSafeEqual, type Hmac } from 'node:crypto';
import { open, readFile, rename, rm, type FileHandle } from 'node:fs/promises';
import { setImmediate as yieldToEventLoop } from 'node:timers/promises';
import type { SnapshotStore } from './api';

const FIRST_LINE = 'flagstaff-snapshot 1';
const SLICE_MS = 5;
const DAY_MS = 86_400_000;
const MAC_LENGTH = 64;

export interface FileStoreOptions {
  /** Authenticates the file. By default the API key, so that a file does not count any more when the key was rotated. */
  readonly secret?: string;
  /** Older files are not used. By default any age is, for old flags are better than none, and they are STALE. */
  readonly ageDaysMax?: number;
}

interface Head {
  readonly epoch: string;
  readonly revision: number;
  /** Milliseconds since 1970. */
  readonly savedAt: number;
  readonly flags: number;
  readonly segments: number;
}

/** Several processes may share the file: the last one to save wins. */
export function fileStore(path: string, { secret, ageDaysMax }: FileStoreOptions = {}): SnapshotStore {
  let hmacKey = secret ?? '';
  return {
    useKey: (key) => {
      hmacKey = secret ?? key;
    },
    load: async () => {
      const text = await readIfThere(path);
      if (text === null) return null;
      const body = authenticated(text, hmacKey);
      if (body === null)
        throw new Error(
          `${path} is not used: it was cut, damaged, or written with another key. It is replaced by the next snapshot.`,
        );
      return read(body, ageDaysMax, path);
    },
    save: async (snapshot) => {
      if (hmacKey === '') throw new Error('fileStore needs the option secret where there is no API key.');
      const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.draft`;
      try {
        await write(draft, snapshot, hmacKey);
        await rename(draft, path);
      } catch (error) {
        await rm(draft, { force: true });
        throw error;
      }
    },
  };
}

async function readIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** The text before the last line, if that line is its HMAC; else null. */
function authenticated(text: string, key: string): string | null {
  const at = text.length - MAC_LENGTH - 'mac \n'.length;
  if (key === '' || at < 0 || text.slice(at, at + 4) !== 'mac ' || !text.endsWith('\n')) return null;
  const body = text.slice(0, at);
  const expected = createHmac('sha256', key).update(body).digest('hex');
  const found = text.slice(at + 4, at + 4 + MAC_LENGTH);
  return timingSafeEqual(Buffer.from(expected), Buffer.from(found.padEnd(MAC_LENGTH).slice(0, MAC_LENGTH), 'latin1'))
    ? body
    : null;
}

function read(body: string, ageDaysMax: number | undefined, path: string): Snapshot {
  const [first, head = '', ...lines] = body.split('\n');
  if (first !== FIRST_LINE) throw new Error(`${path} is not used: its first line is not "${FIRST_LINE}".`);
  const { epoch, revision, savedAt, flags, segments } = JSON.parse(head) as Head;
  // A time in the future counts as now.
  const ageDays = Math.max(0, Date.now() - savedAt) / DAY_MS;
  if (ageDaysMax !== undefined && ageDays > ageDaysMax)
    throw new Error(`${path} is not used: it is ${Math.floor(ageDays)} days old, and ageDaysMax is ${ageDaysMax}.`);
  const things = lines.slice(0, flags + segments).map((line) => JSON.parse(line) as unknown);
  return {
    formatVersion: 1,
    epoch,
    revision,
    flags: things.slice(0, flags) as SnapshotFlag[],
    segments: things.slice(flags) as SnapshotSegment[],
  };
}

async function write(path: string, snapshot: Snapshot, key: string): Promise<void> {
  const { epoch, revision, flags, segments } = snapshot;
  const file = await open(path, 'wx', 0o600);
  try {
    const hmac = createHmac('sha256', key);
    const head: Head = { epoch, revision, savedAt: Date.now(), flags: flags.length, segments: segments.length };
    await writePart(file, hmac, `${FIRST_LINE}\n${JSON.stringify(head)}\n`);
    await writeThings(file, hmac, [...flags, ...segments]);
    await file.appendFile(`mac ${hmac.digest('hex')}\n`);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Writes in slices, so that requests of the application do not wait for 10,000 flags. */
async function writeThings(file: FileHandle, hmac: Hmac, things: readonly object[]): Promise<void> {
  let part = '';
  let until = performance.now() + SLICE_MS;
  for (const thing of things) {
    part += `${JSON.stringify(thing)}\n`;
    if (performance.now() < until) continue;
    await writePart(file, hmac, part);
    part = '';
    await yieldToEventLoop();
    until = performance.now() + SLICE_MS;
  }
  await writePart(file, hmac, part);
}

async function writePart(file: FileHandle, hmac: Hmac, text: string): Promise<void> {
  hmac.update(text);
  // `write` may write a part and say so in its result; this writes all, or rejects.
  await file.appendFile(text);
}
