/** What a page asks, and what it is answered: types, fallbacks, same objects, overrides, hooks, the test client. Nothing is connected. */
import { defineFlag } from '../../../packages/client/src/define-flag';
import { createWebClient } from '../../../packages/web-sdk/src/index';
import { createLocalClient, type Snapshot } from '../../../packages/web-sdk/src/local';
import { createTestWebClient } from '../../../packages/web-sdk/src/testing';
import type { WebClient, WebOptions } from '../../../packages/web-sdk/src/api';
import { createServerClient } from '../../../packages/server-sdk/src/portable';
import { notePage } from '../support/served-web';

const VALUES = { boolean: true, text: 'blue', number: 3, list: [1, 2], nothing: null };

describe('given flags of each type', () => {
  const client = createTestWebClient(VALUES);
  notePage(client);

  it('serves a value of the type that was asked for', () => {
    expect([
      client.boolean('boolean', false),
      client.string('text', 'red'),
      client.number('number', 1),
      client.json('list', []),
      client.json('nothing', {}),
    ]).toEqual([true, 'blue', 3, [1, 2], null]);
  });

  it('serves the fallback for another type, and for a flag that is not there', () => {
    expect([client.boolean('text', false), client.number('none', 7)]).toEqual([false, 7]);
    expect(client.details('text', 1)).toEqual({
      ...{ flagKey: 'text', value: 1, variation: null, reason: 'ERROR', ruleId: null, flagVersion: 1, inExperiment: false },
      errorCode: 'TYPE_MISMATCH',
      errorMessage: 'Flag "text" serves a value of the type string, and number was asked for.',
      position: client.position,
    });
    expect(client.details('none', 1)).toMatchObject({
      ...{ value: 1, errorCode: 'FLAG_NOT_FOUND', errorMessage: 'There is no flag "none" for this key.' },
    });
  });

  it('serves the fallback for a value that the program does not know, and says so once', () => {
    const client = createTestWebClient(VALUES);
    const color = defineFlag<'red' | 'green'>('text', 'STRING', 'red', ['red', 'green']);
    const { faults } = notePage(client);

    expect([client.value(color), client.value(color), client.details(color).errorCode]).toEqual(['red', 'red', 'TYPE_MISMATCH']);
    expect(faults.map(({ message }) => message)).toEqual([
      'Flag "text" serves a value that the program does not know; generate its types anew.',
    ]);
  });
});

describe('given a user interface that compares what it reads', () => {
  const flag = defineFlag<object>('list', 'JSON', {});
  const read = (client: WebClient): unknown[] => [
    client.details(flag),
    client.details('list', []),
    client.json('list', []),
    client.details('none', { a: 1 }),
    client.details('text', { a: 1 }),
    client.all(),
  ];

  it('answers the same objects while a flag does not change, also for fallbacks that are written anew', () => {
    const client = createTestWebClient({ ...VALUES, other: 1 });
    notePage(client);
    const before = read(client).slice(0, -1);

    client.flags.set('other', 2);

    const after = read(client).slice(0, -1);
    for (const [i, one] of before.entries()) expect(after[i]).toBe(one);
  });

  it('answers the same for two who ask with other fallbacks in turn', () => {
    const client = createTestWebClient();
    notePage(client);
    const ask = (): unknown[] => [client.details('none', 1), client.details('none', 2)];
    const [one, two] = ask();

    expect(ask().map((details, i) => details === [one, two][i])).toEqual([true, true]);
  });

  it('answers another object when the flag changes, and names it in the event', () => {
    const client = createTestWebClient(VALUES);
    const { changes } = notePage(client);
    const before = read(client);

    client.flags.set('list', [1, 2, 3]);

    expect(client.details(flag)).not.toBe(before[0]);
    expect(client.all()).not.toBe(before[5]);
    expect(changes.map(({ flagKeys }) => flagKeys)).toEqual([['list']]);
  });

  it('does not grow when it is asked with ever other fallbacks', () => {
    const client = createTestWebClient();
    notePage(client);
    for (let i = 0; i < 1_000; i++) expect(client.number('none', i)).toBe(i);
  });
});

describe('given overrides', () => {
  it('lets them win over everything, also before there are flags', () => {
    const client = createWebClient({ overrides: { 'new-checkout': true, color: 1 } });
    notePage(client);

    expect(client.boolean('new-checkout', false)).toBe(true);
    expect(client.details('new-checkout', false)).toMatchObject({ reason: 'OVERRIDE', variation: null, errorCode: null });
    expect(client.details('color', 'blue')).toMatchObject({ value: 'blue', errorCode: 'TYPE_MISMATCH' });
  });

  it('refuses them in production, unless they are allowed', () => {
    const { NODE_ENV } = process.env;
    try {
      process.env.NODE_ENV = 'production';
      expect(() => createWebClient({ overrides: { a: true } })).toThrow(/^overrides are refused where NODE_ENV is production/);
      process.env.FLAGSTAFF_OVERRIDES = 'allow';
      expect(createWebClient({ overrides: { a: true } }).boolean('a', false)).toBe(true);
    } finally {
      process.env.NODE_ENV = NODE_ENV;
      delete process.env.FLAGSTAFF_OVERRIDES;
    }
  });
});

it('lets hooks see each evaluation; one that throws changes nothing', () => {
  const seen: unknown[] = [];
  const client = createLocalClient({
    snapshot: snapshotWith(),
    context: { targetingKey: 'ada' },
    hooks: [
      { before: (flagKey, context) => void seen.push(flagKey, context) },
      {
        before: () => {
          throw new Error('no');
        },
        after: ({ value, reason }, { targetingKey }) => void seen.push(value, reason, targetingKey),
      },
    ],
  });
  const { faults } = notePage(client);

  expect(client.boolean('flag', false)).toBe(true);
  expect(seen).toEqual(['flag', { targetingKey: 'ada' }, true, 'TARGET_MATCH', 'ada']);
  expect(faults.map(({ kind, message }) => [kind, message])).toEqual([['LISTENER', 'A hook threw for flag "flag".']]);
});

it.each([
  ['a URL without http', { url: 'flags.example.com', key: 'k' }, /^url must be a URL with http or https/],
  ['a URL and no key', { url: 'https://flags.example.com' }, /^key must be an API key/],
  ['hiddenSeconds below 0', { hiddenSeconds: -1 }, /^hiddenSeconds must be from 0 to 86400; got -1\./],
  ['hiddenSeconds without end', { hiddenSeconds: Infinity }, /^hiddenSeconds must be from 0 to 86400/],
  ['a context that is no JSON', { context: { attributes: { a: 1n } } as never }, /^The option context is none/],
  ['a bootstrap that is none', { bootstrap: { format: 2 } as never }, /^The option bootstrap is none/],
  ['reports that are too frequent', { reports: { flushSeconds: 1 } }, /^reports.flushSeconds must be from 5 to 60/],
])('refuses %s by a TypeError', (_what, options: WebOptions, message) => {
  expect(() => createWebClient(options)).toThrow(TypeError);
  expect(() => createWebClient(options)).toThrow(message);
});

describe('given a bootstrap of the server SDK', () => {
  const context = { targetingKey: 'ada', attributes: { plan: 'pro' } };
  const bootstrap = createServerClient({ snapshot: snapshotWith() }).bootstrapFor(context);

  it('serves it at once, STALE, and says what it alone would answer whatever comes later', () => {
    const client = createWebClient({ context, bootstrap });
    notePage(client);

    expect(client).toMatchObject({ status: 'STALE', position: { epoch: 'e', revision: 7 } });
    expect(client.boolean('flag', false)).toBe(true);
    expect(client.bootstrapDetails('flag', false)).toEqual(client.details('flag', false));
    expect(client.bootstrapDetails('flag', false)).toBe(client.bootstrapDetails('flag', false));
  });

  it('does not use one of another context, and says so', () => {
    const warned: string[] = [];
    const logger = {
      debug: () => undefined,
      info: () => undefined,
      error: () => undefined,
      warn: (m: string) => void warned.push(m),
    };
    const client = createWebClient({ context: { ...context, targetingKey: 'grace' }, bootstrap, logger });

    expect(client).toMatchObject({ status: 'STARTING', position: null });
    expect(client.details('flag', false)).toMatchObject({ value: false, errorCode: 'NOT_READY' });
    expect(client.bootstrapDetails('flag', false)).toMatchObject({ value: false, errorCode: 'NOT_READY' });
    expect(warned).toEqual(['Flagstaff: The option bootstrap is not used: it is of another context.']);
  });

  it('passes over one of a server that had no flags itself', () => {
    const client = createWebClient({ context, bootstrap: createServerClient({}).bootstrapFor(context) });

    expect(client).toMatchObject({ status: 'STARTING', position: null });
  });
});

describe('given a test client', () => {
  it('is READY, says what changes at once, and decides by the core, for the context that is set', async () => {
    const client = createTestWebClient({ 'new-checkout': false }, { targetingKey: 'ada' });
    const { changes } = notePage(client);

    client.flags.serve('new-checkout', 'on', { targetingKey: 'grace' });
    const before = client.boolean('new-checkout', false);
    const result = await client.setContext({ targetingKey: 'grace' });

    expect([before, client.boolean('new-checkout', false)]).toEqual([false, true]);
    expect(result).toMatchObject({ status: 'READY', isTimedOut: false });
    expect(changes.at(-1)?.flagKeys).toEqual(['new-checkout']);
  });

  it('shows an application every status, and what it has tracked', () => {
    const client = createTestWebClient({}, { targetingKey: 'ada' });
    const { statuses } = notePage(client);

    client.flags.setStatus('STALE').setStatus('REFUSED').setStatus('READY');
    client.track('bought', { value: 3 });

    expect(statuses.map(({ status }) => status)).toEqual(['STALE', 'REFUSED', 'READY']);
    expect(client.flags.tracked).toEqual([{ event: 'bought', context: { targetingKey: 'ada' }, details: { value: 3 } }]);
  });
});

describe('given a snapshot and no server', () => {
  it('evaluates for each context, and for the snapshot that is newest', async () => {
    const client = createLocalClient({ snapshot: snapshotWith(), context: { targetingKey: 'ada' } });
    const { changes } = notePage(client);

    const values = [client.boolean('flag', false)];
    await client.setContext({ targetingKey: 'grace' });
    values.push(client.boolean('flag', true));
    await client.setSnapshot({ ...snapshotWith(['grace']), revision: 8 });
    values.push(client.boolean('flag', false));

    expect(client).toMatchObject({ status: 'STALE', position: { epoch: 'e', revision: 8 } });
    expect(values).toEqual([true, false, true]);
    expect(changes.map(({ flagKeys }) => flagKeys)).toEqual([['flag'], ['flag']]);
    expect(client.evaluate('flag', { targetingKey: 'ada' })).toMatchObject({ reason: 'FALLTHROUGH', variationKey: 'off' });
  });

  it('keeps what it has when it is given what is no snapshot', async () => {
    const client = createLocalClient({ snapshot: snapshotWith(), context: { targetingKey: 'ada' } });
    const { faults } = notePage(client);

    await client.setSnapshot({ formatVersion: 2 } as never);

    expect(client.boolean('flag', false)).toBe(true);
    expect(faults.map(({ kind }) => kind)).toEqual(['BROKEN']);
    expect(() => createLocalClient({ snapshot: {} as never })).toThrow(
      /^The option snapshot is no snapshot: The snapshot has format/,
    );
  });

  it('loads the engine for regular expressions where they are named, and is STARTING until then', async () => {
    const conditions = [{ attribute: 'name', operator: 'MATCHES', values: ['^a+$'] }];
    const flag = { ...snapshotWith().flags[0]!, rules: [{ id: 'r', conditions, serve: { variation: 'on' } }] };
    const snapshot = { ...snapshotWith(), flags: [flag] } as unknown as Snapshot;
    const client = createLocalClient({ snapshot, context: { attributes: { name: 'aaa' } } });
    const before = client.status;

    const ready = await client.waitUntilReady();

    expect([before, ready.status]).toEqual(['STARTING', 'STALE']);
    expect(client.details('flag', false)).toMatchObject({ value: true, reason: 'RULE_MATCH', ruleId: null });
  });
});

it('drops what is tracked, and says so once', () => {
  const warned: string[] = [];
  const logger = {
    debug: () => undefined,
    info: () => undefined,
    error: () => undefined,
    warn: (m: string) => void warned.push(m),
  };
  const client = createWebClient({ logger });

  client.track('bought');
  client.track('bought', { value: 3 });

  expect(warned).toEqual(['Flagstaff: The server does not take metric events yet; those that are tracked are dropped.']);
});

it('copies the context, so that it stays as it was', () => {
  const attributes = { plan: 'free' };
  const client = createWebClient({ context: { targetingKey: 'ada', attributes } });

  attributes.plan = 'pro';

  expect(client.context).toEqual({ targetingKey: 'ada', attributes: { plan: 'free' } });
});

it('keeps its context when it is given one that throws when it is read', async () => {
  const client = createTestWebClient({}, { targetingKey: 'ada' });
  const { faults } = notePage(client);
  const attributes = {
    get plan(): string {
      throw new Error('no');
    },
  };

  const result = await client.setContext({ attributes });

  expect(result.status).toBe('READY');
  expect(client.context).toEqual({ targetingKey: 'ada' });
  expect(faults.map(({ kind, message }) => [kind, message])).toEqual([
    ['LISTENER', 'A context is not set: it threw when it was read.'],
  ]);
});

/** One flag, off but for the targeting keys. */
function snapshotWith(targetingKeys: readonly string[] = ['ada']): Snapshot {
  const kind = {
    version: 1,
    valueType: 'BOOLEAN',
    isEnabled: true,
    isArchived: false,
    isClientAvailable: true,
    salt: 's',
  } as const;
  const variations = [
    { key: 'on', value: true },
    { key: 'off', value: false },
  ];
  const targets = [{ variation: 'on', targetingKeys }];
  const rest = { variations, offVariation: 'off', prerequisites: [], rules: [], fallthrough: { variation: 'off' } };
  return { formatVersion: 1, epoch: 'e', revision: 7, flags: [{ ...kind, ...rest, key: 'flag', targets }], segments: [] };
}
