/** The server SDK against the real server: it starts, follows, and comes back. */
import { WebSocket } from 'ws';
import { readText } from '../../../packages/client/src/http';
import { createNodeSender } from '../../../packages/client/src/http-node';
import { defineFlag } from '../../../packages/client/src/define-flag';
import type { Snapshot } from '../../../src/evaluation';
import { configure, eventually, make, makeFlag, makeSegment, toggle } from '../../support/make';
import { canonical, serve, snapshotOf, type Served } from '../support/served';

let served: Served;

beforeAll(async () => {
  served = await serve();
});

afterAll(() => served.close());

it('is READY after the first answer, and serves what the server decides', async () => {
  const { project, environment, connect } = served;
  const flag = await makeFlag(project);
  await configure(project, flag, environment, {});
  const { client, statuses, faults } = connect();

  const before = client.details(flag.key, false);
  const ready = await client.waitUntilReady();

  expect(before).toMatchObject({ value: false, reason: 'ERROR', errorCode: 'NOT_READY', position: null });
  expect(ready).toMatchObject({ status: 'READY', isTimedOut: false, fault: null });
  expect(client.details(flag.key, false)).toMatchObject({ value: true, variation: 'on', reason: 'FALLTHROUGH', errorCode: null });
  await eventually(async () => statuses.at(-1)?.via === 'sse');
  expect(statuses.map(({ status, via }) => [status, via])).toEqual([
    ['READY', 'poll'],
    ['READY', 'sse'],
  ]);
  expect(faults).toEqual([]);
});

it.each([
  ['Server-Sent Events', {}],
  ['a WebSocket', { WebSocket }],
])('serves a change at once over %s, and tells which flags it concerns', async (_name, options) => {
  const { project, environment, connect } = served;
  const flag = await makeFlag(project);
  const { client, statuses } = connect(options);
  const changes: (readonly string[])[] = [];
  await client.waitUntilReady();
  await eventually(async () => statuses.at(-1)?.via !== 'poll');
  client.on('change', ({ flagKeys }) => changes.push(flagKeys));

  const { revision, epoch } = await toggle(project, flag, environment, true);
  await eventually(async () => client.position?.revision === revision);

  expect(client.position).toEqual({ epoch, revision });
  expect(client.value(defineFlag(flag.key, 'BOOLEAN', false))).toBe(true);
  expect(changes).toEqual([[flag.key]]);
});

it('takes a flag and a segment that were made again under their keys for new ones, also when it polls', async () => {
  const { project, connect, snapshot } = served;
  const flag = await makeFlag(project);
  const segment = await makeSegment(project, { included: ['ada'] });
  const { client } = connect({ transports: ['poll'] });
  await client.waitUntilReady();

  const { client: api } = project;
  await make(api, 'archiveFlag', { flagId: flag.id, expectedVersion: 1 }, 'flag { id }');
  await make(api, 'deleteFlag', { flagId: flag.id, expectedVersion: 2 }, 'userErrors { code }');
  await make(api, 'deleteSegment', { segmentId: segment.id, expectedVersion: 1 }, 'userErrors { code }');
  const variations = [
    { key: 'red', value: 'red' },
    { key: 'blue', value: 'blue' },
  ];
  await makeFlag(project, { key: flag.key, valueType: 'STRING', variations });
  await makeSegment(project, { key: segment.key, included: ['grace'] });
  const whole = await snapshot();
  await eventually(async () => (await client.refresh()).position?.revision === whole.revision);

  expect(['red', 'blue']).toContain(client.string(flag.key, 'none'));
  expect(canonical(snapshotOf({ client }))).toBe(canonical(whole));
});

it('follows segments as well, and has the server’s snapshot byte for byte', async () => {
  const { project, environment, connect, snapshot } = served;
  const { client } = connect();
  await client.waitUntilReady();
  const segment = await makeSegment(project);
  const flag = await makeFlag(project);
  await configure(project, flag, environment, { rules: [], fallthrough: { variation: 'off' } });

  const now = await snapshot();
  await eventually(async () => client.position?.revision === now.revision);

  expect(JSON.stringify(snapshotOf({ client }))).toBe(JSON.stringify(now));
  expect(now.segments.map(({ key }) => key)).toContain(segment.key);
});

it('reads a snapshot that is so large that it comes compressed', async () => {
  const { project, environment, connect } = served;
  const text = 'a long text '.repeat(1_500);
  const variations = ['on', 'off'].map((key) => ({ key, name: key, value: key + text }));
  for (let i = 0; i < 4; i++) await makeFlag(project, { key: `long-${i}`, valueType: 'STRING', variations });
  const flag = await makeFlag(project, { valueType: 'STRING', variations });
  await configure(project, flag, environment, {});

  const { client } = connect({ transports: ['poll'] });
  await client.waitUntilReady();

  const { send, close } = createNodeSender();
  const answer = await send({
    url: served.world.url,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${served.key}` },
    body: JSON.stringify({ query: '{ snapshot { snapshot } }' }),
    signal: new AbortController().signal,
  });
  const received = JSON.parse(await readText(answer.body)) as { data: { snapshot: { snapshot: Snapshot } } };
  close();

  expect(answer.header('content-encoding')).toBe('gzip');
  expect(received.data.snapshot.snapshot).toEqual(await served.snapshot());
  expect(client.string(flag.key, '')).toBe(`on${text}`);
});

it('goes on after a cut where it was, and tells nobody, for it is back in time', async () => {
  const { project, environment, connect, proxy } = served;
  const flag = await makeFlag(project);
  const { client, statuses } = connect();
  await client.waitUntilReady();
  await eventually(async () => statuses.at(-1)?.via === 'sse');

  proxy.cut();
  const { revision } = await toggle(project, flag, environment, true);
  await eventually(async () => client.position?.revision === revision);

  expect(client.boolean(flag.key, false)).toBe(true);
  expect(statuses.map(({ status }) => status)).toEqual(['READY', 'READY']);
});
