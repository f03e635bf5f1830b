/** OpenFeature's SDK for pages with our provider, in Node, with a real server that is away, changes flags, and comes back. */
import { OpenFeature, ProviderStatus, type EvaluationContext } from '@openfeature/web-sdk';
import type { WebClient, WebOptions } from '../../../packages/web-sdk/src/api';
import { createWebProvider } from '../../../packages/openfeature-web/src';
import { contextDigest } from '../../../packages/client/src/context-digest';
import { configure, eventually, makeApiKey, makeFlag, toggle, type Made } from '../../support/make';
import { startHttpProxy, type HttpProxy } from '../support/http-proxy';
import { fasterClock, serve, type Served } from '../support/served';
import { openPage } from '../support/served-web';
import { placePage } from './support';

const FAST = fasterClock(20, 1_000);
const ADA = { targetingKey: 'ada' };

let served: Served;
let proxy: HttpProxy;
let key: string;
const flags: { [name: string]: Made } = {};
const rule = (attribute: string, value: unknown): object => ({
  id: 'r1',
  conditions: [{ attribute: { attribute, operator: 'EQUALS', values: [value] } }],
  serve: { variation: 'on' },
});
const half = {
  rollout: {
    ...{ bucketBy: 'targetingKey', whenMissing: 'off' },
    shares: [
      { variation: 'on', weight: 50_000 },
      { variation: 'off', weight: 50_000 },
    ],
  },
};

beforeAll(async () => {
  served = await serve();
  const { project, environment } = served;
  key = await makeApiKey(project, environment, 'CLIENT');
  const add = async (name: string, patch: object, input: object = {}): Promise<void> => {
    flags[name] = await makeFlag(project, { isClientAvailable: true, ...input });
    await configure(project, flags[name], environment, patch);
  };
  await add('everybody', {});
  await add('off', { isEnabled: false });
  await add('target', { targets: [{ variation: 'on', targetingKeys: ['ada'] }], fallthrough: { variation: 'off' } });
  await add('rule', { rules: [rule('plan', 'pro')], fallthrough: { variation: 'off' } });
  await add('born', { rules: [rule('/user/born', '2020-02-29T12:00:00.000Z')], fallthrough: { variation: 'off' } });
  await add('split', { fallthrough: half });
  // One variation for each number, so that a value tells the context that it is of.
  const numbers = Array.from({ length: 100 }, (_, i) => ({ key: `v${i}`, name: `V${i}`, value: i }));
  const targets = numbers.map(({ key: variation }, i) => ({ variation, targetingKeys: [`user-${i}`] }));
  await add(
    'number',
    { targets, offVariation: 'v0', fallthrough: { variation: 'v0' } },
    { valueType: 'NUMBER', variations: numbers, onVariation: 'v1', offVariation: 'v0' },
  );
});

beforeEach(async () => {
  proxy = await startHttpProxy(Number(new URL(served.world.url).port));
});

afterEach(async () => {
  await OpenFeature.clearProviders();
  await proxy.stop().catch(() => undefined);
});

afterAll(async () => {
  await OpenFeature.close();
  await served.close();
});

const open = (options: WebOptions = {}): WebClient => openPage({ url: proxy.url, key, ...options }, FAST).client;
const macrotask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

it.each<[string, EvaluationContext, object]>([
  ['everybody', ADA, { value: true, variant: 'on', reason: 'DEFAULT' }],
  ['off', ADA, { value: false, variant: 'off', reason: 'DISABLED' }],
  ['target', ADA, { value: true, variant: 'on', reason: 'TARGETING_MATCH' }],
  ['rule', { ...ADA, plan: 'pro' }, { value: true, variant: 'on', reason: 'TARGETING_MATCH' }],
  ['rule', ADA, { value: false, variant: 'off', reason: 'DEFAULT' }],
  ['born', { user: { born: new Date('2020-02-29T12:00:00Z') } }, { value: true, reason: 'TARGETING_MATCH' }],
  ['split', ADA, { reason: 'SPLIT' }],
])('answers what the server has decided of flag "%s" for %j', async (name, context, expected) => {
  const client = open();
  const { features, ready } = await placePage(client, context);
  await ready;

  const details = features.getBooleanDetails(flags[name]!.key, false);

  expect(details).toMatchObject({ flagKey: flags[name]!.key, ...expected });
  expect(details.errorCode).toBeUndefined();
  expect(details.flagMetadata).toEqual({ flagVersion: 2, inExperiment: false, revision: client.position!.revision });
});

it('answers the default with code and sentence for every error, and does not throw', async () => {
  const { features, ready } = await placePage(open(), ADA);
  await ready;
  const key = flags.everybody!.key;

  const answers = [
    features.getBooleanDetails('none', true),
    features.getStringDetails(key, 'fallback'),
    features.getNumberDetails(key, 7),
    features.getObjectDetails(key, { a: 1 }),
  ];

  expect(answers.map(({ value, reason, errorCode }) => [value, reason, errorCode])).toEqual([
    [true, 'ERROR', 'FLAG_NOT_FOUND'],
    ['fallback', 'ERROR', 'TYPE_MISMATCH'],
    [7, 'ERROR', 'TYPE_MISMATCH'],
    [{ a: 1 }, 'ERROR', 'TYPE_MISMATCH'],
  ]);
});

it('connects once, with the context that OpenFeature has, which is that of the SDK for servers', async () => {
  const client = open();
  const { ready } = await placePage(client, { ...ADA, plan: 'pro' });
  await ready;

  expect(proxy.seen.map(({ path }) => path)).toEqual(['socket']);
  const context = { targetingKey: 'ada', attributes: { plan: 'pro' } };
  expect([client.context, contextDigest(client.context)]).toEqual([context, contextDigest(context)]);
});

it('leaves the client its own context while OpenFeature has none', async () => {
  const client = open({ context: { targetingKey: 'ada' } });
  const { features, ready } = await placePage(client);
  await ready;

  expect([client.context, features.getBooleanValue(flags.target!.key, false)]).toEqual([{ targetingKey: 'ada' }, true]);
});

it('names the flags that changed, which answer anew already', async () => {
  const { features, told, ready } = await placePage(open(), ADA);
  await ready;
  const flag = await makeFlag(served.project, { isClientAvailable: true });
  await eventually(async () => told.includes(flag.key));

  await toggle(served.project, flag, served.environment, true);
  await eventually(async () => features.getBooleanValue(flag.key, false));

  expect(told).toEqual(['Ready', flag.key, flag.key]);
});

describe('given another context', () => {
  it('is RECONCILING until its flags are there, and tells that it has changed with them', async () => {
    const { domain, features, told, ready } = await placePage(open(), { targetingKey: 'user-1' });
    await ready;
    const number = flags.number!.key;

    const changing = OpenFeature.setContext(domain, { targetingKey: 'user-2' });
    const during = [features.providerStatus, features.getNumberValue(number, -1)];
    await changing;

    expect(during).toEqual(['RECONCILING', 1]);
    expect([features.providerStatus, features.getNumberValue(number, -1)]).toEqual(['READY', 2]);
    expect(told.map((name) => (name.includes(number) ? 'its flags' : name))).toEqual([
      ...['Ready', 'Reconciling', 'its flags', 'ContextChanged'],
    ]);
  });

  it('lets the last of 100 win, set at random moments over a connection of random slowness (#6 of confidence-sdk-js, #1331 of js-sdk)', async () => {
    const client = openPage({ url: served.url, key }).client;
    const { domain, features, told, ready } = await placePage(client, { targetingKey: 'user-0' });
    await ready;
    const order = Array.from({ length: 100 }, (_, i) => i).sort(() => Math.random() - 0.5);
    const seen = new Set<number>();

    const changes: Promise<void>[] = [];
    for (const i of order) {
      served.proxy.delay(Math.floor(Math.random() * 40));
      changes.push(OpenFeature.setContext(domain, { targetingKey: `user-${i}` }));
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 15));
      seen.add(features.getNumberValue(flags.number!.key, -1));
    }
    served.proxy.delay(0);
    await Promise.all(changes);
    await macrotask();

    const last = order.at(-1)!;
    expect(features.getNumberValue(flags.number!.key, -1)).toBe(last);
    expect([features.providerStatus, told.at(-1), seen.has(-1)]).toEqual(['READY', 'ContextChanged', false]);
    expect(client.context.targetingKey).toBe(`user-${last}`);
  });

  it('takes none at all for an empty one', async () => {
    const client = open();
    const { domain, features, ready } = await placePage(client, ADA);
    await ready;

    await OpenFeature.clearContext(domain);

    expect([client.context, features.getBooleanValue(flags.target!.key, true)]).toEqual([{ attributes: {} }, false]);
  });
});

it('is STALE with flags of before while the server is away, and READY at each return', async () => {
  const { features, told, ready } = await placePage(open(), ADA);
  await ready;
  const values: boolean[] = [];

  for (let round = 1; round <= 2; round++) {
    await proxy.stop();
    await eventually(async () => told.length === round * 2);
    values.push(features.getBooleanValue(flags.target!.key, false));
    await proxy.start();
    await eventually(async () => told.length === round * 2 + 1);
  }

  expect(told).toEqual(['Ready', 'Stale', 'Ready', 'Stale', 'Ready']);
  expect(values).toEqual([true, true]);
});

it('is STALE with the flags of the context before, when another is set while the server is away, and goes over to it', async () => {
  const { domain, features, told, ready } = await placePage(open(), { targetingKey: 'user-1' });
  await ready;
  await proxy.stop();
  await OpenFeature.setContext(domain, { targetingKey: 'user-2' });
  await eventually(async () => features.providerStatus === ProviderStatus.STALE);
  const away = features.getNumberValue(flags.number!.key, -1);

  await proxy.start();
  await eventually(async () => features.providerStatus === ProviderStatus.READY);

  expect([away, features.getNumberValue(flags.number!.key, -1)]).toEqual([1, 2]);
  expect(told).not.toContain('Error');
});

it('rejects after 5 seconds without flags, is ERROR, and is READY when the server comes', async () => {
  await proxy.stop();
  const { features, told, ready } = await placePage(open(), ADA);
  await expect(ready).rejects.toMatchObject({ code: 'PROVIDER_NOT_READY' });
  const away = [features.providerStatus, features.getBooleanDetails(flags.target!.key, false)];

  await proxy.start();
  await eventually(async () => features.providerStatus === ProviderStatus.READY);

  expect(away).toMatchObject(['ERROR', { value: false, errorCode: 'PROVIDER_NOT_READY' }]);
  expect(told.filter((name) => name !== 'ConfigurationChanged' && !name.includes(flags.off!.key))).toEqual(['Error', 'Ready']);
  expect(features.getBooleanValue(flags.target!.key, false)).toBe(true);
});

it('is FATAL with a key that is not accepted and no flags', async () => {
  const { features, ready } = await placePage(open({ key: 'fs_client_wrong' }), ADA);

  await expect(ready).rejects.toMatchObject({ code: 'PROVIDER_FATAL' });

  expect(features.providerStatus).toBe('FATAL');
});

it('serves one domain, and five by clients of their own with contexts of their own', async () => {
  const first = await placePage(open(), { targetingKey: 'user-1' });
  const others = await Promise.all([2, 3, 4, 5].map((i) => placePage(open(), { targetingKey: `user-${i}` })));
  const all = [first, ...others];
  await Promise.all(all.map(({ ready }) => ready));

  expect(all.map(({ features }) => features.getNumberValue(flags.number!.key, -1))).toEqual([1, 2, 3, 4, 5]);
  expect(() => OpenFeature.setProvider('another', first.provider)).toThrow(
    "Cannot bind domain-scoped provider 'flagstaff' to more than one domain.",
  );
});

it('is the default provider with the global context', async () => {
  await OpenFeature.setContext({ targetingKey: 'user-7' });
  await OpenFeature.setProviderAndWait(createWebProvider(open()));
  const before = OpenFeature.getClient().getNumberValue(flags.number!.key, -1);
  await OpenFeature.setContext({ targetingKey: 'user-8' });

  expect([before, OpenFeature.getClient().getNumberValue(flags.number!.key, -1)]).toEqual([7, 8]);
  await OpenFeature.setContext({});
});

it('is replaced by another, and closed with OpenFeature; handlers stay', async () => {
  const [old, next] = [open(), open()];
  const { domain, told, ready } = await placePage(old, ADA);
  await ready;

  const placed = await placePage(next, null, domain);
  await placed.ready;
  await eventually(async () => old.status === 'CLOSED');
  await OpenFeature.close();

  expect([told, next.status]).toEqual([['Ready', 'Ready'], 'CLOSED']);
  await placed.provider.onClose?.();
});

it('hands events to track to the client', async () => {
  const warnings: string[] = [];
  const nothing = (): void => undefined;
  const logger = { debug: nothing, info: nothing, warn: (message: string) => void warnings.push(message), error: nothing };
  const client = open({ logger });
  const tracked: unknown[] = [];
  const track = client.track.bind(client);
  client.track = (...args) => (tracked.push(args), track(...args));
  const { features, ready } = await placePage(client, ADA);
  await ready;

  features.track('bought', { value: 9.5, currency: 'EUR', cart: { items: 2 } });
  features.track('left');

  expect(tracked).toEqual([
    ['bought', { value: 9.5, attributes: { currency: 'EUR' } }],
    ['left', { attributes: {} }],
  ]);
  expect(warnings).toEqual([expect.stringMatching(/^Flagstaff: .* metric events yet; those that are tracked are dropped\.$/)]);
});
