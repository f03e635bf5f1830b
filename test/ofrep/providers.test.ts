/** The OFREP providers that applications use, from npm, against a real server. */
import { OFREPProvider } from '@openfeature/ofrep-provider';
import { OFREPWebProvider } from '@openfeature/ofrep-web-provider';
import { OpenFeature as ServerFeature, type Client as ServerClient } from '@openfeature/server-sdk';
import {
  ClientProviderEvents,
  OpenFeature as WebFeature,
  type Client as WebClient,
  type EventHandler,
} from '@openfeature/web-sdk';
import { EventSource } from 'eventsource';
import {
  configure,
  eventually,
  makeApiKey,
  makeEnvironment,
  makeFlag,
  makeProject,
  makeSegment,
  toggle,
  uniqueKey,
  type Made,
  type MadeProject,
} from '../support/make';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(async () => {
  await Promise.all([ServerFeature.close(), WebFeature.close()]);
  await world.close();
});

interface Scene {
  readonly project: MadeProject;
  readonly environment: Made;
  readonly flags: Readonly<Record<'boolean' | 'string' | 'number' | 'object', Made>>;
}

const variations = (...values: unknown[]): object => ({
  variations: values.map((value, i) => ({ key: `v${i}`, name: `V${i}`, value })),
  onVariation: 'v0',
  offVariation: 'v1',
});

/** A flag of each type, on: everybody gets the first variation. */
async function makeScene(): Promise<Scene> {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const isClientAvailable = true;
  const flags = {
    boolean: await makeFlag(project, { isClientAvailable }),
    string: await makeFlag(project, { isClientAvailable, valueType: 'STRING', ...variations('red', 'blue') }),
    number: await makeFlag(project, { isClientAvailable, valueType: 'NUMBER', ...variations(2.5, 1) }),
    object: await makeFlag(project, { isClientAvailable, valueType: 'JSON', ...variations({ a: [1, { b: null }] }, {}) }),
  };
  for (const flag of Object.values(flags)) await toggle(project, flag, environment, true);
  return { project, environment, flags };
}

const half = {
  rollout: {
    bucketBy: 'targetingKey',
    whenMissing: 'off',
    shares: [
      { variation: 'on', weight: 50_000 },
      { variation: 'off', weight: 50_000 },
    ],
  },
};
const forPros = {
  id: 'pros',
  conditions: [{ attribute: { attribute: 'plan', operator: 'EQUALS', values: ['pro'] } }],
  serve: { variation: 'on' },
};

describe('given the provider for servers', () => {
  async function connect({ project, environment }: Scene, secret?: string): Promise<ServerClient> {
    const key = secret ?? (await makeApiKey(project, environment));
    const domain = uniqueKey('domain');
    const provider = new OFREPProvider({ baseUrl: world.app.url, headers: [['Authorization', `Bearer ${key}`]] });
    await ServerFeature.setProviderAndWait(domain, provider);
    return ServerFeature.getClient(domain);
  }

  it('resolves every type of value', async () => {
    const scene = await makeScene();
    const client = await connect(scene);
    const { boolean, string, number, object } = scene.flags;
    const context = { targetingKey: 'ada' };

    const details = [
      await client.getBooleanDetails(boolean.key, false, context),
      await client.getStringDetails(string.key, '', context),
      await client.getNumberDetails(number.key, 0, context),
      await client.getObjectDetails(object.key, {}, context),
    ];

    const common = { reason: 'STATIC', flagMetadata: { flagVersion: 2 } };
    expect(details).toEqual([
      expect.objectContaining({ ...common, flagKey: boolean.key, value: true, variant: 'on' }),
      expect.objectContaining({ ...common, flagKey: string.key, value: 'red', variant: 'v0' }),
      expect.objectContaining({ ...common, flagKey: number.key, value: 2.5, variant: 'v0' }),
      expect.objectContaining({ ...common, flagKey: object.key, value: { a: [1, { b: null }] }, variant: 'v0' }),
    ]);
  });

  it.each([
    ['DISABLED', { isEnabled: false }, {}],
    ['TARGETING_MATCH', { targets: [{ variation: 'on', targetingKeys: ['ada'] }] }, {}],
    ['TARGETING_MATCH', { rules: [forPros] }, { plan: 'pro' }],
    ['UNKNOWN', { rules: [forPros] }, { plan: 'free' }],
    ['SPLIT', { fallthrough: half }, {}],
    ['STATIC', {}, {}],
  ])('tells the reason %s', async (reason, patch, attributes) => {
    const scene = await makeScene();
    const flag = await makeFlag(scene.project);
    await configure(scene.project, flag, scene.environment, patch);
    const client = await connect(scene);

    const details = await client.getBooleanDetails(flag.key, true, { targetingKey: 'ada', ...attributes });

    expect(details).toMatchObject({ reason, flagKey: flag.key });
    expect(details.errorCode).toBeUndefined();
  });

  it('tells every error by its code, and falls back to the default', async () => {
    const scene = await makeScene();
    const { project, environment, flags } = scene;
    const [split, broken] = [await makeFlag(project), await makeFlag(project)];
    await configure(project, split, environment, { fallthrough: half });
    const segment = await makeSegment(project);
    const rule = { ...forPros, conditions: [{ segment: { operator: 'IN_SEGMENT', segments: [segment.key] } }] };
    await configure(project, broken, environment, { rules: [rule] });
    await world.app.database.connection.query('DELETE FROM segment WHERE id = $1', [segment.id]);
    const client = await connect(scene);
    const ada = { targetingKey: 'ada' };

    const details = [
      await client.getBooleanDetails('nowhere', true, ada),
      await client.getBooleanDetails(broken.key, true, ada),
      await client.getBooleanDetails(split.key, true, {}),
      await client.getBooleanDetails(flags.boolean.key, true, { ...ada, large: 'x'.repeat(70_000) }),
      await client.getStringDetails(flags.boolean.key, 'default', ada),
    ];
    const stranger = await (await connect(scene, 'guess')).getBooleanDetails(flags.boolean.key, true, ada);

    const codes = ['FLAG_NOT_FOUND', 'PARSE_ERROR', 'TARGETING_KEY_MISSING', 'INVALID_CONTEXT', 'TYPE_MISMATCH'];
    expect(details.map(({ errorCode }) => errorCode)).toEqual(codes);
    expect(details.map(({ value }) => value)).toEqual([true, true, true, true, 'default']);
    expect(stranger).toMatchObject({ errorCode: 'GENERAL', reason: 'ERROR', value: true });
  });
});

describe('given the provider for browsers', () => {
  beforeAll(() => {
    Object.assign(globalThis, { EventSource });
  });

  interface Connected {
    readonly client: WebClient;
    readonly domain: string;
    /** Status of each answer so far. */
    readonly statuses: number[];
  }

  async function connect({ project, environment }: Scene, options: object, context = {}): Promise<Connected> {
    const secret = await makeApiKey(project, environment, 'CLIENT');
    const domain = uniqueKey('domain');
    const statuses: number[] = [];
    const provider = new OFREPWebProvider({
      baseUrl: world.app.url,
      headers: [['X-API-Key', secret]],
      cacheMode: 'disabled',
      fetchImplementation: async (input: string | URL | Request, init?: RequestInit) => {
        const response = await fetch(input, init);
        statuses.push(response.status);
        return response;
      },
      ...options,
    });
    await WebFeature.setContext(domain, { targetingKey: 'ada', ...context });
    await WebFeature.setProviderAndWait(domain, provider);
    return { client: WebFeature.getClient(domain), domain, statuses };
  }

  const nextChange = (client: WebClient): Promise<readonly string[]> =>
    new Promise((resolve) => {
      const hear: EventHandler<ClientProviderEvents> = (event) => {
        client.removeHandler(ClientProviderEvents.ConfigurationChanged, hear);
        resolve((event as { flagsChanged: string[] }).flagsChanged);
      };
      client.addHandler(ClientProviderEvents.ConfigurationChanged, hear);
    });

  it('resolves every type of value, and hidden flags as not there', async () => {
    const scene = await makeScene();
    const hidden = await makeFlag(scene.project);
    const { client } = await connect(scene, { changeDetection: 'none' });
    const { boolean, string, number, object } = scene.flags;

    const details = [
      client.getBooleanDetails(boolean.key, false),
      client.getStringDetails(string.key, ''),
      client.getNumberDetails(number.key, 0),
      client.getObjectDetails(object.key, {}),
      client.getBooleanDetails(hidden.key, true),
      client.getStringDetails(boolean.key, 'default'),
    ];

    expect(details.map(({ value, reason, errorCode }) => [value, reason, errorCode])).toEqual([
      [true, 'STATIC', undefined],
      ['red', 'STATIC', undefined],
      [2.5, 'STATIC', undefined],
      [{ a: [1, { b: null }] }, 'STATIC', undefined],
      [true, 'ERROR', 'FLAG_NOT_FOUND'],
      ['default', 'ERROR', 'TYPE_MISMATCH'],
    ]);
    expect(details[0]!.flagMetadata).toEqual({ flagVersion: 2 });
  });

  it('evaluates anew when the context changes', async () => {
    const scene = await makeScene();
    const flag = await makeFlag(scene.project, { isClientAvailable: true });
    await configure(scene.project, flag, scene.environment, { fallthrough: { variation: 'off' }, rules: [forPros] });
    const { client, domain } = await connect(scene, { changeDetection: 'none' }, { plan: 'free' });

    const before = client.getBooleanDetails(flag.key, false);
    await WebFeature.setContext(domain, { targetingKey: 'ada', plan: 'pro' });
    const after = client.getBooleanDetails(flag.key, false);

    expect([before, after].map(({ value, reason }) => [value, reason])).toEqual([
      [false, 'UNKNOWN'],
      [true, 'TARGETING_MATCH'],
    ]);
  });

  it('polls with the entity tag: 304 until something changed', async () => {
    const scene = await makeScene();
    const { project, environment, flags } = scene;
    const { client, statuses } = await connect(scene, { changeDetection: 'polling', pollInterval: 50 });
    await eventuallyIn(statuses, 304);

    const changed = nextChange(client);
    await toggle(project, flags.boolean, environment, false);

    expect(await changed).toEqual([flags.boolean.key]);
    expect(client.getBooleanDetails(flags.boolean.key, true)).toMatchObject({ value: false, reason: 'DISABLED' });
  });

  it('hears of a change by the event stream, without polling', async () => {
    const scene = await makeScene();
    const { project, environment, flags } = scene;
    const { client, statuses } = await connect(scene, { changeDetection: 'sse' });
    // The first event makes the provider ask again: from then on the stream is open.
    await eventuallyIn(statuses, 304);

    const changed = nextChange(client);
    await toggle(project, flags.string, environment, false);

    expect(await changed).toEqual([flags.string.key]);
    expect(client.getStringValue(flags.string.key, '')).toBe('blue');
  });

  it('fails for good when the credential is not valid', async () => {
    const scene = await makeScene();

    const connecting = connect(scene, { headers: [['X-API-Key', 'guess']], changeDetection: 'none' });

    await expect(connecting).rejects.toThrow('Initialization failed');
  });
});

/** Waits until the list has it. */
async function eventuallyIn<T>(list: readonly T[], wanted: T): Promise<void> {
  await eventually(async () => list.includes(wanted));
}
