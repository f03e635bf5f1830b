/** What the server SDK tells the server, through a proxy that writes down every byte: revisions and counts, and nothing else. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerOptions } from '../../../packages/server-sdk/src/api';
import type { Fault } from '../../../packages/client/src/api';
import { systemClock } from '../../../packages/client/src/clock';
import { planRoute } from '../../../packages/client/src/connection-options';
import { EvaluationCounts } from '../../../packages/client/src/evaluation-counts';
import { sendByFetch } from '../../../packages/client/src/http';
import { Reporter } from '../../../packages/client/src/reporter';
import type { Snapshot } from '../../../src/evaluation';
import { planReports } from '../../../packages/client/src/report-options';
import { VERSION } from '../../../packages/client/src/version';
import { PACKAGE_ROOT } from '../../../src/package-root';
import { configure, eventually, makeApiKey, makeEnvironment, makeFlag, toggle, type Made } from '../../support/make';
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
  await proxy.stop().catch(() => undefined);
});

afterAll(() => served.close());

/** Where time passes faster, so do the bounds within which a server must answer. */
function connect(options: ServerOptions = {}, times = 1): Connected {
  const client = createOnClock({ url: proxy.url, key: served.key, ...options }, fasterClock(times));
  const one = note(client);
  connected.push(one);
  return one;
}

interface Report {
  readonly instanceId: string;
  readonly sdk: string;
  readonly batch: number;
  readonly ageMs: number;
  readonly position: { readonly epoch: string; readonly revision: number } | null;
  readonly counts: readonly { readonly flagKey: string; readonly variation: string | null; readonly evaluations: number }[];
}

const reports = (): Report[] =>
  proxy.seen
    .filter(({ path }) => path === 'report')
    .map(({ body }) => (JSON.parse(body) as { variables: { input: Report } }).variables.input);

/** Evaluations of all reports, by variation. A report that was sent twice counts twice. */
const sum = (flag: Made, of = reports()): Record<string, number> => {
  const sums: Record<string, number> = {};
  for (const { flagKey, variation, evaluations } of of.flatMap(({ counts }) => counts))
    if (flagKey === flag.key) sums[String(variation)] = (sums[String(variation)] ?? 0) + evaluations;
  return sums;
};

interface Scene {
  readonly environment: Made;
  readonly key: string;
  readonly flag: Made;
}

/** An environment of its own, for what the server has been told. */
async function seed(): Promise<Scene> {
  const environment = await makeEnvironment(served.project);
  const flag = await makeFlag(served.project);
  await toggle(served.project, flag, environment, true);
  return { environment, flag, key: await makeApiKey(served.project, environment) };
}

const USAGE = `query ($flagId: ID!, $environmentId: ID!) { flag(id: $flagId) { configuration(environmentId: $environmentId) {
  usage(from: "2020-01-01T00:00:00Z", to: "2040-01-01T00:00:00Z", resolution: MINUTE) { variation evaluations }
} } }`;

/** The evaluations that the server knows of, by variation. */
async function usageOf({ environment, flag }: Scene): Promise<Record<string, number>> {
  const answer = await served.project.client.request<{
    flag: { configuration: { usage: { variation: string | null; evaluations: number }[] } };
  }>(USAGE, { flagId: flag.id, environmentId: environment.id });
  const sums: Record<string, number> = {};
  for (const { variation, evaluations } of answer.flag.configuration.usage)
    sums[String(variation)] = (sums[String(variation)] ?? 0) + evaluations;
  return sums;
}

const CLIENTS = `query ($id: ID!) { environment(id: $id) { revision clients { total upToDate positions { revision clients } } } }`;
interface Clients {
  readonly revision: number;
  readonly clients: {
    readonly total: number;
    readonly upToDate: number;
    readonly positions: readonly { readonly revision: number; readonly clients: number }[];
  };
}
const clientsOf = async ({ environment }: Scene): Promise<Clients> =>
  (await served.project.client.request<{ environment: Clients }>(CLIENTS, { id: environment.id })).environment;

it('shows in Environment.clients which revision real instances hold, before and after a change', async () => {
  const scene = await seed();
  const three = [1, 2, 3].map(() => connect({ key: scene.key }, 10));
  await Promise.all(three.map(({ client }) => client.waitUntilReady()));
  await eventually(async () => (await clientsOf(scene)).clients.total === 3);
  const before = await clientsOf(scene);

  const { revision } = await toggle(served.project, scene.flag, scene.environment, false);
  await eventually(async () => (await clientsOf(scene)).clients.upToDate === 3);

  const of = (at: number): object => ({ total: 3, upToDate: 3, positions: [{ revision: at, clients: 3 }] });
  expect(before.clients).toEqual(of(before.revision));
  expect((await clientsOf(scene)).clients).toEqual(of(revision));
  expect(new Set(reports().map(({ instanceId }) => instanceId)).size).toBe(3);
  expect(new Set(reports().map(({ sdk }) => sdk))).toEqual(new Set([`server-sdk/${VERSION}`]));
});

it('counts what value() and details() have served, failures by no variation, and nothing else', async () => {
  const scene = await seed();
  const { flag } = scene;
  const { client } = connect({ key: scene.key, instanceId: 'one' });
  await client.waitUntilReady();

  for (let i = 0; i < 7; i++) client.boolean(flag.key, false, { targetingKey: `user-${i}` });
  client.details(flag.key, false);
  client.string(flag.key, 'another type');
  client.boolean('none', false);
  client.evaluate(flag.key);
  client.evaluateAll();
  client.bootstrapFor({});
  await client.flush();

  expect(reports().flatMap(({ counts }) => counts)).toEqual([
    { flagKey: flag.key, variation: 'on', evaluations: 8 },
    { flagKey: flag.key, variation: null, evaluations: 1 },
  ]);
  expect(reports()[0]).toMatchObject({ instanceId: 'one', batch: 1, position: client.position });
  await eventually(async () => (await usageOf(scene))['on']);
  expect(await usageOf(scene)).toEqual({ on: 8, null: 1 });
});

it('joins revisions: a variation that was served at several of them is one count', async () => {
  const scene = await seed();
  const { client } = connect({ key: scene.key });
  await client.waitUntilReady();
  for (const isEnabled of [false, true]) {
    client.boolean(scene.flag.key, false);
    const { revision } = await toggle(served.project, scene.flag, scene.environment, isEnabled);
    await eventually(async () => client.position?.revision === revision);
  }
  client.boolean(scene.flag.key, false);
  await client.flush();

  expect(reports().flatMap(({ counts }) => counts)).toEqual([
    { flagKey: scene.flag.key, variation: 'on', evaluations: 2 },
    { flagKey: scene.flag.key, variation: 'off', evaluations: 1 },
  ]);
});

it('tells at its end what it has counted, and nothing after it', async () => {
  const scene = await seed();
  const { client } = connect({ key: scene.key });
  await client.waitUntilReady();
  client.boolean(scene.flag.key, false);

  await client.close();
  client.boolean(scene.flag.key, false);
  await client.close();
  await client.flush();

  expect(sum(scene.flag)).toEqual({ on: 1 });
  expect(await usageOf(scene)).toEqual({ on: 1 });
});

it('is counted once by the server, however often the answer was lost, and nothing is lost while it is away', async () => {
  const scene = await seed();
  const { client } = connect({ key: scene.key }, 200);
  await client.waitUntilReady();
  let evaluations = 0;
  for (const report of [
    'lose',
    'cut',
    { status: 503 },
    'lose',
    { status: 429, headers: { 'retry-after': '5' } },
    'pass',
  ] as const) {
    proxy.set({ report });
    const before = reports().length;
    for (let i = 0; i < 100; i++) client.boolean(scene.flag.key, false);
    evaluations += 100;
    await eventually(async () => reports().length > before + 1);
  }
  await client.close();

  expect(await usageOf(scene)).toEqual({ on: evaluations });
  expect(sum(scene.flag)['on']).toBeGreaterThan(evaluations);
});

it('does not report before `Retry-After` is over, and later each time it fails', async () => {
  proxy.set({ report: { status: 429, headers: { 'retry-after': '60' } } });
  const { client } = connect({}, 100);
  await client.waitUntilReady();
  const times = (): number[] => proxy.seen.filter(({ path }) => path === 'report').map(({ at }) => at * 100);
  await eventually(async () => times().length >= 2);
  await client.flush();
  await client.flush();

  const [first, second] = times();
  expect(second! - first!).toBeGreaterThanOrEqual(59_000);
  expect(times()).toHaveLength(2);
});

it.each([
  [
    'refuses the mutation',
    { status: 200, body: '{"errors":[{"message":"Cannot query field","extensions":{"code":"GRAPHQL_VALIDATION_FAILED"}}]}' },
  ],
  [
    'finds fault with the report',
    { status: 200, body: '{"data":{"report":{"nextReportMs":null,"userErrors":[{"message":"no"}]}}}' },
  ],
  ['answers what is no report', { status: 200, body: '{"data":{}}' }],
  ['allows the key no reports', { status: 403, body: '{"errors":[{"message":"no","extensions":{"code":"FORBIDDEN"}}]}' }],
])('drops the counts of a server that %s, says so, and serves on', async (_how, report) => {
  const scene = await seed();
  proxy.set({ report });
  const { client, faults } = connect({ key: scene.key, transports: ['poll'], pollSeconds: 3_600 }, 10);
  await client.waitUntilReady();
  client.boolean(scene.flag.key, false);
  await eventually(async () => faults.length > 0);
  await client.flush();

  expect(faults).toEqual([
    expect.objectContaining({ kind: 'REPORT', message: expect.stringMatching(/^Reports are refused/) as string }),
  ]);
  expect(client.status).toBe('READY');
  expect(reports()).toHaveLength(1);
});

it('asks a server that refused reports again after five minutes, and reports what was counted since', async () => {
  const scene = await seed();
  proxy.set({ report: { status: 403, body: '{"errors":[{"message":"no","extensions":{"code":"FORBIDDEN"}}]}' } });
  const { client, faults } = connect({ key: scene.key, transports: ['poll'], pollSeconds: 3_600 }, 100);
  await client.waitUntilReady();
  client.boolean(scene.flag.key, false);
  await eventually(async () => faults.some(({ kind }) => kind === 'REPORT'));
  proxy.set({ report: 'pass' });
  client.boolean(scene.flag.key, false);
  client.boolean(scene.flag.key, false);
  await eventually(async () => (await clientsOf(scene)).clients.total === 1);

  const [first, second] = proxy.seen.filter(({ path }) => path === 'report');
  expect((second!.at - first!.at) * 100).toBeGreaterThanOrEqual(239_000);
  expect(await usageOf(scene)).toEqual({ on: 2 });
});

it('sends nothing of a context, whatever is in it (50 secrets are looked for in every byte)', async () => {
  const scene = await seed();
  await configure(served.project, scene.flag, scene.environment, {
    expectedVersion: 1,
    rules: [
      {
        conditions: [{ attribute: { attribute: 'secret-0', operator: 'STARTS_WITH', values: ['x'] } }],
        serve: { variation: 'off' },
      },
    ],
  });
  const secrets = Array.from({ length: 50 }, (_, i) => `s3cret-${i}-${Math.random()}`);
  const warnings: string[] = [];
  const silent = (): void => undefined;
  const logger = { debug: silent, info: silent, error: silent, warn: (message: string) => void warnings.push(message) };
  const { client, faults } = connect({ key: scene.key, logger });
  await client.waitUntilReady();
  const attributes = Object.fromEntries(secrets.map((secret, i) => [`secret-${i}`, secret]));
  for (const targetingKey of secrets) client.boolean(scene.flag.key, false, { targetingKey, attributes });
  client.string(scene.flag.key, secrets[0]!, { targetingKey: secrets[1]!, attributes });
  client.track('bought', { targetingKey: secrets[2]!, attributes }, { attributes: { item: secrets[3]! } });
  client.bootstrapFor({ targetingKey: secrets[4]!, attributes });
  await client.flush();
  await client.close();

  const sent = proxy.seen.map(({ body }) => body).join('\n');
  expect(sum(scene.flag)).toEqual({ on: 50, null: 1 });
  for (const secret of secrets) expect([sent, JSON.stringify(faults), ...warnings].join().includes(secret)).toBe(false);
});

describe('given more than one report can hold', () => {
  /** Flags with the longest keys that there are, which only the client knows. */
  const snapshot: Snapshot = {
    ...{ formatVersion: 1, epoch: 'before', revision: 1, segments: [] },
    flags: Array.from({ length: 2_500 }, (_, i) => ({
      ...{ key: `flag-${i}-`.padEnd(200, 'x'), version: 1, valueType: 'BOOLEAN', salt: 's' },
      ...{ isEnabled: true, isArchived: false, isClientAvailable: false },
      variations: ['on', 'off'].map((key) => ({ key: key.padEnd(100, 'y'), value: key === 'on' })),
      offVariation: 'off'.padEnd(100, 'y'),
      ...{ prerequisites: [], targets: [], rules: [], fallthrough: { variation: 'on'.padEnd(100, 'y') } },
    })),
  };
  const keys = snapshot.flags.map(({ key }) => key).sort();
  const keysOf = (counts: readonly { readonly flagKey: string }[]): string[] => counts.map(({ flagKey }) => flagKey).sort();

  it('sends several, each within the bounds of the server, and all of them at once', async () => {
    const scene = await seed();
    const { client, faults } = connect({ key: scene.key, snapshot });
    for (const key of keys) client.boolean(key, false);
    await eventually(async () => client.status === 'READY');
    await client.flush();

    expect(keysOf(reports().flatMap(({ counts }) => counts))).toEqual(keys);
    expect(reports().map(({ batch }) => batch)).toEqual(reports().map((_, i) => i + 1));
    for (const { body } of proxy.seen) expect(body.length).toBeLessThanOrEqual(220 * 1_024);
    for (const { counts } of reports()) expect(counts.length).toBeLessThanOrEqual(1_000);
    expect(faults).toEqual([]);
  });

  it('hands to the browser of a page that goes what it takes, and answers the rest', async () => {
    const scene = await seed();
    const counts = new EvaluationCounts<{ flagKey: string }>(() => 'on', 10_000);
    const faults: Fault[] = [];
    const counted = new Map<boolean | undefined, number>();
    const send = sendByFetch(() => async (...args) => {
      counted.set(args[1]?.keepalive, (counted.get(args[1]?.keepalive) ?? 0) + 1);
      return fetch(...args);
    });
    const route = planRoute({ url: proxy.url, key: scene.key }, send, systemClock)!;
    const reporter = new Reporter({
      ...{ endpoint: route.endpoint, clock: systemClock, sdk: 'test/1', environmentId: null, counts },
      ...{ plan: planReports({}, systemClock)!, onFault: (fault) => void faults.push(fault) },
    });
    for (const flagKey of keys) counts.add({ flagKey });

    const rest = reporter.leave();
    await eventually(async () => reports().length === 1);
    for (const { flagKey, variation, evaluations } of rest) counts.addNamed(flagKey, variation, evaluations);
    await reporter.close();

    const [first] = reports();
    // The first may be repeated, under its number, when the server had not answered yet.
    const others = reports().filter(({ batch }) => batch !== first!.batch);
    expect(proxy.seen[0]!.body.length).toBeLessThanOrEqual(64_000);
    expect(keysOf([...first!.counts, ...rest])).toEqual(keys);
    expect(keysOf(others.flatMap((report) => report.counts))).toEqual(keysOf(rest));
    expect(counted.get(true)).toBe(1);
    expect(faults).toEqual([]);
    reporter.abort();
  });

  it('counts as dropped what is beyond the bound of variations, and again what comes after a report', () => {
    const counts = new EvaluationCounts<{ flagKey: string }>(() => 'on', 2);
    const [a, b, c] = ['a', 'b', 'c'].map((flagKey) => ({ flagKey }));
    for (const answer of [a, b, c, c, a]) counts.add(answer!);

    const taken = counts.take({ countsMax: 1, bytesMax: 1_000 });
    counts.add(c!);

    expect(taken).toEqual([{ flagKey: 'a', variation: 'on', evaluations: 2 }]);
    expect(counts.dropped).toBe(2);
    expect(counts.take({ countsMax: 9, bytesMax: 1_000 }).map(({ flagKey }) => flagKey)).toEqual(['b', 'c']);
    expect(counts.isEmpty).toBe(true);
  });

  it('splits a count that is larger than the server takes', () => {
    const counts = new EvaluationCounts<{ flagKey: string }>(() => 'on', 2);
    counts.addNamed('a', 'on', 2_500_000_000);
    const take = (): number[] => counts.take({ countsMax: 9, bytesMax: 1_000 }).map(({ evaluations }) => evaluations);

    expect([take(), take(), take(), take()]).toEqual([[1_000_000_000], [1_000_000_000], [500_000_000], []]);
  });
});

describe('given options', () => {
  const REPORTED: [string, ServerOptions['reports'], object | null][] = [
    ['nothing when reports are off', false, null],
    ['nothing when neither is wanted', { counts: false, receipts: false }, null],
    [
      'no counts when those are off',
      { counts: false },
      { counts: [], position: expect.objectContaining({ revision: expect.any(Number) as number }) as object },
    ],
    [
      'no revision when receipts are off',
      { receipts: false },
      { counts: [expect.objectContaining({ evaluations: 1 })], position: null },
    ],
  ];
  it.each(REPORTED)('reports %s', async (_what, options, expected) => {
    const scene = await seed();
    const { client } = connect({ key: scene.key, reports: options! }, 10);
    await client.waitUntilReady();
    client.boolean(scene.flag.key, false);
    if (expected === null) await new Promise((resolve) => setTimeout(resolve, 100));
    else await client.flush();
    await client.close();

    expect(reports().slice(0, 1)).toEqual(expected === null ? [] : [expect.objectContaining(expected)]);
  });

  it.each([
    [
      'a flushSeconds that is too short',
      { reports: { flushSeconds: 1 } },
      /^reports\.flushSeconds must be from 5 to 60; got 1\./,
    ],
    ['an instanceId that is no name', { instanceId: 'a b' }, /^instanceId must be 1 to 64 letters, digits, - and _; got "a b"\./],
  ])('refuses %s by a TypeError', (_what, options, message) => {
    expect(() => planReports(options, fasterClock(1))).toThrow(message);
    expect(() => connect(options)).toThrow(TypeError);
  });
});

it('reports the version that all packages have', () => {
  const folders = readdirSync(join(PACKAGE_ROOT, 'packages'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  const versions = folders.map(({ name }) => {
    const text = readFileSync(join(PACKAGE_ROOT, 'packages', name, 'package.json'), 'utf8');
    return [name, (JSON.parse(text) as { version: string }).version];
  });

  expect(versions).toEqual(folders.map(({ name }) => [name, VERSION]));
});

it('says once that tracked events are dropped, as the server does not take them yet', () => {
  const warnings: string[] = [];
  const silent = (): void => undefined;
  const logger = { debug: silent, info: silent, error: silent, warn: (message: string) => void warnings.push(message) };
  const { client } = connect({ logger });

  client.track('bought', { targetingKey: 'ada' }, { value: 3 });
  client.track('bought', { targetingKey: 'ada' });

  expect(warnings).toEqual(['Flagstaff: The server does not take metric events yet; those that are tracked are dropped.']);
});
