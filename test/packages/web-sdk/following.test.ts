/** How a web client follows the evaluations of one context, on a real server through a proxy that breaks what a test says. */
import type { WebOptions } from '../../../packages/web-sdk/src/api';
import { renewEpochs } from '../../../src/modules/changes/epoch-repository';
import { configure, eventually, make, makeApiKey, makeFlag, toggle, type Made } from '../../support/make';
import { startHttpProxy, type HttpProxy } from '../support/http-proxy';
import { fasterClock, serve, type Served } from '../support/served';
import { openPage, type ConnectedPage } from '../support/served-web';

let served: Served;
let proxy: HttpProxy;
let key: string;
let flag: Made;
const pages: ConnectedPage[] = [];

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

function open(options: WebOptions = {}, times = 1): ConnectedPage {
  const page = openPage({ url: proxy.url, key, context: { targetingKey: 'ada' }, ...options }, fasterClock(times));
  pages.push(page);
  return page;
}

/** A client that a stream keeps current. */
async function following(options: WebOptions = {}, times = 1): Promise<ConnectedPage> {
  const page = open(options, times);
  await eventually(async () => page.client.status === 'READY' && viaOf(page) !== 'poll');
  return page;
}

const viaOf = ({ statuses }: ConnectedPage): unknown => statuses.at(-1)?.via;
const countOf = (path: string): number => proxy.seen.filter((request) => request.path === path).length;

async function servesChanges({ client, changes }: ConnectedPage): Promise<void> {
  const made = await makeFlag(served.project, { isClientAvailable: true });
  await toggle(served.project, made, served.environment, true);
  await eventually(async () => client.boolean(made.key, false));
  expect(changes.at(-1)?.flagKeys).toEqual([made.key]);
}

it.each([
  ['a WebSocket', ['websocket'], 'websocket'],
  ['Server-Sent Events', ['sse'], 'sse'],
] as const)('is READY with the first event of %s, asks nothing else, and hears of changes', async (_name, transports, via) => {
  const page = open({ transports });

  const ready = await page.client.waitUntilReady();

  expect(ready).toMatchObject({ status: 'READY', via, isTimedOut: false, fault: null });
  expect(page.client.boolean(flag.key, false)).toBe(true);
  expect(page.changes[0]?.flagKeys).toContain(flag.key);
  await servesChanges(page);
  expect(countOf('query')).toBe(0);
});

it('is told variation, reason and version, and no rule', async () => {
  const { client } = await following();

  expect(client.details(flag.key, false)).toEqual({
    ...{ flagKey: flag.key, value: true, variation: 'on', reason: 'FALLTHROUGH', ruleId: null, inExperiment: false },
    ...{ flagVersion: expect.any(Number), errorCode: null, errorMessage: null, position: client.position },
  });
});

it('forgets a flag that is not client-available any more', async () => {
  const made = await makeFlag(served.project, { isClientAvailable: true });
  const { client } = await following();
  await eventually(async () => client.all().has(made.key));

  const { flag: whole } = await served.project.client.request<{ flag: { version: number } }>(
    'query ($id: ID!) { flag(id: $id) { version } }',
    { id: made.id },
  );
  const input = { flagId: made.id, expectedVersion: whole.version, isClientAvailable: false };
  await make(served.project.client, 'updateFlag', input, 'flag { id }');
  await eventually(async () => !client.all().has(made.key));

  expect(client.details(made.key, true)).toMatchObject({ value: true, errorCode: 'FLAG_NOT_FOUND' });
});

it('follows only the flags that it is told to', async () => {
  const { client } = await following({ flagKeys: [flag.key, 'none'] });

  expect([...client.all().keys()]).toEqual([flag.key]);
  expect(client.details('none', 1).errorCode).toBe('FLAG_NOT_FOUND');
});

it.each([
  ['answered 502', { status: 502, body: '<html>Bad gateway</html>' }],
  ['refused with 403 by something in between', { status: 403, body: '<html>Forbidden</html>' }],
  ['held back until they end', 'hold'],
  ['cut at once', 'cut'],
] as const)('polls when streams are %s, and is READY', async (_how, stream) => {
  proxy.set({ stream, socket: { status: 403 } });
  const page = open({}, 20);

  expect(await page.client.waitUntilReady()).toMatchObject({ status: 'READY', via: 'poll' });

  await servesChanges(page);
  expect(page.statuses.map(({ status }) => status)).toEqual(['READY']);
});

it('polls for a context that is too large for a stream', async () => {
  const attributes = { text: 'x'.repeat(10_000) };
  const { client } = open({ context: { targetingKey: 'ada', attributes } }, 20);

  expect(await client.waitUntilReady()).toMatchObject({ status: 'READY', via: 'poll' });
  expect(client.boolean(flag.key, false)).toBe(true);
});

it('goes to Server-Sent Events after two attempts when WebSockets are forbidden, and back after five minutes', async () => {
  proxy.set({ socket: { status: 403 } });
  const page = openPage({ url: proxy.url, key, context: { targetingKey: 'ada' } }, fasterClock(200, 60_000));
  pages.push(page);
  await eventually(async () => viaOf(page) === 'sse');
  expect(countOf('socket')).toBe(2);
  proxy.set({ socket: 'pass' });

  await eventually(async () => viaOf(page) === 'websocket');

  await servesChanges(page);
  expect(page.statuses.filter(({ status }) => status !== 'READY')).toEqual([]);
});

it('asks by polls for what is newer, and changes nothing when there is nothing', async () => {
  const { client, changes } = open({ transports: ['poll'] }, 100);
  await client.waitUntilReady();
  const before = client.all();

  await eventually(async () => countOf('query') >= 4);

  const asked = proxy.seen.filter(({ path }) => path === 'query').map(({ body }) => JSON.parse(body).variables.have);
  expect(asked.slice(0, 3)).toEqual([null, client.position, client.position]);
  expect(client.all()).toBe(before);
  expect(changes).toHaveLength(1);
});

describe('given a server that is gone', () => {
  it('is STARTING with fallbacks, waits no longer than it is told, and is READY when the server is there', async () => {
    await proxy.stop();
    const { client, statuses, faults } = open({}, 10);

    const waited = await client.waitUntilReady(50);
    const value = client.boolean(flag.key, false);
    await proxy.start();
    await eventually(async () => client.status === 'READY');

    expect(waited).toMatchObject({ status: 'STARTING', isTimedOut: true, position: null });
    expect([value, client.boolean(flag.key, false)]).toEqual([false, true]);
    expect(statuses[0]).toMatchObject({ status: 'READY' });
    expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(['NETWORK']));
  });

  it('serves on without a change while polls fail, is STALE, and hears what it missed when the server is back', async () => {
    const page = await following({}, 10);
    const missed = await makeFlag(served.project, { isClientAvailable: true });
    await eventually(async () => page.client.all().has(missed.key));
    const values: boolean[] = [];

    await proxy.stop();
    page.client.on('status', () => values.push(page.client.boolean(flag.key, false)));
    await eventually(async () => page.client.status === 'STALE');
    const count = page.changes.length;
    await toggle(served.project, missed, served.environment, true);
    await eventually(async () => page.faults.length >= 5);
    expect(page.changes).toHaveLength(count);
    await proxy.start();
    await eventually(async () => page.client.status === 'READY');

    expect(page.client.boolean(missed.key, false)).toBe(true);
    expect(new Set(values)).toEqual(new Set([true]));
    expect(page.changes.slice(count).map(({ flagKeys }) => flagKeys)).toEqual([[missed.key]]);
  });

  it('does not say of a restart that is shorter than its grace', async () => {
    const page = await following();

    await proxy.stop();
    await new Promise((resolve) => setTimeout(resolve, 400));
    await proxy.start();
    await servesChanges(page);

    expect(page.statuses.map(({ status }) => status)).not.toContain('STALE');
  });
});

it('replaces everything when the epoch changes under it, and goes on from there', async () => {
  const page = await following();
  const { epoch } = page.client.position!;

  await served.world.app.database.transaction(({ connection }) => renewEpochs(connection, served.environment.id));
  await servesChanges(page);

  expect(page.client.position!.epoch).not.toBe(epoch);
  expect(page.client.boolean(flag.key, false)).toBe(true);
});

it.each([
  ['HTML with status 200', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html></html>' }, 'BROKEN'],
  ['JSON that is no result', { status: 200, body: '[1, 2]' }, 'BROKEN'],
  ['data without evaluations', { status: 200, body: '{"data":{}}' }, 'BROKEN'],
  ['evaluations that are none', { status: 200, body: '{"data":{"evaluate":{"resultsIfNewer":[{"evaluations":3}]}}}' }, 'BROKEN'],
  ['no such environment', { status: 200, body: '{"data":{"evaluate":null}}' }, 'GONE'],
  ['status 500', { status: 500 }, 'NETWORK'],
] as const)('takes %s for a fault, and keeps what it has', async (_what, query, kind) => {
  const { client, faults, changes } = open({ transports: ['poll'] }, 100);
  await client.waitUntilReady();
  const [before, count] = [client.all(), changes.length];

  proxy.set({ query });
  await eventually(async () => faults.length > 0);
  const value = client.boolean(flag.key, false);
  proxy.set({ query: 'pass' });

  expect(faults[0]?.kind).toBe(kind);
  expect([client.all(), changes.length, value]).toEqual([before, count, true]);
});

it('is REFUSED when its key is revoked while it follows, and serves on', async () => {
  const { secret, apiKey } = await make<{ secret: string; apiKey: Made }>(
    served.project.client,
    'createApiKey',
    { environmentId: served.environment.id, kind: 'CLIENT', name: 'A key that ends' },
    'secret apiKey { id }',
  );
  const { client, faults } = await following({ key: secret });

  await make(served.project.client, 'revokeApiKey', { apiKeyId: apiKey.id }, 'apiKey { id }');
  await eventually(async () => client.status === 'REFUSED');

  expect(client.boolean(flag.key, false)).toBe(true);
  expect(faults.at(-1)).toMatchObject({ kind: 'REFUSED' });
});

it('is REFUSED by a key that there is not, and asks a server that refuses no more often for other contexts', async () => {
  const { client } = open({ key: 'fs_client_none' });
  expect(await client.waitUntilReady()).toMatchObject({ status: 'REFUSED', position: null });
  const before = proxy.seen.length;

  for (let i = 0; i < 20; i++) void client.setContext({ targetingKey: `user-${i}` });
  await new Promise((resolve) => setTimeout(resolve, 500));

  expect(proxy.seen.length - before).toBe(0);
  expect(client.status).toBe('REFUSED');
});

describe('given another context', () => {
  it('serves the flags of the one before until there are some of it', async () => {
    const page = await following();

    const setting = page.client.setContext({ targetingKey: 'grace' });
    const before = page.client.boolean(flag.key, false);
    const result = await setting;

    expect([before, page.client.boolean(flag.key, true)]).toEqual([true, false]);
    expect(result).toMatchObject({ status: 'READY', isTimedOut: false });
    expect(page.client.context).toEqual({ targetingKey: 'grace' });
    expect(page.changes.at(-1)?.flagKeys).toEqual([flag.key]);
    await servesChanges(page);
  });

  it('asks nothing for the context that it has', async () => {
    const { client } = await following();
    const before = proxy.seen.length;

    const result = await client.setContext({ attributes: {}, targetingKey: 'ada' });

    expect([result.status, client.context]).toEqual(['READY', { attributes: {}, targetingKey: 'ada' }]);
    expect(proxy.seen.length - before).toBe(1);
    expect((await client.setContext({ targetingKey: 'ada', attributes: {} })).status).toBe('READY');
    expect(proxy.seen.length - before).toBe(1);
  });

  it('waits no longer than it is told while the server is gone, and serves the one before', async () => {
    const { client } = await following();
    await proxy.stop();

    const result = await client.setContext({ targetingKey: 'grace' }, 50);

    expect(result).toMatchObject({ status: 'STALE', isTimedOut: true });
    expect(client.boolean(flag.key, false)).toBe(true);
    await proxy.start();
    await eventually(async () => !client.boolean(flag.key, true));
  });

  it('resolves at once when a newer one is set', async () => {
    const { client } = await following();
    proxy.set({ query: 'hold', stream: 'hold', socket: { status: 403 } });

    const first = client.setContext({ targetingKey: 'grace' }, 60_000);
    void client.setContext({ targetingKey: 'hopper' }, 10);

    expect(await first).toMatchObject({ isTimedOut: false, status: 'STALE' });
  });

  it.each([
    ['by polls whose answers come in any order, and are never called off', ['poll']],
    ['by WebSockets', ['websocket']],
  ] as const)('serves the last of 100, %s (#6 of confidence-sdk-js, #1331 of open-feature/js-sdk)', async (_how, transports) => {
    // An answer that was called off still comes, as from a network that does not know of it.
    const disobedient = async (url: unknown, init?: RequestInit): Promise<Response> => {
      const answer = await fetch(url as string, { ...init, signal: null });
      // The last one's comes before the others.
      const ms = (init?.body as string).includes('"last":true') ? 0 : 50 + Math.random() * 150;
      await new Promise((resolve) => setTimeout(resolve, ms));
      return answer;
    };
    const { client } = open({ transports, fetch: disobedient });
    await client.waitUntilReady();

    const results = [];
    for (let i = 0; i < 99; i++) {
      results.push(client.setContext({ targetingKey: i % 2 ? 'grace' : `user-${i}` }));
      if (i % 3 === 0) await new Promise((resolve) => setTimeout(resolve, Math.random() * 20));
    }
    results.push(client.setContext({ targetingKey: 'grace', attributes: { last: true } }));
    const values = (await Promise.all(results)).map(({ status }) => status);
    await new Promise((resolve) => setTimeout(resolve, 500));

    expect(values.at(-1)).toBe('READY');
    expect(client.boolean(flag.key, true)).toBe(false);
    expect(client.context).toEqual({ targetingKey: 'grace', attributes: { last: true } });
  });
});
