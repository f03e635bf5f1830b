/** What a page reports, through a proxy that writes down every byte, and what it keeps for the next visit. */
import type { WebOptions } from '../../../packages/web-sdk/src/api';
import { configure, eventually, makeApiKey, makeEnvironment, makeFlag, type Made } from '../../support/make';
import { startHttpProxy, type HttpProxy } from '../support/http-proxy';
import { fasterClock, serve, type Served } from '../support/served';
import { heldLifecycle, memoryStorage, openPage, type ConnectedPage } from '../support/served-web';

let served: Served;
let proxy: HttpProxy;
const pages: ConnectedPage[] = [];

beforeAll(async () => {
  served = await serve();
});

beforeEach(async () => {
  proxy = await startHttpProxy(Number(new URL(served.world.url).port));
});

afterEach(async () => {
  for (const { client } of pages.splice(0)) await client.close();
  await proxy.stop().catch(() => undefined);
});

afterAll(() => served.close());

interface Scene {
  readonly environment: Made;
  readonly key: string;
  readonly flag: Made;
}

/** An environment of its own, for what the server has been told. */
async function seed(): Promise<Scene> {
  const environment = await makeEnvironment(served.project);
  const flag = await makeFlag(served.project, { isClientAvailable: true });
  await configure(served.project, flag, environment);
  return { environment, flag, key: await makeApiKey(served.project, environment, 'CLIENT') };
}

async function open({ key }: Scene, options: WebOptions = {}, times = 1): Promise<ConnectedPage> {
  const page = openPage({ url: proxy.url, key, context: { targetingKey: 'ada' }, ...options }, fasterClock(times));
  pages.push(page);
  await page.client.waitUntilReady();
  return page;
}

interface Report {
  readonly instanceId: string;
  readonly batch: number;
  readonly sdk: string;
  readonly position: { readonly revision: number } | null;
  readonly counts: readonly { readonly flagKey: string; readonly variation: string | null; readonly evaluations: number }[];
}

/** A batch that was sent again, because its answer had not come, is one for the server. */
const reports = (): Report[] => {
  const inputs = proxy.seen
    .filter(({ path }) => path === 'report')
    .map(({ body }) => (JSON.parse(body) as { variables: { input: Report } }).variables.input);
  return [...new Map(inputs.map((input) => [`${input.instanceId} ${input.batch}`, input])).values()];
};

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

it('counts what was served, and says which revision it serves; nothing of a context is in it', async () => {
  const scene = await seed();
  const context = { targetingKey: 'ada-the-first', attributes: { plan: 'a-secret-plan' } };
  const { client } = await open(scene, { context });

  for (let i = 0; i < 7; i++) client.boolean(scene.flag.key, false);
  client.details(scene.flag.key, false);
  client.string(scene.flag.key, 'another type');
  client.boolean('none', false);
  client.bootstrapDetails(scene.flag.key, false);
  client.all();
  await client.flush();

  const [report] = reports();
  expect(report).toMatchObject({ sdk: expect.stringMatching(/^web-sdk\//), position: client.position });
  expect(report?.counts).toEqual([
    { flagKey: scene.flag.key, variation: 'on', evaluations: 8 },
    { flagKey: scene.flag.key, variation: null, evaluations: 1 },
  ]);
  await eventually(async () => (await usageOf(scene))['on'] === 8);
  for (const secret of ['ada-the-first', 'plan']) expect(JSON.stringify(report)).not.toContain(secret);
});

it('does not count overrides', async () => {
  const scene = await seed();
  const { client } = await open(scene, { overrides: { [scene.flag.key]: false } });

  client.boolean(scene.flag.key, true);
  client.details(scene.flag.key, true);
  await client.flush();

  expect(reports().flatMap(({ counts }) => counts)).toEqual([]);
});

it('shows in Environment.clients, and is silent with reports: false', async () => {
  const scene = await seed();
  const quiet = await open(scene, { reports: false }, 100);
  const loud = await open(scene, {}, 100);

  for (const { client } of [quiet, loud]) client.boolean(scene.flag.key, false);
  await eventually(async () => reports().length >= 2);
  await quiet.client.close();

  const { environment } = await served.project.client.request<{ environment: { clients: { total: number } } }>(
    'query ($id: ID!) { environment(id: $id) { clients { total } } }',
    { id: scene.environment.id },
  );
  expect(environment.clients.total).toBe(1);
});

it('sends at once what was counted when nobody looks any more, and once', async () => {
  const scene = await seed();
  const lifecycle = heldLifecycle();
  const { client } = await open(scene, { lifecycle, storage: memoryStorage() });
  client.boolean(scene.flag.key, false);

  lifecycle.tell(false);
  lifecycle.tell(false, true);
  await eventually(async () => (await usageOf(scene))['on'] === 1);
  lifecycle.tell(true);
  await client.close();

  expect(await usageOf(scene)).toEqual({ on: 1 });
});

it('sends at most 48 KiB for a page that goes, and the rest at the next visit (#147 of js-client-sdk, #594 of splitio, #388 of confidence-sdk-js)', async () => {
  const scene = await seed();
  const lifecycle = heldLifecycle();
  const storage = memoryStorage();
  const { client } = await open(scene, { lifecycle, storage });
  const { counts } = (client as never as { reports: { counts: { addNamed: (flagKey: string, variation: string) => void } } })
    .reports;
  const keys = Array.from({ length: 900 }, (_, i) => `${'k'.repeat(60)}-${i}`);
  for (const flagKey of keys) counts.addNamed(flagKey, 'on');

  lifecycle.tell(false);
  await eventually(async () => proxy.seen.some(({ path }) => path === 'report'));
  const [leaving] = proxy.seen.filter(({ path }) => path === 'report');
  lifecycle.tell(false, true);
  const kept = [...storage.texts.keys()].filter((name) => name.endsWith(':reports'));
  const sentCount = proxy.seen.filter(({ path }) => path === 'report').length;
  const next = await open(scene, { storage });
  await next.client.flush();
  await eventually(async () => reports().flatMap((report) => report.counts).length >= 900);

  expect(leaving!.body.length).toBeLessThanOrEqual(49_152 + 500);
  expect([kept.length, sentCount]).toEqual([1, 1]);
  const sent = reports().flatMap((report) => report.counts.map(({ flagKey }) => flagKey));
  expect([...sent].sort()).toEqual([...keys].sort());
  expect([...storage.texts.keys()].some((name) => name.endsWith(':reports'))).toBe(false);
});

it('counts on when it is only hidden for a while, also without a storage', async () => {
  const scene = await seed();
  const lifecycle = heldLifecycle();
  const { client } = await open(scene, { lifecycle, storage: null });
  const { counts } = (client as never as { reports: { counts: { addNamed: (flagKey: string, variation: string) => void } } })
    .reports;
  for (let i = 0; i < 900; i++) counts.addNamed(`${'k'.repeat(60)}-${i}`, 'on');

  lifecycle.tell(false);
  lifecycle.tell(true);
  client.boolean(scene.flag.key, false);
  await client.flush();
  await client.close();

  expect(reports().flatMap((report) => report.counts)).toHaveLength(901);
});

it('passes over counts of an earlier visit that were damaged', async () => {
  const scene = await seed();
  const storage = memoryStorage();
  const { client } = await open(scene, { storage });
  await client.close();
  const [scope = ''] = [...storage.texts.keys()];
  for (const text of ['[{"flagKey":3,"variation":null,"evaluations":1}]', '{', '3', '[{"flagKey":"a","evaluations":-1}]']) {
    storage.texts.set(`${scope}:reports`, text);
    const page = await open(scene, { storage });
    page.client.boolean(scene.flag.key, false);
    await page.client.flush();
    await page.client.close();
  }

  expect(reports().flatMap((report) => report.counts.map(({ flagKey }) => flagKey))).toEqual(Array(4).fill(scene.flag.key));
});
