/** What OpenFeature's SDK for servers resolves by our provider, with flags of a real server. Numbers are the specification's requirements. */
import { OpenFeature, type EvaluationContext, type EvaluationDetails, type Hook } from '@openfeature/server-sdk';
import { AsyncLocalStorageTransactionContextPropagator } from '@openfeature/server-sdk';
import { createTestServerClient } from '../../../packages/server-sdk/src/testing';
import { createServerClient } from '../../../packages/server-sdk/src/index-node';
import { configure, eventually, makeFlag, makeSegment, toggle, type Made } from '../../support/make';
import { serve, type Connected, type Served } from '../support/served';
import { place, type Placed } from './support';

const ADA = { targetingKey: 'ada' };
const half = (bucketBy: string): object => ({
  rollout: {
    ...{ bucketBy, whenMissing: 'off' },
    shares: [
      { variation: 'on', weight: 50_000 },
      { variation: 'off', weight: 50_000 },
    ],
  },
});
const rule = (attribute: string, value: unknown, patch: object = {}): object => ({
  id: 'r1',
  conditions: [{ attribute: { attribute, operator: 'EQUALS', values: [value] } }],
  serve: { variation: 'on' },
  ...patch,
});

const nothing = (): void => undefined;
const SILENT = { debug: nothing, info: nothing, warn: nothing, error: nothing };

let served: Served;
let connected: Connected;
let placed: Placed;
const flags: { [name: string]: Made } = {};

/** Flags of every way to be decided, by what is said of them. */
async function makeFlags(): Promise<void> {
  const { project, environment } = served;
  const add = async (name: string, patch: object, input: object = {}): Promise<void> => {
    flags[name] = await makeFlag(project, input);
    await configure(project, flags[name], environment, patch);
  };
  await add('everybody', {});
  await add('off', { isEnabled: false });
  await add('target', { targets: [{ variation: 'on', targetingKeys: ['ada'] }] });
  await add('rule', { rules: [rule('plan', 'pro')] });
  await add('split', { fallthrough: half('targetingKey') });
  await add('split by account', { fallthrough: half('account') });
  await add('gate', { rules: [rule('plan', 'pro', { gate: { bucketBy: 'targetingKey', weight: 50_000 } })] });
  const needs = (name: string): object => ({ prerequisites: [{ flagKey: flags[name]!.key, variation: 'on' }] });
  await add('after everybody', needs('everybody'));
  await add('after off', needs('off'));
  await add('after split', needs('split'));
  await add('broken', {});
  const segment = await makeSegment(project);
  await configure(project, flags.broken!, environment, {
    expectedVersion: 1,
    rules: [rule('a', 'b', { conditions: [{ segment: { operator: 'IN_SEGMENT', segments: [segment.key] } }] })],
  });
  await served.world.app.database.connection.query('DELETE FROM segment WHERE id = $1', [segment.id]);
}

beforeAll(async () => {
  served = await serve();
  await makeFlags();
  connected = served.connect();
  placed = place(connected.client);
  await placed.ready;
  const { revision } = await served.snapshot();
  await eventually(async () => connected.client.position!.revision >= revision);
});

afterAll(async () => {
  await OpenFeature.clearProviders();
  await served.close();
});

const resolve = (name: string, context: EvaluationContext, fallback = true): Promise<EvaluationDetails<boolean>> =>
  placed.features.getBooleanDetails(flags[name]!.key, fallback, context);

it('answers value, variant, reason and metadata, and no error (2.2.3 to 2.2.6, 2.2.9, 2.3.2)', async () => {
  const client = createTestServerClient({ text: 'hi', number: 0.5, list: [1, { a: null }], truth: true });
  const { features, ready } = place(client);
  await ready;

  const details = [
    await features.getStringDetails('text', ''),
    await features.getNumberDetails('number', 1),
    await features.getObjectDetails('list', {}),
    await features.getBooleanDetails('truth', false),
  ];

  const metadata = { flagVersion: 1, revision: client.position!.revision, inExperiment: false };
  const answer = (flagKey: string, value: unknown, variant = 'value'): object => ({
    ...{ flagKey, value, variant, reason: 'STATIC', flagMetadata: metadata },
  });
  expect(details).toEqual([
    answer('text', 'hi'),
    answer('number', 0.5),
    answer('list', [1, { a: null }]),
    answer('truth', true, 'on'),
  ]);
});

it.each<[string, EvaluationContext, string, boolean]>([
  ['everybody', ADA, 'STATIC', true],
  ['everybody', {}, 'STATIC', true],
  ['off', ADA, 'DISABLED', false],
  ['target', ADA, 'TARGETING_MATCH', true],
  ['rule', { ...ADA, plan: 'pro' }, 'TARGETING_MATCH', true],
  ['rule', { ...ADA, plan: 'free' }, 'DEFAULT', true],
  ['rule', { plan: 'pro' }, 'TARGETING_MATCH', true],
  ['split by account', { ...ADA, account: 'acme' }, 'SPLIT', false],
  ['split by account', {}, 'DEFAULT', false],
  ['after everybody', ADA, 'DEFAULT', true],
  ['after off', ADA, 'DISABLED', false],
])('says the reason of flag "%s" for %j: %s', async (name, context, reason, value) => {
  const { flagMetadata, ...details } = await resolve(name, context);

  expect(details).toMatchObject({ reason, flagKey: flags[name]!.key });
  expect(details).not.toHaveProperty('errorCode');
  expect(flagMetadata.ruleId).toBe(reason === 'TARGETING_MATCH' && name === 'rule' ? 'r1' : undefined);
  if (reason !== 'SPLIT') expect(details.value).toBe(value);
});

it.each<[string, EvaluationContext]>([
  ['split', {}],
  ['split', { targetingKey: '', plan: 'pro' }],
  ['gate', { plan: 'pro' }],
  ['after split', {}],
])('answers the default and TARGETING_KEY_MISSING where a rollout lacks it: flag "%s" for %j', async (name, context) => {
  for (const fallback of [true, false]) {
    expect(await resolve(name, context, fallback)).toMatchObject({
      ...{ value: fallback, reason: 'ERROR', errorCode: 'TARGETING_KEY_MISSING' },
      errorMessage: 'A rollout of the flag uses the targeting key, and the context has none.',
    });
  }
  expect((await resolve(name, { ...context, ...ADA })).errorCode).toBeUndefined();
});

it('answers the default with code and sentence for every other error, and does not throw (1.4.10, 2.2.7)', async () => {
  const { features } = placed;
  const key = flags.everybody!.key;
  const answers = [
    await features.getBooleanDetails('none', true, ADA),
    await features.getStringDetails(key, 'fallback', ADA),
    await features.getNumberDetails(key, 7, ADA),
    await features.getObjectDetails(key, { a: 1 }, ADA),
    await resolve('broken', ADA),
  ];

  expect(answers.map(({ value, reason, errorCode }) => [value, reason, errorCode])).toEqual([
    [true, 'ERROR', 'FLAG_NOT_FOUND'],
    ['fallback', 'ERROR', 'TYPE_MISMATCH'],
    [7, 'ERROR', 'TYPE_MISMATCH'],
    [{ a: 1 }, 'ERROR', 'TYPE_MISMATCH'],
    [true, 'ERROR', 'PARSE_ERROR'],
  ]);
  for (const { errorMessage } of answers) expect(errorMessage).toMatch(/^[A-Z].*\.$/);
});

it('answers as OFREP does, for every flag and context', async () => {
  const ofrep = async (name: string, context: object): Promise<unknown> => {
    const response = await fetch(`${served.world.app.url}/ofrep/v1/evaluate/flags/${flags[name]!.key}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-api-key': served.key },
      body: JSON.stringify({ context }),
    });
    const { value, reason, variant, errorCode, metadata } = (await response.json()) as Record<string, unknown>;
    // Its list of reasons has no DEFAULT.
    const said = reason === 'UNKNOWN' ? 'DEFAULT' : reason;
    return errorCode === undefined ? { value, reason: said, variant, ...(metadata as object) } : { errorCode };
  };
  const contexts: EvaluationContext[] = [
    {},
    ADA,
    { plan: 'pro' },
    { ...ADA, plan: 'pro', account: 'acme' },
    { targetingKey: 'bob', account: 'b' },
  ];

  for (const name of Object.keys(flags)) {
    for (const context of contexts) {
      const { value, reason, variant, errorCode, flagMetadata } = await resolve(name, context);
      const { flagVersion, ruleId } = flagMetadata;
      const ours = errorCode === undefined ? { value, reason, variant, flagVersion, ...(ruleId && { ruleId }) } : { errorCode };
      expect([name, context, ours]).toEqual([name, context, await ofrep(name, context)]);
    }
  }
});

it('says DEFAULT for a flag that was STATIC, once it targets somebody', async () => {
  const { project, environment } = served;
  const flag = await makeFlag(project);
  const version = await configure(project, flag, environment);
  const reason = async (): Promise<string | undefined> => (await placed.features.getBooleanDetails(flag.key, false, ADA)).reason;
  await eventually(async () => (await reason()) === 'STATIC');

  await configure(project, flag, environment, { expectedVersion: version, rules: [rule('plan', 'pro')] });

  await eventually(async () => (await reason()) === 'DEFAULT');
  await configure(project, flag, environment, { expectedVersion: version + 1 });
  await eventually(async () => (await reason()) === 'STATIC');
});

describe('given contexts as OpenFeature has them', () => {
  const born = new Date('2020-02-29T12:00:00Z');
  const BORN = '2020-02-29T12:00:00.000Z';

  it('reads dates as RFC 3339 text, at any depth, and leaves the application its own', async () => {
    const client = createTestServerClient({ plain: false, deep: false });
    client.flags.serve('plain', 'on', { attributes: { born: BORN } });
    client.flags.serve('deep', 'on', { attributes: { '/user/dates/1': BORN } });
    const { features, ready } = place(client);
    await ready;
    const user: Record<string, unknown> = { name: 'Ada', dates: [new Date(NaN), born] };
    user['self'] = user;
    const context = { born, user } as unknown as EvaluationContext;

    expect(await features.getBooleanValue('plain', false, context)).toBe(true);
    expect(await features.getBooleanValue('deep', false, context)).toBe(true);
    expect([context.born, (user['dates'] as unknown[])[1]]).toEqual([born, born]);
  });

  it('compares dates', async () => {
    const { project, environment } = served;
    const flag = await makeFlag(project);
    const conditions = [{ attribute: { attribute: 'born', operator: 'BEFORE', values: ['2020-03-01T00:00:00Z'] } }];
    const version = await configure(project, flag, environment, {
      rules: [{ id: 'r', conditions, serve: { variation: 'off' } }],
    });
    await eventually(async () => connected.client.evaluate(flag.key).flagVersion === version + 1);

    expect(await placed.features.getBooleanDetails(flag.key, true, { born })).toMatchObject({
      ...{ value: false, reason: 'TARGETING_MATCH' },
    });
  });

  it('takes the targeting key from its own place only', async () => {
    const client = createTestServerClient({ a: false });
    client.flags.serve('a', 'on', { targetingKey: 'ada' });
    const { features, ready } = place(client);
    await ready;

    expect(await features.getBooleanValue('a', false, { targetingKey: 'ada' })).toBe(true);
    expect(await features.getBooleanValue('a', false, { key: 'ada', nested: { targetingKey: 'ada' } })).toBe(false);
  });

  it('gets API, transaction, client, invocation and hooks merged, the later over the earlier (3.2.3)', async () => {
    const client = createTestServerClient({ a: true });
    const seen: unknown[] = [];
    const details = client.details.bind(client) as (...args: unknown[]) => never;
    Object.assign(client, { details: (...args: unknown[]) => (seen.push(args[2]), details(...args)) });
    const { features, ready } = place(client);
    await ready;
    OpenFeature.setTransactionContextPropagator(new AsyncLocalStorageTransactionContextPropagator());
    OpenFeature.setContext({ a: 'api', b: 'api', c: 'api', d: 'api', e: 'api' });
    features.setContext({ c: 'client', d: 'client', e: 'client' });
    const hook: Hook = { before: () => ({ e: 'hook' }) };

    await new Promise<void>((done) => {
      OpenFeature.setTransactionContext({ b: 'transaction', c: 'transaction' }, () => {
        const invocation = { targetingKey: 'ada', d: 'invocation', e: 'invocation' };
        void features.getBooleanValue('a', false, invocation, { hooks: [hook] }).then(() => done());
      });
    });

    const merged = { a: 'api', b: 'transaction', c: 'client', d: 'invocation', e: 'hook', targetingKey: 'ada' };
    expect(seen).toEqual([{ targetingKey: 'ada', attributes: merged }]);
    OpenFeature.setContext({});
  });
});

it('answers OVERRIDE, also before there are flags', async () => {
  const client = createServerClient({ snapshot: await served.snapshot(), logger: SILENT, overrides: { mine: 'text' } });
  const { features, ready } = place(client);
  await ready;

  expect(await features.getStringDetails('mine', '')).toMatchObject({ value: 'text', reason: 'OVERRIDE' });
});

it('lets a hook of the client give the targeting key that the context lacks', async () => {
  const hooks = [{ before: (_flagKey: string, context: object) => ({ ...context, targetingKey: 'ada' }) }];
  const client = createServerClient({ snapshot: await served.snapshot(), logger: SILENT, hooks });
  const { features, ready } = place(client);
  await ready;

  expect(await features.getBooleanDetails(flags.split!.key, true, {})).toMatchObject({ reason: 'SPLIT' });
});

it('hands hooks what was resolved, and what went wrong (4.3)', async () => {
  const stages: string[] = [];
  const hook: Hook = {
    before: ({ flagKey, providerMetadata }) => void stages.push(`before ${flagKey} ${providerMetadata.name}`),
    after: (_context, { variant, reason }) => void stages.push(`after ${variant} ${reason}`),
    error: (_context, error) => void stages.push(`error ${(error as { code?: string }).code}`),
    finally: (_context, { value }) => void stages.push(`finally ${JSON.stringify(value)}`),
  };
  const key = flags.everybody!.key;

  await placed.features.getBooleanValue(key, false, ADA, { hooks: [hook] });
  await placed.features.getBooleanValue('none', false, ADA, { hooks: [hook] });

  expect(stages).toEqual([
    ...[`before ${key} flagstaff`, 'after on STATIC', 'finally true'],
    ...['before none flagstaff', 'error FLAG_NOT_FOUND', 'finally false'],
  ]);
});

it('answers anew after a change, without being asked to', async () => {
  const { project, environment } = served;
  const flag = await makeFlag(project);
  await configure(project, flag, environment);
  await eventually(async () => await placed.features.getBooleanValue(flag.key, false, ADA));

  await toggle(project, flag, environment, false);

  await eventually(async () => !(await placed.features.getBooleanValue(flag.key, true, ADA)));
});

describe('given an event to track', () => {
  it('hands its value and its members that are texts, numbers or booleans to the client, with the context (2.7.1, 6.1.3)', async () => {
    const client = createTestServerClient();
    const { features, ready } = place(client);
    await ready;

    features.track(
      'bought',
      { targetingKey: 'ada', plan: 'pro' },
      { value: 9.5, currency: 'EUR', isFirst: true, cart: { items: 2 } },
    );
    features.track('left');

    expect(client.flags.tracked).toEqual([
      {
        event: 'bought',
        context: { targetingKey: 'ada', attributes: { targetingKey: 'ada', plan: 'pro' } },
        details: { value: 9.5, attributes: { currency: 'EUR', isFirst: true } },
      },
      { event: 'left', context: { targetingKey: undefined, attributes: {} }, details: { attributes: {} } },
    ]);
  });

  it('is noted once as dropped, since the server does not take such events yet', async () => {
    const warnings: string[] = [];
    const warn = (message: string): void => void warnings.push(message);
    const logger = { ...SILENT, warn };
    const { features, ready } = place(
      createServerClient({ snapshot: { formatVersion: 1, epoch: 'e', revision: 1, flags: [], segments: [] }, logger }),
    );
    await ready;

    for (let i = 0; i < 3; i++) features.track('bought', ADA, { value: 1 });

    expect(warnings).toEqual(['Flagstaff: The server does not take metric events yet; those that are tracked are dropped.']);
  });
});
