/** What can go wrong around the server SDK, with real servers and networks that do it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ServerOptions } from '../../../packages/server-sdk/src/api';
import { fileStore } from '../../../packages/server-sdk/src/file-store';
import { eventually, make, makeFlag, toggle, type Made } from '../../support/make';
import { startHttpProxy, type HttpProxy } from '../support/http-proxy';
import { createOnClock, fasterClock, note, serve, type Connected, type Served } from '../support/served';

let served: Served;
let proxy: HttpProxy;
let flag: Made;
const directory = mkdtempSync(join(tmpdir(), 'flagstaff-sdk-'));
const connected: Connected[] = [];

beforeAll(async () => {
  served = await serve();
  flag = await makeFlag(served.project);
  await toggle(served.project, flag, served.environment, true);
});

beforeEach(async () => {
  proxy = await startHttpProxy(Number(new URL(served.world.url).port));
});

afterEach(async () => {
  for (const { client } of connected.splice(0)) await client.close();
  await proxy.stop().catch(() => undefined);
});

afterAll(async () => {
  await served.close();
  rmSync(directory, { recursive: true });
});

function connect(options: ServerOptions = {}, clock = fasterClock(10)): Connected {
  const client = createOnClock({ url: proxy.url, key: served.key, ...options }, clock);
  const one = note(client);
  connected.push(one);
  return one;
}

describe('given a server that is gone', () => {
  it('is STARTING with fallbacks, waits no longer than it is told, and is READY when the server is there (#289, #132, #96 of node-server-sdk)', async () => {
    await proxy.stop();
    const { client, statuses, faults } = connect();

    const waited = await client.waitUntilReady(50);
    const value = client.boolean(flag.key, false);
    await proxy.start();
    await eventually(async () => client.status === 'READY');

    expect(waited).toMatchObject({ status: 'STARTING', isTimedOut: true, position: null });
    expect(value).toBe(false);
    expect(client.boolean(flag.key, false)).toBe(true);
    expect(statuses[0]).toMatchObject({ status: 'READY' });
    expect(new Set(faults.map(({ kind }) => kind))).toEqual(new Set(['NETWORK']));
  });

  it('begins with what was stored, and says that it is STALE until the server has answered (#90, #199 of unleash-js-sdk)', async () => {
    const store = fileStore(join(directory, 'begin'));
    const first = connect({ store });
    await first.client.waitUntilReady();
    await first.client.close();
    await proxy.stop();
    const { client, statuses } = connect({ store: fileStore(join(directory, 'begin')) });

    const waited = await client.waitUntilReady();
    const value = client.boolean(flag.key, false);
    await proxy.start();
    await eventually(async () => client.status === 'READY');

    expect(waited).toMatchObject({ status: 'STALE', via: 'store', isTimedOut: false });
    expect(value).toBe(true);
    expect(statuses.map(({ status }) => status).slice(0, 2)).toEqual(['STALE', 'READY']);
  });

  it('serves on, is STALE once a poll has failed, and tells when it is READY again (#1583 of java-sdk-contrib)', async () => {
    const { client, statuses } = connect();
    await client.waitUntilReady();
    await eventually(async () => statuses.at(-1)?.via === 'sse');

    await proxy.stop();
    await eventually(async () => client.status === 'STALE');
    const value = client.boolean(flag.key, false);
    await proxy.start();
    await eventually(async () => client.status === 'READY');

    expect(value).toBe(true);
    expect(statuses.map(({ status }) => status)).toEqual(expect.arrayContaining(['READY', 'STALE', 'READY']));
  });

  it('tells nobody of a restart that is shorter than its grace', async () => {
    const { client, statuses } = connect();
    await client.waitUntilReady();
    await eventually(async () => statuses.at(-1)?.via === 'sse');

    await proxy.stop();
    await new Promise((resolve) => setTimeout(resolve, 400));
    await proxy.start();
    const made = await makeFlag(served.project);
    await eventually(async () => client.evaluate(made.key).errorCode === null);

    expect(statuses.map(({ status }) => status)).not.toContain('STALE');
  });
});

it.each([
  ['HTML with status 200', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html></html>' }, 'BROKEN'],
  ['no JSON', { status: 200, body: '{"data": ' }, 'BROKEN'],
  ['JSON that is no result', { status: 200, body: '[1, 2]' }, 'BROKEN'],
  ['errors with status 200', { status: 200, body: '{"data":null,"errors":[{"message":"no"}]}' }, 'BROKEN'],
  ['an event that is none', { status: 200, body: '{"data":{"flagChanges":[{}]}}' }, 'BROKEN'],
  ['changes that are no list', { status: 200, body: '{"data":{"flagChanges":{}}}' }, 'BROKEN'],
  ['data without the changes', { status: 200, body: '{"data":{}}' }, 'BROKEN'],
  [
    'a snapshot of a later format',
    {
      status: 200,
      body: '{"data":{"flagChanges":[{"kind":"RESYNC","epoch":"e","revision":1,"changes":[]}],"snapshot":{"snapshot":{"formatVersion":2}}}}',
    },
    'BROKEN',
  ],
  ['more than 64 MB', { status: 200, body: `{"data":"${' '.repeat(64 * 1_024 * 1_024)}"}` }, 'BROKEN'],
  ['no such environment', { status: 200, body: '{"data":{"flagChanges":null}}' }, 'GONE'],
  ['status 500', { status: 500 }, 'NETWORK'],
  ['status 404', { status: 404, body: 'Not found' }, 'BROKEN'],
] as const)('takes %s for a fault, keeps what it has, and recovers', async (_what, query, kind) => {
  const { client } = await following();
  const before = client.position;
  const faults: string[] = [];
  client.on('fault', (fault) => faults.push(fault.kind));
  proxy.set({ query });

  const refreshed = await client.refresh();
  proxy.set({ query: 'pass' });
  await client.refresh();

  expect(faults).toEqual([kind]);
  expect(refreshed).toMatchObject({ fault: { kind }, position: before });
  expect(client).toMatchObject({ status: 'READY', position: before });
  expect(client.boolean(flag.key, false)).toBe(true);
});

async function following(options: ServerOptions = {}, clock = fasterClock(1)): Promise<Connected> {
  const one = connect(options, clock);
  await one.client.waitUntilReady();
  await eventually(async () => one.statuses.at(-1)?.via === 'sse');
  return one;
}

it('does not wait for a server that answers a byte in 3 seconds, and recovers when it is faster', async () => {
  proxy.set({ query: { msPerByte: 30 }, stream: { msPerByte: 30 } });
  const { client, statuses, faults } = connect({}, fasterClock(100));

  const waited = await client.waitUntilReady(100);
  await eventually(async () => faults.some(({ message }) => message.includes('not whole after 60 s')));
  const value = client.boolean(flag.key, false);
  proxy.set({ query: 'pass', stream: 'pass' });
  await eventually(async () => client.status === 'READY');

  expect(waited).toMatchObject({ status: 'STARTING', isTimedOut: true });
  expect(value).toBe(false);
  expect(client.boolean(flag.key, false)).toBe(true);
  expect(statuses[0]).toMatchObject({ status: 'READY' });
});

it('is REFUSED when its key is revoked while it follows, serves on, and is READY within 6 minutes of its restoring', async () => {
  const { project, environment } = served;
  const { secret, apiKey } = await make<{ secret: string; apiKey: Made }>(
    project.client,
    'createApiKey',
    { environmentId: environment.id, kind: 'SERVER', name: 'A key that ends' },
    'secret apiKey { id }',
  );
  const { client, faults } = await following({ key: secret }, fasterClock(100, 60_000));

  await make(project.client, 'revokeApiKey', { apiKeyId: apiKey.id }, 'apiKey { id }');
  await eventually(async () => client.status === 'REFUSED');
  const value = client.boolean(flag.key, false);
  const fault = faults.at(-1);
  await served.world.app.database.connection.query('UPDATE api_key SET revoked_at = NULL WHERE id = $1', [apiKey.id]);
  await eventually(async () => client.status === 'READY');
  const made = await makeFlag(project);
  await eventually(async () => client.evaluate(made.key).errorCode === null);

  expect(value).toBe(true);
  expect(fault).toMatchObject({ kind: 'REFUSED' });
});

it.each([
  ['ahead', 10],
  ['back', -10],
])('does not mind a time of day that is set ten years %s', async (_how, years) => {
  const { client, statuses } = await following();
  const spy = jest.spyOn(Date, 'now').mockReturnValue(Date.now() + years * 365 * 86_400_000);
  try {
    const { client: other } = await following();
    expect(other.status).toBe('READY');
  } finally {
    spy.mockRestore();
  }
  const made = await makeFlag(served.project);
  await eventually(async () => client.evaluate(made.key).errorCode === null);

  expect(statuses.map(({ status }) => status)).toEqual(['READY', 'READY']);
});
