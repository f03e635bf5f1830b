/** What is blocked between an application and the server, and how flags come through all the same. Minutes pass in seconds. */
import { WebSocket } from 'ws';
import type { ServerOptions } from '../../../packages/server-sdk/src/api';
import { eventually, makeFlag, toggle } from '../../support/make';
import { startHttpProxy, type HttpProxy } from '../support/http-proxy';
import { createOnClock, fasterClock, note, serve, type Connected, type Served } from '../support/served';

let served: Served;
let proxy: HttpProxy;
const connected: Connected[] = [];

beforeAll(async () => {
  served = await serve();
});

beforeEach(async () => {
  proxy = await startHttpProxy(Number(new URL(served.world.url).port));
});

afterEach(async () => {
  for (const { client } of connected.splice(0)) await client.close();
  await proxy.stop();
});

afterAll(() => served.close());

function connect(times: number, options: ServerOptions = {}, fromMs = 0): Connected {
  const client = createOnClock({ url: proxy.url, key: served.key, ...options }, fasterClock(times, fromMs));
  const one = note(client);
  connected.push(one);
  return one;
}

const viaOf = ({ statuses }: Connected): unknown => statuses.at(-1)?.via;
const countOf = (path: string): number => proxy.seen.filter((request) => request.path === path).length;

async function servesChanges({ client }: Connected): Promise<void> {
  const flag = await makeFlag(served.project);
  const { revision } = await toggle(served.project, flag, served.environment, true);
  await eventually(async () => client.position?.revision === revision);
  expect(client.boolean(flag.key, false)).toBe(true);
}

it('goes to Server-Sent Events after two attempts when WebSockets are forbidden (#4031 of growthbook)', async () => {
  proxy.set({ socket: { status: 403 } });
  const one = connect(20, { WebSocket });

  await eventually(async () => viaOf(one) === 'sse');

  expect(countOf('socket')).toBe(2);
  await servesChanges(one);
});

it.each([
  ['answered 502', { status: 502, body: '<html>Bad gateway</html>' }],
  ['refused with 403 by something in between', { status: 403, body: '<html>Forbidden</html>' }],
  ['held back until they end', 'hold'],
  ['cut at once', 'cut'],
] as const)('polls when streams are %s, and is READY', async (_how, stream) => {
  proxy.set({ stream });
  const one = connect(20);

  expect(await one.client.waitUntilReady()).toMatchObject({ status: 'READY', via: 'poll' });

  await servesChanges(one);
  expect(viaOf(one)).toBe('poll');
  expect(one.statuses.map(({ status }) => status)).toEqual(['READY']);
});

it('polls when neither a WebSocket nor a stream comes through, and goes back to a stream by itself', async () => {
  proxy.set({ stream: { status: 502 }, socket: { status: 403 } });
  const one = connect(20, { WebSocket });
  await servesChanges(one);

  proxy.set({ stream: 'pass' });
  await eventually(async () => viaOf(one) === 'sse');

  await servesChanges(one);
});

it('does not ask before `Retry-After` is over', async () => {
  proxy.set({ query: { status: 503, headers: { 'retry-after': '7' } } });
  const one = connect(10);
  await eventually(async () => countOf('query') === 1);

  proxy.set({ query: 'pass' });
  await one.client.waitUntilReady();

  const [first, second] = proxy.seen;
  expect(second!.at - first!.at).toBeGreaterThanOrEqual(690);
  expect(one.faults).toEqual([{ kind: 'BUSY', message: 'The server answers with status 503.', retryAfterMs: 7_000 }]);
});

it('climbs to a WebSocket after five minutes, and is connected all the while', async () => {
  proxy.set({ socket: { status: 403 } });
  const one = connect(200, { WebSocket }, 60_000);
  await eventually(async () => viaOf(one) === 'sse');
  proxy.set({ socket: 'pass' });

  await eventually(async () => viaOf(one) === 'websocket');

  await servesChanges(one);
  expect(one.statuses.filter(({ status }) => status !== 'READY')).toEqual([]);
  // The ones that were forbidden are all that failed: the stream was ended by the client.
  expect(one.faults.map(({ kind }) => kind)).toEqual(['NETWORK', 'NETWORK']);
});

it('is REFUSED by a server that refuses the key, asks again after five minutes, and serves again (#295 of js-sdk-contrib)', async () => {
  const refusal = {
    status: 401,
    body: '{"errors":[{"message":"The API key is unknown.","extensions":{"code":"UNAUTHENTICATED"}}]}',
  };
  proxy.set({ query: refusal, stream: refusal });
  const one = connect(100);

  expect(await one.client.waitUntilReady()).toMatchObject({ status: 'REFUSED', position: null });
  await eventually(async () => countOf('query') >= 3);
  proxy.set({ query: 'pass', stream: 'pass' });
  await eventually(async () => viaOf(one) === 'sse');

  const gaps = proxy.seen.slice(1, 3).map(({ at }, i) => (at - proxy.seen[i]!.at) * 100);
  for (const gap of gaps) expect(gap).toBeGreaterThanOrEqual(239_000);
  expect(one.statuses.map(({ status }) => status)).toEqual(['REFUSED', 'READY', 'READY']);
  expect(one.faults[0]).toEqual({ kind: 'REFUSED', message: 'The server refuses with UNAUTHENTICATED: The API key is unknown.' });
});

it('polls only, where it may do nothing else', async () => {
  const one = connect(20, { transports: ['poll'] });

  await servesChanges(one);

  expect([countOf('stream'), countOf('socket')]).toEqual([0, 0]);
});
