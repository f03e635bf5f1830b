import { createRequire } from 'node:module';
import { join } from 'node:path';

import type { Answer, Contender, Prepared } from './contender';
import { sink } from './contender';
import type { BenchContext, BenchFlag, BenchRule } from './workloads';
import { ROLLOUT_SHARES, SEGMENT_KEYS } from './workloads';

// Peers are loaded by name at run time, so that type checks do not need bench/node_modules; below is all that is used of them.
const requirePeer = createRequire(join(__dirname, '..', 'package.json'));
const SILENT = { error: ignore, warn: ignore, info: ignore, debug: ignore };

function ignore(): void {
  // Logging is off while timing.
}

function defaultOf({ kind }: BenchFlag): Answer {
  return kind === 'ROLLOUT' ? 'a' : kind === 'PLAIN';
}

/** A prepared workload from one synchronous question in the peer's own form. */
function ask<Context>(
  flags: readonly BenchFlag[],
  contexts: readonly Context[],
  question: (flag: BenchFlag, context: Context) => unknown,
  answerOf: (result: unknown) => Answer,
): Prepared {
  return {
    answers: (index) => flags.map((flag) => answerOf(question(flag, contexts[index] as Context))),
    spin: (count) => {
      for (let index = 0; index < count; index += 1) {
        const context = contexts[index % contexts.length] as Context;
        for (const flag of flags) sink.last = question(flag, context);
      }
    },
  };
}

const LAUNCHDARKLY: Contender = {
  name: '@launchdarkly/node-server-sdk',
  prepare: async (flags, contexts) => {
    interface Client {
      waitForInitialization(options: { timeout: number }): Promise<unknown>;
      variationDetail(key: string, context: unknown, fallback: Answer): Promise<{ value: Answer }>;
      close(): void;
    }
    interface TestData {
      usePreconfiguredFlag(flag: unknown): Promise<unknown>;
      usePreconfiguredSegment(segment: unknown): Promise<unknown>;
      getFactory(): unknown;
    }
    const { init } = requirePeer('@launchdarkly/node-server-sdk') as { init: (key: string, options: unknown) => Client };
    const { TestData } = requirePeer('@launchdarkly/node-server-sdk/integrations') as { TestData: new () => TestData };
    const data = new TestData();
    await data.usePreconfiguredSegment({
      key: 'members',
      included: SEGMENT_KEYS,
      excluded: [],
      rules: [],
      salt: 's',
      version: 1,
    });
    for (const flag of flags) await data.usePreconfiguredFlag(launchDarklyFlag(flag));
    const client = init('offline', {
      updateProcessor: data.getFactory(),
      sendEvents: false,
      diagnosticOptOut: true,
      logger: SILENT,
    });
    await client.waitForInitialization({ timeout: 5 });
    const users = contexts.map(({ targetingKey, ...attributes }) => ({ kind: 'user', key: targetingKey, ...attributes }));
    return {
      answers: (index) =>
        Promise.all(flags.map(async (flag) => (await client.variationDetail(flag.key, users[index], defaultOf(flag))).value)),
      spin: async (count) => {
        for (let index = 0; index < count; index += 1) {
          const user = users[index % users.length];
          for (const flag of flags) sink.last = await client.variationDetail(flag.key, user, false);
        }
      },
      close: () => client.close(),
    };
  },
};

function launchDarklyFlag(flag: BenchFlag): unknown {
  const isRollout = flag.kind === 'ROLLOUT';
  const shares = ROLLOUT_SHARES.map(([, percent], variation) => ({ variation, weight: percent * 1_000 }));
  const clause = (attribute: string, op: string, values: unknown, negate = false): unknown => ({
    attribute,
    op,
    values,
    negate,
    contextKind: 'user',
  });
  const ruleOf = (clauses: unknown[], index: number): unknown => ({ id: `rule-${index}`, variation: 0, clauses });
  const ruleClauses = ({ countries, ageMin, versionMin }: BenchRule): unknown[] => [
    clause('country', 'in', countries),
    clause('age', 'greaterThanOrEqual', [ageMin]),
    clause('appVersion', 'semVerLessThan', [versionMin], true),
  ];
  const clauses =
    flag.kind === 'RULES'
      ? flag.rules.map(ruleClauses)
      : flag.kind === 'SEGMENT'
        ? [[clause('', 'segmentMatch', ['members'])]]
        : [];
  return {
    key: flag.key,
    version: 1,
    on: true,
    salt: flag.key,
    variations: isRollout ? ['a', 'b', 'c'] : [true, false],
    offVariation: 0,
    targets: [],
    prerequisites: [],
    rules: clauses.map(ruleOf),
    fallthrough: isRollout
      ? { rollout: { contextKind: 'user', variations: shares } }
      : { variation: flag.kind === 'PLAIN' ? 0 : 1 },
  };
}

const UNLEASH: Contender = {
  name: 'unleash-client',
  prepare: async (flags, contexts) => {
    interface Client {
      on(event: string, listener: () => void): void;
      start(): Promise<void>;
      isEnabled(key: string, context: unknown): boolean;
      getVariant(key: string, context: unknown): { name: string };
      destroy(): void;
    }
    const { Unleash, InMemStorageProvider } = requirePeer('unleash-client') as {
      Unleash: new (options: unknown) => Client;
      InMemStorageProvider: new () => unknown;
    };
    const constraint = (contextName: string, operator: string, more: object): unknown => ({
      contextName,
      operator,
      values: [],
      inverted: false,
      ...more,
    });
    const ruleStrategy = ({ countries, ageMin, versionMin }: BenchRule): unknown => ({
      name: 'default',
      parameters: {},
      constraints: [
        constraint('country', 'IN', { values: countries }),
        constraint('age', 'NUM_GTE', { value: String(ageMin) }),
        constraint('appVersion', 'SEMVER_LT', { value: versionMin, inverted: true }),
      ],
    });
    const strategies = (flag: BenchFlag): unknown[] => {
      if (flag.kind === 'RULES') return flag.rules.map(ruleStrategy);
      if (flag.kind === 'SEGMENT') return [{ name: 'default', parameters: {}, constraints: [], segments: [1] }];
      if (flag.kind === 'PLAIN') return [{ name: 'default', parameters: {}, constraints: [] }];
      const variants = ROLLOUT_SHARES.map(([name, percent]) => ({ name, weight: percent * 10, stickiness: 'userId' }));
      return [
        {
          name: 'flexibleRollout',
          parameters: { rollout: '100', stickiness: 'userId', groupId: flag.key },
          constraints: [],
          variants,
        },
      ];
    };
    const segments = [{ id: 1, constraints: [constraint('userId', 'IN', { values: SEGMENT_KEYS })] }];
    const data = flags.map((flag) => ({
      name: flag.key,
      enabled: true,
      type: 'release',
      strategies: strategies(flag),
      impressionData: false,
    }));
    const client = new Unleash({
      appName: 'bench',
      // The address is one where nothing listens; the bootstrap is all that is used.
      url: 'http://127.0.0.1:9/',
      refreshInterval: 0,
      disableMetrics: true,
      disableAutoStart: true,
      skipInstanceCountWarning: true,
      bootstrap: { data, segments },
      storageProvider: new InMemStorageProvider(),
    });
    client.on('error', ignore);
    client.on('warn', ignore);
    await client.start().catch(ignore);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const users = contexts.map(({ targetingKey, country, age, appVersion }) => ({
      userId: targetingKey,
      properties: { country, age: String(age), appVersion },
    }));
    const question = (flag: BenchFlag, user: unknown): unknown =>
      flag.kind === 'ROLLOUT' ? client.getVariant(flag.key, user) : client.isEnabled(flag.key, user);
    const answerOf = (result: unknown): Answer => (typeof result === 'boolean' ? result : (result as { name: string }).name);
    return { ...ask(flags, users, question, answerOf), close: () => client.destroy() };
  },
};

const GROWTHBOOK: Contender = {
  name: '@growthbook/growthbook',
  prepare: (flags, contexts) => {
    interface Client {
      initSync(options: unknown): Client;
      evalFeature(key: string, user: unknown): { value: Answer };
    }
    const { GrowthBookClient } = requirePeer('@growthbook/growthbook') as { GrowthBookClient: new () => Client };
    const ruleOf = ({ countries, ageMin, versionMin }: BenchRule): unknown => ({
      condition: { country: { $in: countries }, age: { $gte: ageMin }, appVersion: { $vgte: versionMin } },
      force: true,
    });
    const rules = (flag: BenchFlag): unknown[] => {
      if (flag.kind === 'RULES') return flag.rules.map(ruleOf);
      if (flag.kind === 'SEGMENT') return [{ condition: { id: { $inGroup: 'members' } }, force: true }];
      if (flag.kind === 'PLAIN') return [];
      const weights = ROLLOUT_SHARES.map(([, percent]) => percent / 100);
      return [{ key: flag.key, variations: ['a', 'b', 'c'], weights, coverage: 1, hashAttribute: 'id', hashVersion: 2 }];
    };
    const features = Object.fromEntries(flags.map((flag) => [flag.key, { defaultValue: defaultOf(flag), rules: rules(flag) }]));
    const client = new GrowthBookClient().initSync({ payload: { features, savedGroups: { members: SEGMENT_KEYS } } });
    const users = contexts.map(({ targetingKey, ...attributes }) => ({ attributes: { id: targetingKey, ...attributes } }));
    return ask(
      flags,
      users,
      (flag, user) => client.evalFeature(flag.key, user),
      (result) => (result as { value: Answer }).value,
    );
  },
};

const FLAGD: Contender = {
  name: '@openfeature/flagd-core',
  prepare: (flags, contexts) => {
    interface Core {
      setConfigurations(text: string): unknown;
      resolveBooleanEvaluation(key: string, fallback: boolean, context: unknown): { value: Answer };
      resolveStringEvaluation(key: string, fallback: string, context: unknown): { value: Answer };
    }
    const { FlagdCore } = requirePeer('@openfeature/flagd-core') as {
      FlagdCore: new (storage?: unknown, logger?: unknown) => Core;
    };
    const test = ({ countries, ageMin, versionMin }: BenchRule): unknown => ({
      and: [
        { in: [{ var: 'country' }, countries] },
        { '>=': [{ var: 'age' }, ageMin] },
        { sem_ver: [{ var: 'appVersion' }, '>=', versionMin] },
      ],
    });
    const targeting = (flag: BenchFlag): unknown => {
      if (flag.kind === 'RULES') return { if: [...flag.rules.flatMap((rule) => [test(rule), 'on']), 'off'] };
      if (flag.kind === 'SEGMENT') return { if: [{ in: [{ var: 'targetingKey' }, SEGMENT_KEYS] }, 'on', 'off'] };
      return flag.kind === 'PLAIN' ? undefined : { fractional: ROLLOUT_SHARES.map((share) => [...share]) };
    };
    const entry = (flag: BenchFlag): [string, unknown] => {
      const isText = flag.kind === 'ROLLOUT';
      const variants = isText ? { a: 'a', b: 'b', c: 'c' } : { on: true, off: false };
      return [
        flag.key,
        {
          state: 'ENABLED',
          variants,
          defaultVariant: isText ? 'a' : flag.kind === 'PLAIN' ? 'on' : 'off',
          targeting: targeting(flag),
        },
      ];
    };
    const core = new FlagdCore(undefined, SILENT);
    core.setConfigurations(JSON.stringify({ flags: Object.fromEntries(flags.map(entry)) }));
    const question = (flag: BenchFlag, context: BenchContext): unknown =>
      flag.kind === 'ROLLOUT'
        ? core.resolveStringEvaluation(flag.key, 'a', context)
        : core.resolveBooleanEvaluation(flag.key, false, context);
    return ask(flags, contexts, question, (result) => (result as { value: Answer }).value);
  },
};

const FLAGSMITH: Contender = {
  name: 'flagsmith-nodejs',
  prepare: (flags, contexts) => {
    // The engine of local evaluation; the client around it wants its server's document format and adds to its time.
    const engine = join(__dirname, '..', 'node_modules', 'flagsmith-nodejs', 'build', 'cjs', 'flagsmith-engine', 'index.js');
    const { getEvaluationResult } = requirePeer(engine) as {
      getEvaluationResult: (context: unknown) => { flags: { [name: string]: { enabled: boolean; value: unknown } } };
    };
    const condition = (property: string, operator: string, value: unknown): unknown => ({ property, operator, value });
    const ruleConditions = ({ countries, ageMin, versionMin }: BenchRule): unknown[] => [
      condition('country', 'IN', countries),
      condition('age', 'GREATER_THAN_INCLUSIVE', String(ageMin)),
      condition('appVersion', 'GREATER_THAN_INCLUSIVE', `${versionMin}:semver`),
    ];
    const conditionsOf = (flag: BenchFlag): unknown[][] => {
      if (flag.kind === 'RULES') return flag.rules.map(ruleConditions);
      return flag.kind === 'SEGMENT' ? [[condition('$.identity.identifier', 'IN', SEGMENT_KEYS)]] : [];
    };
    const feature = (flag: BenchFlag, id: number, enabled: boolean): object => ({
      key: String(id),
      name: flag.key,
      enabled,
      value: 'a',
      metadata: { id },
    });
    const variants = ROLLOUT_SHARES.map(([value, weight], priority) => ({ value, weight, priority }));
    const features = Object.fromEntries(
      flags.map((flag, id) => [
        flag.key,
        { ...feature(flag, id, flag.kind === 'PLAIN'), ...(flag.kind === 'ROLLOUT' ? { variants } : {}) },
      ]),
    );
    const segments = Object.fromEntries(
      flags.flatMap((flag, id) =>
        conditionsOf(flag).map((conditions, place) => {
          const key = `${id}-${place}`;
          const rules = [{ type: 'ALL', conditions, rules: [] }];
          return [
            key,
            { key, name: key, rules, overrides: [{ ...feature(flag, id, true), priority: place }], metadata: { id: place } },
          ];
        }),
      ),
    );
    const asked = contexts.map(({ targetingKey, ...traits }) => ({
      environment: { key: 'bench', name: 'bench' },
      identity: { identifier: targetingKey, key: targetingKey, traits },
      features,
      segments,
    }));
    return {
      answers: (index) => {
        const { flags: results } = getEvaluationResult(asked[index]);
        return flags.map(({ key, kind }) => (kind === 'ROLLOUT' ? String(results[key]?.value) : results[key]?.enabled === true));
      },
      spin: (count) => {
        for (let index = 0; index < count; index += 1) sink.last = getEvaluationResult(asked[index % asked.length]);
      },
    };
  },
};

const CONFIGCAT: Contender = {
  name: 'configcat-node',
  prepare: async (flags, contexts) => {
    interface Client {
      waitForReady(): Promise<unknown>;
      snapshot(): { getValueDetails(key: string, fallback: Answer, user: unknown): { value: Answer } };
      dispose(): void;
    }
    const configcat = requirePeer('configcat-node') as {
      getClient: (key: string, mode: number, options: unknown) => Client;
      PollingMode: { ManualPoll: number };
      User: new (id: string, email: undefined, country: string, custom: object) => unknown;
    };
    const test = (a: string, c: number, more: object): unknown => ({ u: { a, c, ...more } });
    const serve = (isOn: boolean): object => ({ v: { b: isOn }, i: isOn ? 'on' : 'off' });
    const ruleOf = ({ countries, ageMin, versionMin }: BenchRule): unknown => ({
      c: [test('Country', 0, { l: countries }), test('age', 15, { d: ageMin }), test('appVersion', 9, { s: versionMin })],
      s: serve(true),
    });
    const setting = (flag: BenchFlag): unknown => {
      if (flag.kind === 'ROLLOUT') {
        return {
          t: 1,
          v: { s: 'a' },
          i: 'a',
          p: ROLLOUT_SHARES.map(([key, percent]) => ({ p: percent, v: { s: key }, i: key })),
        };
      }
      const rules =
        flag.kind === 'RULES'
          ? flag.rules.map(ruleOf)
          : flag.kind === 'SEGMENT'
            ? [{ c: [{ s: { s: 0, c: 0 } }], s: serve(true) }]
            : [];
      return { t: 0, ...serve(flag.kind === 'PLAIN'), r: rules };
    };
    const config = {
      p: { u: 'http://127.0.0.1:9', r: 0, s: 'salt' },
      f: Object.fromEntries(flags.map((flag) => [flag.key, setting(flag)])),
      s: [{ n: 'members', r: [{ a: 'Identifier', c: 0, l: SEGMENT_KEYS }] }],
    };
    const cached = `${Date.now()}\netag\n${JSON.stringify(config)}`;
    const sdkKey = `bench-${flags[0]?.key ?? ''}`.padEnd(22, '0').slice(0, 22);
    const client = configcat.getClient(`${sdkKey}/${sdkKey}`, configcat.PollingMode.ManualPoll, {
      offline: true,
      logger: { level: -1, log: ignore, ...SILENT },
      cache: { get: () => cached, set: ignore },
    });
    await client.waitForReady();
    const snapshot = client.snapshot();
    const users = contexts.map(
      ({ targetingKey, country, age, appVersion }) => new configcat.User(targetingKey, undefined, country, { age, appVersion }),
    );
    const question = (flag: BenchFlag, user: unknown): unknown => snapshot.getValueDetails(flag.key, defaultOf(flag), user);
    return { ...ask(flags, users, question, (result) => (result as { value: Answer }).value), close: () => client.dispose() };
  },
};

export const PEERS: readonly Contender[] = [LAUNCHDARKLY, UNLEASH, GROWTHBOOK, FLAGD, FLAGSMITH, CONFIGCAT];
