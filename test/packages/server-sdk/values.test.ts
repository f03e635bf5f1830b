/** What an application asks, and what it is answered: types, fallbacks, overrides, hooks, the test client. Nothing is connected. */
import { createServerClient } from '../../../packages/server-sdk/src/index-node';
import { createServerClient as createPortableClient } from '../../../packages/server-sdk/src/portable';
import { defineFlag } from '../../../packages/client/src/define-flag';
import type { ServerOptions } from '../../../packages/server-sdk/src/api';
import { createTestServerClient } from '../../../packages/server-sdk/src/testing';
import { note } from '../support/served';

const VALUES = { boolean: true, text: 'blue', number: 3, list: [1, 2], nothing: null };

describe('given flags of each type', () => {
  const client = createTestServerClient(VALUES);
  note(client);

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
    const details = client.details('text', 1);

    expect([client.boolean('text', false), client.number('none', 7)]).toEqual([false, 7]);
    expect(details).toEqual({
      ...{ flagKey: 'text', value: 1, variation: null, reason: 'ERROR', ruleId: null, flagVersion: 1, inExperiment: false },
      errorCode: 'TYPE_MISMATCH',
      errorMessage: 'Flag "text" serves a value of the type string, and number was asked for.',
      position: client.position,
    });
    expect(client.details('none', 1)).toMatchObject({
      ...{ value: 1, errorCode: 'FLAG_NOT_FOUND' },
      errorMessage: 'There is no flag "none" in the environment.',
    });
  });

  it('serves the fallback for a value that the program does not know, and tells it once', () => {
    const client = createTestServerClient(VALUES);
    const color = defineFlag<'red' | 'green'>('text', 'STRING', 'red', ['red', 'green']);
    const { faults } = note(client);

    expect([client.value(color), client.value(color)]).toEqual(['red', 'red']);
    expect(client.details(color).errorCode).toBe('TYPE_MISMATCH');
    expect(faults.map(({ message }) => message)).toEqual([
      'Flag "text" serves a value that the program does not know; generate its types anew.',
    ]);
  });
});

it('serves by a flag that was defined once', () => {
  const client = createTestServerClient({ color: 'blue' });
  const color = defineFlag<string>('color', 'STRING', 'red');

  expect([client.value(color), client.details(color).variation]).toEqual(['blue', 'value']);
});

describe('given a context that throws when it is read', () => {
  const context = {
    get targetingKey(): string {
      throw new Error('no');
    },
  };

  it('serves the fallback, and says why', () => {
    const client = createTestServerClient({ boolean: true });
    client.flags.serve('boolean', 'on', { targetingKey: 'ada' });
    const { faults } = note(client);

    expect(client.boolean('boolean', false, context)).toBe(false);
    expect(client.details('boolean', false, context)).toMatchObject({ value: false, errorCode: 'GENERAL' });
    expect(faults.map(({ kind }) => kind)).toEqual(['LISTENER', 'LISTENER']);
  });

  it('answers GENERAL for each flag, and gives a page nothing that it could take for an answer', () => {
    const client = createTestServerClient({ a: true, b: 'text' });
    client.flags.serve('a', 'on', { targetingKey: 'ada' });
    note(client);

    const general = { value: null, variationKey: null, reason: 'ERROR', errorCode: 'GENERAL' };
    expect(client.evaluate('a', context)).toMatchObject({ flagKey: 'a', ...general });
    expect(client.evaluateAll(context)).toMatchObject([
      { flagKey: 'a', ...general },
      { flagKey: 'b', ...general },
    ]);
    expect(client.bootstrapFor(context)).toMatchObject({
      contextDigest: '',
      evaluations: [
        { flagKey: 'a', errorCode: 'GENERAL' },
        { flagKey: 'b', errorCode: 'GENERAL' },
      ],
    });
  });

  it('does not throw for attributes that are no JSON either', () => {
    const client = createTestServerClient({ a: true });
    note(client);
    const attributes: Record<string, unknown> = { big: 1n, symbol: Symbol('s') };
    attributes['itself'] = attributes;

    expect(client.boolean('a', false, { attributes } as never)).toBe(true);
    expect(client.bootstrapFor({ attributes } as never).contextDigest).toBe('');
  });
});

it.each([null, undefined, 1, 'ada', [], new Map()])('takes %p for an empty context', (context) => {
  const client = createTestServerClient({ boolean: true });

  expect(client.boolean('boolean', false, context as never)).toBe(true);
});

describe('given overrides', () => {
  const offline = (options: ServerOptions) => createServerClient({ overrides: { a: true, b: 'text' }, ...options });

  it('lets them win over everything, also before there are flags', () => {
    const { client } = note(offline({}));

    expect(client.details('a', false)).toEqual({
      ...{ flagKey: 'a', value: true, variation: null, reason: 'OVERRIDE', ruleId: null, flagVersion: null, inExperiment: false },
      ...{ errorCode: null, errorMessage: null, position: null },
    });
    expect([client.boolean('a', false), client.boolean('b', false), client.boolean('c', false)]).toEqual([true, false, false]);
  });

  it('refuses them in production, unless they are allowed', () => {
    const before = { ...process.env };
    process.env.NODE_ENV = 'production';
    try {
      expect(() => offline({})).toThrow(
        new TypeError('overrides are refused where NODE_ENV is production, unless FLAGSTAFF_OVERRIDES is "allow".'),
      );
      process.env.FLAGSTAFF_OVERRIDES = 'allow';
      expect(offline({}).boolean('a', false)).toBe(true);
    } finally {
      process.env.NODE_ENV = before.NODE_ENV;
      delete process.env.FLAGSTAFF_OVERRIDES;
    }
  });
});

it('lets hooks see each evaluation and change its context; one that throws changes nothing', () => {
  const snapshot = JSON.parse(JSON.stringify(snapshotWith())) as never;
  const seen: unknown[] = [];
  const hooks = [
    {
      before: () => {
        throw new Error('no');
      },
    },
    {
      before: (_flagKey: string, context: object) => ({ ...context, targetingKey: 'ada' }),
      after: (details: object, context: object) => void seen.push([details, context]),
    },
  ];
  const client = createServerClient({ snapshot, hooks });
  const { faults } = note(client);

  expect(client.boolean('flag', false)).toBe(true);

  expect(seen).toEqual([[expect.objectContaining({ value: true, reason: 'TARGET_MATCH' }), { targetingKey: 'ada' }]]);
  expect(faults.map(({ kind, message }) => [kind, message])).toEqual([['LISTENER', 'A hook threw for flag "flag".']]);
});

function snapshotWith(): object {
  return {
    ...{ formatVersion: 1, epoch: 'e', revision: 7, segments: [] },
    flags: [
      {
        ...{
          key: 'flag',
          version: 2,
          valueType: 'BOOLEAN',
          isEnabled: true,
          isArchived: false,
          isClientAvailable: true,
          salt: 's',
        },
        variations: [
          { key: 'on', value: true },
          { key: 'off', value: false },
        ],
        ...{ offVariation: 'off', prerequisites: [], targets: [{ variation: 'on', targetingKeys: ['ada'] }], rules: [] },
        fallthrough: { variation: 'off' },
      },
    ],
  };
}

describe.each([
  ['Node', createServerClient],
  ['everything else', createPortableClient],
])('given no URL, in %s', (_where, create) => {
  it('serves a snapshot that it is given, STALE, and never connects', async () => {
    const client = create({ snapshot: snapshotWith() as never });

    expect(await client.waitUntilReady()).toEqual({
      ...{ status: 'STALE', via: 'bootstrap', position: { epoch: 'e', revision: 7 }, fault: null, isTimedOut: false },
    });
    expect(client.boolean('flag', false, { targetingKey: 'ada' })).toBe(true);
    expect(await client.refresh()).toMatchObject({ status: 'STALE' });
    await client.close();
    expect(client.status).toBe('CLOSED');
    expect(client.boolean('flag', false, { targetingKey: 'ada' })).toBe(true);
  });

  it('answers what one context is served, for a page, without a rule', () => {
    const client = create({ snapshot: snapshotWith() as never });
    const [one, same, other] = [{ a: 1, b: null }, { a: 1 }, { a: 2 }].map((attributes) =>
      client.bootstrapFor({ targetingKey: 'ada', attributes }),
    );

    expect(one).toEqual({
      ...{ format: 1, position: { epoch: 'e', revision: 7 }, contextDigest: same!.contextDigest },
      evaluations: [
        {
          flagKey: 'flag',
          value: true,
          variation: 'on',
          reason: 'TARGET_MATCH',
          errorCode: null,
          flagVersion: expect.any(Number),
        },
      ],
    });
    expect(one!.contextDigest).toMatch(/^[0-9a-f]{16}$/);
    expect(other!.contextDigest).not.toBe(one!.contextDigest);
  });
});

it.each([
  ['a URL without http', { url: 'flags.example.com', key: 'k' }, /^url must be a URL with http or https/],
  ['a URL and no key', { url: 'https://flags.example.com' }, /^key must be an API key/],
  ['a key with a line end', { url: 'https://flags.example.com', key: 'fs_\n' }, /^key must be an API key/],
  ['polls that are too frequent', { pollSeconds: 1 }, /^pollSeconds must be from 5 to 3600; got 1\./],
  ['no transport', { transports: [] }, /^transports must name at least one/],
  [
    'a transport that there is not',
    { transports: ['carrier pigeon'] },
    /^transports may have websocket, sse, poll; got carrier pigeon\./,
  ],
  [
    'a WebSocket without its class',
    { url: 'https://flags.example.com', key: 'k', transports: ['websocket'] },
    /^The transport "websocket" needs the option WebSocket/,
  ],
  ['a snapshot that is none', { snapshot: { flags: [] } }, /^The option snapshot is no snapshot/],
])('refuses %s by a TypeError', (_what, options, message) => {
  const create = (): unknown => createServerClient(options as never);

  expect(create).toThrow(TypeError);
  expect(create).toThrow(message);
});

describe('given a test client', () => {
  it('is READY, tells changes at once, and decides by the same core', () => {
    const client = createTestServerClient({ theme: 'light', beta: false });
    const changes: (readonly string[])[] = [];
    client.on('change', ({ flagKeys }) => changes.push(flagKeys));

    client.flags.set('theme', 'dark').set(defineFlag('beta', 'BOOLEAN', false), true);
    client.flags.serve('beta', 'off', { targetingKey: 'bob', attributes: { country: 'de' } });

    expect(client.status).toBe('READY');
    expect([client.string('theme', ''), client.boolean('beta', false)]).toEqual(['dark', true]);
    const bob = { targetingKey: 'bob', attributes: { country: 'de' } };
    expect(client.details('beta', true, bob)).toMatchObject({ value: false, reason: 'RULE_MATCH', ruleId: 'test-1' });
    expect(client.boolean('beta', false, { targetingKey: 'bob' })).toBe(true);
    expect(changes).toEqual([['theme'], ['beta'], ['beta']]);
  });

  it('shows an application every status', () => {
    const client = createTestServerClient();
    const { statuses } = note(client);

    client.flags.setStatus('STALE').setStatus('REFUSED').setStatus('READY');

    expect(statuses.map(({ status }) => status)).toEqual(['STALE', 'REFUSED', 'READY']);
  });

  it('says when a variation is served that there is not', () => {
    expect(() => createTestServerClient().flags.serve('none', 'on')).toThrow('There is no flag "none" with a variation "on"');
  });
});

it('gives a fault to every listener, also after one that throws (#52 of unleash-js-sdk)', () => {
  const warnings: string[] = [];
  const silent = (): void => undefined;
  const logger = { debug: silent, info: silent, error: silent, warn: (message: string) => void warnings.push(message) };
  const client = createServerClient({ logger, snapshot: snapshotWith() as never, overrides: { flag: 'text' } });
  const seen: string[] = [];
  const end = client.on('fault', () => {
    throw new Error('no');
  });
  client.on('fault', ({ kind }) => seen.push(kind));

  expect(client.boolean('flag', false)).toBe(false);
  end();
  expect(client.boolean('flag', true)).toBe(true);

  expect(seen).toEqual(['SNAPSHOT']);
  expect(warnings).toEqual(['Flagstaff: A listener of "fault" threw: Error: no']);
});
