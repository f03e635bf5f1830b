/** Pages that nobody looks at: when the connection ends, and how it comes back. */
import type { WebOptions } from '../../../packages/web-sdk/src/api';
import { eventually, makeApiKey, makeFlag, toggle, type Made } from '../../support/make';
import { startHttpProxy, type HttpProxy } from '../support/http-proxy';
import { fasterClock, serve, type Served } from '../support/served';
import { heldLifecycle, openPage, type ConnectedPage } from '../support/served-web';

let served: Served;
let proxy: HttpProxy;
let key: string;
let flag: Made;
const pages: ConnectedPage[] = [];

beforeAll(async () => {
  served = await serve();
  key = await makeApiKey(served.project, served.environment, 'CLIENT');
  flag = await makeFlag(served.project, { isClientAvailable: true });
});

beforeEach(async () => {
  proxy = await startHttpProxy(Number(new URL(served.world.url).port));
});

afterEach(async () => {
  for (const { client } of pages.splice(0)) await client.close();
  await proxy.stop().catch(() => undefined);
});

afterAll(() => served.close());

const sockets = (): number => proxy.seen.filter(({ path }) => path === 'socket').length;
const queries = (): number => proxy.seen.filter(({ path }) => path === 'query').length;

async function following(options: WebOptions, times = 1, fromMs = 0): Promise<ConnectedPage> {
  const whole = { url: proxy.url, key, reports: false as const, transports: ['websocket', 'poll'] as const, ...options };
  const page = openPage(whole, fasterClock(times, fromMs));
  pages.push(page);
  await page.client.waitUntilReady();
  return page;
}

async function flip(isEnabled: boolean): Promise<void> {
  await toggle(served.project, flag, served.environment, isEnabled);
}

it('closes the connection after it was hidden for hiddenSeconds, and one event catches up when somebody looks', async () => {
  await flip(false);
  const lifecycle = heldLifecycle();
  const { client, changes } = await following({ lifecycle, hiddenSeconds: 300 }, 200, 60_000);

  lifecycle.tell(false);
  await eventually(async () => client.status === 'STALE');
  const count = changes.length;
  await flip(true);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const whileHidden = [sockets(), client.boolean(flag.key, true), changes.length - count];
  lifecycle.tell(true);
  await eventually(async () => client.status === 'READY');

  expect(whileHidden).toEqual([1, false, 0]);
  expect(sockets()).toBe(2);
  expect(client.boolean(flag.key, false)).toBe(true);
  expect(changes.slice(count).map(({ flagKeys }) => flagKeys)).toEqual([[flag.key]]);
});

it('keeps the connection while it is hidden for a shorter time, and asks nothing', async () => {
  const lifecycle = heldLifecycle();
  const { client, statuses } = await following({ lifecycle, hiddenSeconds: 300 });

  lifecycle.tell(false);
  await new Promise((resolve) => setTimeout(resolve, 100));
  lifecycle.tell(true);
  await flip(!client.boolean(flag.key, false));
  await new Promise((resolve) => setTimeout(resolve, 100));

  expect([sockets(), queries()]).toEqual([1, 0]);
  expect(statuses.map(({ status }) => status)).toEqual(['READY']);
});

it('looks whether the server is still there when somebody comes back after ten seconds', async () => {
  const lifecycle = heldLifecycle();
  const { statuses } = await following({ lifecycle, hiddenSeconds: 300 }, 100);

  lifecycle.tell(false);
  await new Promise((resolve) => setTimeout(resolve, 150));
  lifecycle.tell(true);
  await eventually(async () => queries() === 1);

  expect(sockets()).toBe(1);
  expect(statuses.map(({ status }) => status)).toEqual(['READY']);
});

it('asks at once when the network is back, instead of waiting', async () => {
  const lifecycle = heldLifecycle();
  const { client } = await following({ lifecycle });
  await proxy.stop();
  await new Promise((resolve) => setTimeout(resolve, 5_000));
  await proxy.start();

  const before = performance.now();
  lifecycle.tell(true);
  const made = await makeFlag(served.project, { isClientAvailable: true });
  await eventually(async () => client.all().has(made.key));

  expect(performance.now() - before).toBeLessThan(2_000);
});

it('ends the connection at once when the page leaves, and comes back with it', async () => {
  const lifecycle = heldLifecycle();
  const { client } = await following({ lifecycle });

  lifecycle.tell(false, true);
  const left = client.status;
  lifecycle.tell(true);
  await eventually(async () => client.status === 'READY');

  expect([left, sockets()]).toEqual(['STALE', 2]);
});

it('is paused until it is resumed, also when somebody looks', async () => {
  const lifecycle = heldLifecycle();
  const { client } = await following({ lifecycle });

  client.pause();
  client.pause();
  lifecycle.tell(false);
  lifecycle.tell(true);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const paused = [client.status, sockets()];
  client.resume();
  await eventually(async () => client.status === 'READY');

  expect(paused).toEqual(['STALE', 1]);
  expect(sockets()).toBe(2);
});

it('follows the context that was set while it was paused', async () => {
  const { client } = await following({});

  client.pause();
  const result = await client.setContext({ targetingKey: 'grace' }, 50);
  client.resume();
  await eventually(async () => client.status === 'READY');

  expect(result).toMatchObject({ status: 'STALE', isTimedOut: true });
  expect(client.context).toEqual({ targetingKey: 'grace' });
});

it('lets go of the lifecycle when it is closed', async () => {
  const lifecycle = heldLifecycle();
  const { client } = await following({ lifecycle });

  await client.close();
  lifecycle.tell(true);
  lifecycle.tell(false, true);
  client.resume();

  expect([client.status, sockets()]).toEqual(['CLOSED', 1]);
  expect(client.boolean(flag.key, true)).toBe(client.boolean(flag.key, false));
});
