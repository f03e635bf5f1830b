/** How a web client follows the evaluations of one context, and goes over to another, on a real server. */
import type { WebOptions } from '../../../packages/web-sdk/src/api';
import { configure, makeApiKey, makeFlag, type Made } from '../../support/make';
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

const countOf = (path: string): number => proxy.seen.filter((request) => request.path === path).length;

it.each([
  ['a WebSocket', ['websocket'], 'websocket'],
  ['Server-Sent Events', ['sse'], 'sse'],
] as const)('is READY with the first event of %s, and asks nothing else', async (_name, transports, via) => {
  const { client, changes } = open({ transports });

  const ready = await client.waitUntilReady();

  expect(ready).toMatchObject({ status: 'READY', via, isTimedOut: false, fault: null });
  expect(client.boolean(flag.key, false)).toBe(true);
  expect(changes[0]?.flagKeys).toContain(flag.key);
  expect(countOf('query')).toBe(0);
});
