/** The file that survives a process: nothing of it is used that is not exactly what was written. */
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServerClient } from '../../../packages/server-sdk/src/index-node';
import { fileStore } from '../../../packages/server-sdk/src/file-store';
import type { Snapshot } from '../../../src/evaluation';
import { readTopics } from '../../evaluation/support/vectors';
import { eventually } from '../../support/make';
import { note } from '../support/served';

const directory = mkdtempSync(join(tmpdir(), 'flagstaff-store-'));
const snapshot = readTopics().find(({ snapshot: { segments } }) => segments.length > 0)!.snapshot;
let count = 0;
const newPath = (): string => join(directory, `store-${count++}`);

afterAll(() => rmSync(directory, { recursive: true }));

async function saved(options: object = { secret: 'secret' }): Promise<string> {
  const path = newPath();
  await fileStore(path, options).save(snapshot);
  return path;
}

const load = (path: string, options: object = { secret: 'secret' }): Promise<Snapshot | null> => fileStore(path, options).load();

it('gives back what was saved, byte for byte, from a file that only its owner may read', async () => {
  const path = await saved();

  expect(JSON.stringify(await load(path))).toBe(JSON.stringify(snapshot));
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

it('has nothing where there is no file', async () => {
  expect(await load(newPath())).toBeNull();
});

it('does not use a file that was cut at any of 100 places (#418 of unleash-node-sdk)', async () => {
  const whole = readFileSync(await saved());
  const outcomes = new Set<string>();
  for (let i = 0; i < 100; i++) {
    const path = newPath();
    writeFileSync(path, whole.subarray(0, Math.floor((i / 100) * whole.length)));
    outcomes.add(
      await load(path).then(
        () => 'used',
        () => 'refused',
      ),
    );
    rmSync(path);
  }

  expect([...outcomes]).toEqual(['refused']);
});

it('does not use a file in which one bit is another, at 1,000 places', async () => {
  const path = await saved();
  const whole = readFileSync(path);
  let refused = 0;
  for (let i = 0; i < 1_000; i++) {
    const damaged = Buffer.from(whole);
    const at = Math.floor((i / 1_000) * whole.length);
    damaged[at] = damaged[at]! ^ (1 << (i % 8));
    writeFileSync(path, damaged);
    await load(path).catch(() => (refused += 1));
  }

  expect(refused).toBe(1_000);
});

it('does not use what another key wrote, what was added to, and what is older than it may be', async () => {
  const path = await saved();
  const other = load(path, { secret: 'another' });
  await expect(other).rejects.toThrow('was cut, damaged, or written with another key');
  appendFileSync(path, '\n');
  await expect(load(path)).rejects.toThrow('was cut, damaged, or written with another key');

  const old = await saved();
  const spy = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 10 * 86_400_000);
  try {
    await expect(load(old, { secret: 'secret', ageDaysMax: 9 })).rejects.toThrow('it is 10 days old, and ageDaysMax is 9.');
    expect((await load(old, { secret: 'secret', ageDaysMax: 11 }))?.revision).toBe(snapshot.revision);
  } finally {
    spy.mockRestore();
  }
});

it('takes a time in the future for now', async () => {
  const spy = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 10 * 365 * 86_400_000);
  const path = await saved().finally(() => spy.mockRestore());

  expect((await load(path, { secret: 'secret', ageDaysMax: 1 }))?.epoch).toBe(snapshot.epoch);
});

it('leaves the old file, and no draft, when it cannot write the new one', async () => {
  const folder = join(directory, 'no folder yet');
  await expect(fileStore(join(folder, 'file'), { secret: 's' }).save(snapshot)).rejects.toThrow('ENOENT');
  mkdirSync(folder);
  const path = join(folder, 'file');
  mkdirSync(path);

  await expect(fileStore(path, { secret: 's' }).save(snapshot)).rejects.toThrow();

  expect(readdirSync(folder)).toEqual(['file']);
  chmodSync(folder, 0o700);
});

it('writes whole files from many at once: the last one counts', async () => {
  const path = newPath();
  const store = fileStore(path, { secret: 's' });

  await Promise.all(Array.from({ length: 20 }, (_, revision) => store.save({ ...snapshot, revision })));

  expect((await store.load())!.flags).toEqual(snapshot.flags);
  expect(readdirSync(directory).filter((name) => name.endsWith('.draft'))).toEqual([]);
});

describe('given a client', () => {
  it('begins with a damaged file as with none, says so, and replaces it', async () => {
    const path = newPath();
    writeFileSync(path, 'flagstaff-snapshot 1\n{');
    const { client, faults } = note(createServerClient({ store: fileStore(path, { secret: 's' }), logger: undefined }));
    await eventually(async () => faults.length > 0);

    expect(faults).toMatchObject([{ kind: 'STORE', message: expect.stringContaining(`${path} is not used`) as string }]);
    expect(client.status).toBe('STARTING');
  });

  it('saves at its end what it has', async () => {
    const path = newPath();
    const client = createServerClient({ snapshot, store: fileStore(path, { secret: 's' }) });

    await client.close();

    expect((await load(path, { secret: 's' }))?.revision).toBe(snapshot.revision);
  });

  it('tells that it could not save, and goes on', async () => {
    const { client, faults } = note(
      createServerClient({ snapshot, store: fileStore(join(directory, 'none', 'x'), { secret: 's' }) }),
    );

    await client.close();

    expect(faults.map(({ kind }) => kind)).toEqual(['STORE']);
    expect(existsSync(join(directory, 'none'))).toBe(false);
  });

  it('does not wait for a store that never answers', async () => {
    const never = { load: () => new Promise<never>(() => undefined), save: () => new Promise<never>(() => undefined) };
    const client = createServerClient({ snapshot, store: never });

    await client.close(50);

    expect(client.status).toBe('CLOSED');
  });
});
