/** A client that only polls asks for what has changed, not for everything again. */
import { randomBytes } from 'node:crypto';
import type { ServerOptions } from '../../../packages/server-sdk/src/api';
import { eventually, make, makeFlag, makeSegment, toggle, type Made } from '../../support/make';
import { startHttpProxy, type HttpProxy } from '../support/http-proxy';
import { canonical, createOnClock, fasterClock, note, serve, snapshotOf, type Connected, type Served } from '../support/served';

let served: Served;
let proxy: HttpProxy;
let one: Connected;
let flag: Made;
let startBytes: number;

beforeAll(async () => {
  served = await serve();
  // Random, so that compressing does not make it small.
  const variations = ['on', 'off'].map((key) => ({ key, value: randomBytes(15_000).toString('base64') }));
  for (let i = 0; i < 10; i++) await makeFlag(served.project, { valueType: 'STRING', variations });
  flag = await makeFlag(served.project);
  proxy = await startHttpProxy(Number(new URL(served.world.url).port));
  one = connect();
  await one.client.waitUntilReady();
  startBytes = proxy.bytesOut();
});

afterAll(async () => {
  await one.client.close();
  await proxy.stop();
  await served.close();
});

function connect(options: ServerOptions = {}, times = 1): Connected {
  const all = { url: proxy.url, key: served.key, transports: ['poll'], reports: false, ...options } as const;
  return note(createOnClock(all, fasterClock(times)));
}

/** Bytes of answers, and how many there were, while the client asks once. */
async function refresh(): Promise<{ bytes: number; requests: number }> {
  const [bytes, requests] = [proxy.bytesOut(), proxy.seen.length];
  expect(await one.client.refresh()).toMatchObject({ status: 'READY', fault: null });
  return { bytes: proxy.bytesOut() - bytes, requests: proxy.seen.length - requests };
}

it('reads a large environment once: a poll that finds nothing new takes one small answer', async () => {
  const polls = [await refresh(), await refresh()];

  expect(startBytes).toBeGreaterThan(200_000);
  for (const { bytes, requests } of polls) {
    expect(requests).toBe(1);
    expect(bytes).toBeLessThan(200);
  }
});

it('takes only the flags that changed, and has the server’s snapshot byte for byte', async () => {
  await toggle(served.project, flag, served.environment, true);
  const segment = await makeSegment(served.project, { included: ['ada', 'grace'] });
  await make(served.project.client, 'removeSegmentKeys', { segmentId: segment.id, keys: ['ada'] }, 'revisions { revision }');

  const { bytes, requests } = await refresh();

  expect(requests).toBe(2);
  expect(bytes).toBeLessThan(5_000);
  expect(canonical(snapshotOf(one))).toBe(canonical(await served.snapshot()));
  expect(one.client.boolean(flag.key, false)).toBe(true);
});

it('applies each revision once and in order, also when there are more than one answer holds', async () => {
  const revisions: number[] = [];
  const end = one.client.on('change', ({ position }) => revisions.push(position.revision));
  const from = one.client.position!.revision;
  for (let i = 0; i < 130; i++) await toggle(served.project, flag, served.environment, i % 2 === 1);

  const { requests } = await refresh();
  end();

  expect(revisions).toEqual(Array.from({ length: 130 }, (_, i) => from + 1 + i));
  expect(requests).toBe(3);
});

it('polls by itself, at moments of its own', async () => {
  const { client } = connect({}, 50);
  await client.waitUntilReady();
  const from = proxy.seen.length;
  const { revision } = await toggle(served.project, flag, served.environment, false);
  await eventually(async () => client.position?.revision === revision);
  await eventually(async () => proxy.seen.length > from + 6);
  await client.close();

  const times = proxy.seen.slice(from).map(({ at }) => at);
  expect(client.boolean(flag.key, true)).toBe(false);
  // 30 seconds, a fifth more or less, but for the second answer to a poll that found something.
  const gaps = times.slice(1).map((at, i) => (at - times[i]!) * 50);
  for (const gap of gaps.filter((ms) => ms > 5_000)) expect(gap).toBeGreaterThan(23_000);
});

it('is REFUSED when there is no such environment any more, and READY again when there is', async () => {
  proxy.set({ query: { status: 200, body: '{"data":{"flagChanges":null}}' } });
  const refreshed = await one.client.refresh();
  proxy.set({ query: { status: 200, body: '{"data":{}}' } });
  const broken = await one.client.refresh();
  proxy.set({ query: 'pass' });

  expect(refreshed).toMatchObject({ status: 'REFUSED', fault: { kind: 'GONE' } });
  expect(broken).toMatchObject({ fault: { kind: 'BROKEN' } });
  expect(await one.client.refresh()).toMatchObject({ status: 'READY', fault: null });
});
