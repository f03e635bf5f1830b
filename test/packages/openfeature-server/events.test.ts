/** Which status OpenFeature's SDK for servers has when, with a real server that is away, refuses, changes flags, and comes back. */
import { OpenFeature, ProviderEvents, ProviderStatus } from '@openfeature/server-sdk';
import { createServerClient } from '../../../packages/server-sdk/src/index-node';
import { createTestServerClient } from '../../../packages/server-sdk/src/testing';
import { eventually, makeFlag, toggle, uniqueKey } from '../../support/make';
import { startHttpProxy, type HttpProxy } from '../support/http-proxy';
import { createOnClock, fasterClock, note as noteClient, serve, type Served } from '../support/served';
import { note, place } from './support';

/** A tenth of the time for what waits a second or more. */
const FAST = fasterClock(20, 1_000);

let served: Served;
let proxy: HttpProxy;
const KEY = 'new-checkout';

beforeAll(async () => {
  served = await serve();
  const flag = await makeFlag(served.project, { key: KEY });
  await toggle(served.project, flag, served.environment, true);
  proxy = await startHttpProxy(Number(new URL(served.world.url).port));
});

afterEach(() => OpenFeature.clearProviders());

afterAll(async () => {
  await OpenFeature.close();
  await proxy.stop();
  await served.close();
});

const options = (): { url: string; key: string } => ({ url: proxy.url, key: served.key });
const macrotask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

it('is READY once the server has answered, and tells it once (2.4.1, 5.3.1)', async () => {
  const { features, told, ready } = place(createServerClient(options()));

  const before = await features.getBooleanDetails(KEY, false);
  await ready;
  await macrotask();

  expect(before).toMatchObject({ value: false, errorCode: 'PROVIDER_NOT_READY' });
  expect([features.providerStatus, told]).toEqual(['READY', ['READY']]);
  expect(features.metadata.providerMetadata).toEqual({ name: 'flagstaff' });
  expect(await features.getBooleanValue(KEY, false)).toBe(true);
});

it('names the flags that changed, which answer anew already (5.1.4)', async () => {
  const { features, told, ready } = place(createServerClient(options()));
  await ready;
  const flag = await makeFlag(served.project);
  await eventually(async () => told.includes(flag.key));
  const values: Promise<boolean>[] = [];
  features.addHandler(ProviderEvents.ConfigurationChanged, () => values.push(features.getBooleanValue(flag.key, false)));

  await toggle(served.project, flag, served.environment, true);

  await eventually(async () => values.length > 0);
  expect(await Promise.all(values)).toEqual([true]);
  expect(told).toEqual(['READY', flag.key, flag.key]);
});

it('is STALE with flags of before, told after the SDK has said READY, and READY when the server comes', async () => {
  const snapshot = await served.snapshot();
  await proxy.stop();
  const { features, told, events, ready } = place(createOnClock({ ...options(), snapshot }, FAST));
  await ready;
  await eventually(async () => told.length === 2);
  const away = [features.providerStatus, await features.getBooleanValue(KEY, false)];

  await proxy.start();
  await eventually(async () => told.length === 3);

  expect(away).toEqual(['STALE', true]);
  expect(told).toEqual(['READY', 'STALE', 'READY']);
  expect(events[1]).toMatchObject({ message: 'The client is STALE.', providerName: 'flagstaff' });
  expect(features.providerStatus).toBe('READY');
});

it('tells each loss and each return, and serves all the time (#1583 of java-sdk-contrib, #739 of dotnet-sdk-contrib)', async () => {
  const { features, told, ready } = place(createOnClock(options(), FAST));
  await ready;
  const values: boolean[] = [];

  for (let round = 1; round <= 3; round++) {
    await proxy.stop();
    await eventually(async () => told.length === round * 2);
    values.push(await features.getBooleanValue(KEY, false));
    await proxy.start();
    await eventually(async () => told.length === round * 2 + 1);
    values.push(await features.getBooleanValue(KEY, false));
  }

  expect(told).toEqual(['READY', 'STALE', 'READY', 'STALE', 'READY', 'STALE', 'READY']);
  expect(values).toEqual(Array(6).fill(true));
});

it('rejects after 5 seconds without flags, is ERROR, and is READY when the server comes (2.4.2.1, #295 of js-sdk-contrib)', async () => {
  await proxy.stop();
  const started = performance.now();
  const { features, told, ready } = place(createOnClock(options(), FAST));
  await expect(ready).rejects.toMatchObject({ code: 'PROVIDER_NOT_READY' });
  const waitedMs = performance.now() - started;
  const away = [features.providerStatus, await features.getBooleanDetails(KEY, false)];

  await proxy.start();
  await eventually(async () => features.providerStatus === ProviderStatus.READY);

  expect(away).toMatchObject(['ERROR', { value: false, reason: 'ERROR', errorCode: 'PROVIDER_NOT_READY' }]);
  expect(waitedMs).toBeGreaterThan(4_900);
  expect(told.filter((name) => !name.includes(KEY))).toEqual(['ERROR', 'READY']);
  expect(await features.getBooleanValue(KEY, false)).toBe(true);
});

describe('given a key that is not accepted', () => {
  it('is FATAL without flags, and READY when the key is accepted again', async () => {
    proxy.set({ query: { status: 401 }, stream: { status: 401 } });
    const { features, told, ready } = place(createOnClock(options(), fasterClock(1_000, 60_000)));
    await expect(ready).rejects.toMatchObject({ code: 'PROVIDER_FATAL' });
    const refused = [features.providerStatus, await features.getBooleanDetails(KEY, false)];

    proxy.set({ query: 'pass', stream: 'pass' });
    await eventually(async () => features.providerStatus === ProviderStatus.READY);

    expect(refused).toMatchObject(['FATAL', { value: false, errorCode: 'PROVIDER_FATAL' }]);
    expect(told.filter((name) => !name.includes(KEY))).toEqual(['ERROR', 'READY']);
    expect(await features.getBooleanValue(KEY, false)).toBe(true);
  });

  it('is never FATAL while it has flags: STALE, and they are served', async () => {
    const snapshot = await served.snapshot();
    const client = createServerClient({ url: proxy.url, key: 'fs_server_wrong', snapshot });
    const { statuses } = noteClient(client);
    const { features, told, ready } = place(client);
    await ready;
    await eventually(async () => statuses.some(({ status }) => status === 'REFUSED'));
    await macrotask();

    expect([features.providerStatus, told]).toEqual(['STALE', ['READY', 'STALE']]);
    expect(await features.getBooleanValue(KEY, false)).toBe(true);
  });
});

it('serves 5 domains and the default one by one client, each of which hears of a change', async () => {
  const client = createServerClient(options());
  const first = place(client);
  const others = Array.from({ length: 4 }, () => uniqueKey('domain'));
  const clients = [first.features, ...others.map((domain) => OpenFeature.getClient(domain)), OpenFeature.getClient()];
  const notes = [first, ...clients.slice(1).map(note)];
  await first.ready;
  for (const domain of others) await OpenFeature.setProviderAndWait(domain, first.provider);
  await OpenFeature.setProviderAndWait(first.provider);

  const flag = await makeFlag(served.project);
  await eventually(async () => notes.every(({ told }) => told.includes(flag.key)));

  expect(clients.map(({ providerStatus }) => providerStatus)).toEqual(Array(6).fill('READY'));
  expect(await Promise.all(clients.map((features) => features.getBooleanValue(KEY, false)))).toEqual(Array(6).fill(true));
  expect(notes.map(({ told }) => told)).toEqual(Array(6).fill(['READY', flag.key]));
});

it('keeps five domains with clients of their own apart', async () => {
  const placed = Array.from({ length: 5 }, (_, i) => place(createTestServerClient({ number: i })));
  await Promise.all(placed.map(({ ready }) => ready));

  expect(await Promise.all(placed.map(({ features }) => features.getNumberValue('number', -1)))).toEqual([0, 1, 2, 3, 4]);
});

it('is replaced by another while it serves: its client is closed, and handlers stay (1.1.2.3, 5.2.6)', async () => {
  const old = createServerClient(options());
  const { domain, features, told, ready } = place(old);
  await ready;

  const next = place(createTestServerClient({ [KEY]: false }), domain);
  await next.ready;
  await eventually(async () => old.status === 'CLOSED');

  expect(told).toEqual(['READY', 'READY']);
  expect(await features.getBooleanValue(KEY, true)).toBe(false);
});

it('stays open while one of its domains still has it', async () => {
  const client = createServerClient(options());
  const { domain, provider, ready } = place(client);
  await ready;
  const other = uniqueKey('domain');
  await OpenFeature.setProviderAndWait(other, provider);

  await place(createTestServerClient(), domain).ready;
  const kept = client.status;
  await place(createTestServerClient(), other).ready;

  expect(kept).toBe('READY');
  await eventually(async () => client.status === 'CLOSED');
});

it('is closed with OpenFeature, more than once, and tells nothing then (1.6.1, 2.5.3)', async () => {
  const client = createServerClient(options());
  const { provider, told, ready } = place(client);
  await ready;

  await OpenFeature.close();
  await provider.onClose?.();

  expect(client.status).toBe('CLOSED');
  expect(told).toEqual(['READY']);
});

it('tells no change of a client that it has let go of', async () => {
  const client = createTestServerClient({ a: true });
  const { told, ready } = place(client);
  await ready;

  await OpenFeature.close();
  client.flags.set('a', false);

  expect(told).toEqual(['READY']);
});

it('gives up its start when it is closed meanwhile', async () => {
  served.proxy.stall();
  const client = createServerClient({ url: served.url, key: served.key });
  const { provider, ready } = place(client);

  await provider.onClose?.();

  await expect(ready).rejects.toMatchObject({ code: 'PROVIDER_FATAL', message: 'The client is CLOSED and has no flags.' });
  served.proxy.heal();
});

it('is STALE when the application closes the client itself, and serves on', async () => {
  const client = createServerClient(options());
  const { features, told, ready } = place(client);
  await ready;
  await macrotask();

  await client.close();

  expect([features.providerStatus, told]).toEqual(['STALE', ['READY', 'STALE']]);
  expect(await features.getBooleanValue(KEY, false)).toBe(true);
});

it('is ready at once with a client that is', async () => {
  const client = createServerClient(options());
  await client.waitUntilReady();

  const { features, told, ready } = place(client);
  await ready;
  await macrotask();

  expect([features.providerStatus, told]).toEqual(['READY', ['READY']]);
});
