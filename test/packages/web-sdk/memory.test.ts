/** What a page remembers for the next visit, within which bounds, and what it does not use. */
import type { KeyValueStorage, WebOptions } from '../../../packages/web-sdk/src/api';
import { configure, eventually, makeApiKey, makeFlag, type Made } from '../../support/make';
import { startHttpProxy, type HttpProxy } from '../support/http-proxy';
import { serve, type Served } from '../support/served';
import { memoryStorage, openPage, slowStorage, type ConnectedPage } from '../support/served-web';

let served: Served;
let proxy: HttpProxy;
let key: string;
let flag: Made;
const pages: ConnectedPage[] = [];
const ADA = { targetingKey: 'ada', attributes: { secret: 'tiger' } };

beforeAll(async () => {
  served = await serve();
  key = await makeApiKey(served.project, served.environment, 'CLIENT');
  flag = await makeFlag(served.project, { isClientAvailable: true });
  await configure(served.project, flag, served.environment, { targets: [{ variation: 'off', targetingKeys: ['grace'] }] });
});

beforeEach(async () => {
  proxy = await startHttpProxy(Number(new URL(served.world.url).port));
});

afterEach(async () => {
  for (const { client } of pages.splice(0)) await client.close();
  await proxy.stop().catch(() => undefined);
});

afterAll(() => served.close());

function open(storage: KeyValueStorage | null, options: WebOptions = {}): ConnectedPage {
  const page = openPage({ url: proxy.url, key, context: ADA, storage, ...options });
  pages.push(page);
  return page;
}

/** A visit that has seen the flags. */
async function visit(storage: KeyValueStorage, options: WebOptions = {}): Promise<void> {
  const { client } = open(storage, options);
  await client.waitUntilReady();
  await client.close();
}

it('serves what it remembers before the constructor has returned, STALE until the server answers', async () => {
  const storage = memoryStorage();
  await visit(storage);
  await proxy.stop();

  const { client, statuses } = open(storage);

  expect(client).toMatchObject({ status: 'STALE' });
  expect(client.boolean(flag.key, false)).toBe(true);
  await proxy.start();
  await eventually(async () => client.status === 'READY');
  expect(statuses.map(({ status }) => status)).toEqual(['READY']);
});

it('changes nothing and says nothing when the server says the same as what it remembers', async () => {
  const storage = memoryStorage();
  await visit(storage);

  const { client, changes } = open(storage);
  const before = client.all();
  await eventually(async () => client.status === 'READY');

  expect(client.all()).toBe(before);
  expect(changes).toEqual([]);
});

it('waits for a storage that answers later, as that of React Native does', async () => {
  const texts = new Map<string, string>();
  await visit(slowStorage(texts));
  await proxy.stop();

  const { client } = open(slowStorage(texts));
  const before = client.status;

  expect(await client.waitUntilReady()).toMatchObject({ status: 'STALE', via: 'store', isTimedOut: false });
  expect([before, client.boolean(flag.key, false)]).toEqual(['STARTING', true]);
});

it('never shows what is remembered of another context, key, server or choice of flags', async () => {
  const storage = memoryStorage();
  await visit(storage);
  const url = proxy.url;
  await proxy.stop();

  const others: WebOptions[] = [
    { context: { targetingKey: 'grace' } },
    { context: { ...ADA, attributes: {} } },
    { context: {} },
    { key: 'fs_client_another' },
    { url: `${url}/behind/a/path` },
    { flagKeys: [flag.key] },
  ];
  const values = others.map((options) => {
    const { client } = open(storage, options);
    return [client.status, client.position, client.boolean(flag.key, false)];
  });

  expect(values).toEqual(others.map(() => ['STARTING', null, false]));
});

it('recalls the context that is set, and never that of the one before', async () => {
  const storage = memoryStorage();
  await visit(storage, { context: { targetingKey: 'grace' } });
  await visit(storage);
  await proxy.stop();
  const { client } = open(storage);

  const result = await client.setContext({ targetingKey: 'grace' });

  expect(result).toMatchObject({ status: 'STALE', via: 'store', isTimedOut: false });
  expect(client.boolean(flag.key, true)).toBe(false);
});

it('stores no part of a context and no key, only digests', async () => {
  const storage = memoryStorage();
  await visit(storage);

  const written = [...storage.texts].join('\n');

  expect(written).toContain(flag.key);
  for (const secret of ['ada', 'tiger', 'secret', key]) expect(written).not.toContain(secret);
  expect([...storage.texts.keys()].sort()).toEqual([
    expect.stringMatching(/^flagstaff:[0-9a-f]{16}$/),
    expect.stringMatching(/^flagstaff:[0-9a-f]{16}:[0-9a-f]{16}$/),
  ]);
});

it('passes over what was damaged, at any place, says so, and replaces it', async () => {
  const storage = memoryStorage();
  await visit(storage);
  const [entry = '', text = ''] = [...storage.texts].find(([name]) => name.split(':').length === 3) ?? [];
  await proxy.stop();

  const outcomes = new Set<string>();
  for (let i = 0; i < 100; i++) {
    const at = Math.floor((i / 100) * text.length);
    const cut = text.slice(0, at);
    storage.texts.set(entry, i % 2 ? cut : `${cut}${text[at] === '~' ? '-' : '~'}${text.slice(at + 1)}`);
    const { client, faults } = open(storage);
    await Promise.resolve();
    outcomes.add(`${client.status} ${client.boolean(flag.key, false)} ${faults.length}`);
  }
  storage.texts.set(entry, '2:something of a later version');
  await proxy.start();
  await visit(storage);

  // The fault came while the client was constructed, before anybody could listen: it went to the logger.
  expect(outcomes).toEqual(new Set(['STARTING false 0']));
  expect(storage.texts.get(entry)).toMatch(/^1:/);
});

it('says what it does not use', async () => {
  const storage = memoryStorage();
  await visit(storage);
  for (const name of storage.texts.keys()) storage.texts.set(name, 'damaged');
  await proxy.stop();
  const warned: string[] = [];
  const logger = {
    debug: () => undefined,
    info: () => undefined,
    error: () => undefined,
    warn: (m: string) => void warned.push(m),
  };

  const { client } = open(storage, { logger });

  expect(client.status).toBe('STARTING');
  expect(warned[0]).toBe('Flagstaff: What was remembered is not used: it was damaged, or is of another version.');
});

it('remembers five contexts; the one that was used longest ago goes first', async () => {
  const storage = memoryStorage();
  const context = (i: number): WebOptions => ({ context: { targetingKey: `user-${i}` } });
  for (const i of [1, 2, 3, 4, 5, 1, 6, 7]) await visit(storage, context(i));
  await proxy.stop();

  const statuses = [1, 2, 3, 4, 5, 6, 7].map((i) => open(storage, context(i)).client.status);

  expect(statuses.map((status) => status === 'STALE')).toEqual([true, false, false, true, true, true, true]);
  expect(storage.texts.size).toBe(6);
});

it('remembers nothing of a context that takes more than 256 KiB, and says so once', async () => {
  const storage = memoryStorage();
  const big = await makeFlag(served.project, {
    isClientAvailable: true,
    valueType: 'JSON',
    variations: [
      { key: 'on', value: 'x'.repeat(60_000) },
      { key: 'off', value: 'y'.repeat(60_000) },
    ],
  });
  const flagKeys = [flag.key, big.key];
  const { client, faults } = open(storage, { flagKeys });
  await client.waitUntilReady();
  await client.flush();
  const small = storage.texts.size;
  // Three bytes for each character.
  const large = { flagKey: 'a', value: '€'.repeat(90_000), variation: 'on', reason: 'SPLIT', errorCode: null };
  (client as never as { keeper: { merge: (position: object, evaluations: object[]) => void } }).keeper.merge(
    { epoch: 'e', revision: 1 },
    [large],
  );
  await client.flush();
  await client.flush();

  expect(small).toBe(2);
  expect(faults.map(({ kind, message }) => [kind, message])).toEqual([
    ['STORE', 'Evaluations are not remembered: Error: they take more than 256 KiB.'],
  ]);
});

const fail = (message: string): never => {
  throw new Error(message);
};
const nothing = (): undefined => undefined;

it.each<[string, KeyValueStorage, number]>([
  ['is full', { getItem: () => null, setItem: () => fail('QuotaExceededError'), removeItem: nothing }, 1],
  ['throws for everything', { getItem: () => fail('SecurityError'), setItem: nothing, removeItem: nothing }, 1],
  ['rejects', { getItem: () => Promise.reject(new Error('no')), setItem: nothing, removeItem: nothing }, 2],
])('is READY with a storage that %s, and says so once for each way', async (_how, storage, count) => {
  const { client, faults } = open(storage);
  await client.waitUntilReady();
  await client.flush();
  void client.setContext({ targetingKey: 'grace' });
  await client.flush();

  expect(client.status).not.toBe('STARTING');
  const saves = faults.filter(({ message }) => message.startsWith('Evaluations are not remembered'));
  expect(saves).toHaveLength(1);
  expect(faults.filter(({ kind }) => kind === 'STORE').length).toBeGreaterThanOrEqual(count);
});

it('stores nothing when it is told so', async () => {
  const { client } = open(null);
  await client.waitUntilReady();
  await client.close();

  expect(client.boolean(flag.key, false)).toBe(true);
});

it('begins with a bootstrap rather than with what is remembered', async () => {
  const storage = memoryStorage();
  await visit(storage);
  const texts = [...storage.texts.values()].find((text) => text.startsWith('1:')) ?? '';
  const bootstrap = JSON.parse(texts.slice('1:0123456789abcdef:'.length));
  await proxy.stop();
  const [first] = bootstrap.evaluations.filter(({ flagKey }: { flagKey: string }) => flagKey === flag.key);

  const { client } = open(storage, { bootstrap: { ...bootstrap, evaluations: [{ ...first, value: false, variation: 'off' }] } });

  expect(client.details(flag.key, true)).toMatchObject({ value: false, variation: 'off' });
  await proxy.start();
  await eventually(async () => client.status === 'READY');
  expect(client.boolean(flag.key, false)).toBe(true);
  expect(client.bootstrapDetails(flag.key, true)).toMatchObject({ value: false, variation: 'off' });
});
