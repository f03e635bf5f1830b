/** What the steps of the specification's scenarios do. */
import {
  OpenFeature,
  ProviderStatus,
  type Client,
  type EvaluationContext,
  type EvaluationDetails,
  type Hook,
} from '@openfeature/server-sdk';
import { createServerProvider } from '../../../packages/openfeature-server/src';
import { createServerClient } from '../../../packages/server-sdk/src/index-node';
import type { ServerOptions } from '../../../packages/server-sdk/src/api';
import type { Snapshot } from '../../../src/evaluation';
import { eventually, uniqueKey } from '../../support/make';
import type { Step } from './gherkin';

export interface Servers {
  readonly url: string;
  readonly key: string;
  /** Of a server that takes connections and never answers. */
  readonly unreachable: string;
  readonly snapshot: Snapshot;
}

type Stage = 'before' | 'after' | 'error' | 'finally';

interface Call {
  readonly stage: Stage;
  readonly hook: number;
  readonly details: EvaluationDetails<never> | null;
}

/** What the steps of one scenario share. The stable provider is one for all scenarios. */
export class ConformanceWorld {
  private stable: Promise<Client> | null = null;
  features!: Client;
  flag = { type: '', key: '', fallback: undefined as unknown };
  context: Record<string, unknown> = {};
  hooks: Hook[] = [];
  calls: Call[] = [];
  details!: EvaluationDetails<never>;
  evaluating!: Promise<EvaluationDetails<never>>;

  constructor(private readonly servers: Servers) {}

  begin(): void {
    this.context = {};
    this.hooks = [];
    this.calls = [];
  }

  async use(status: string): Promise<void> {
    const { url, key, unreachable, snapshot } = this.servers;
    switch (status) {
      case 'stable':
        this.features = await (this.stable ??= this.place({ url, key }));
        return;
      case 'not ready':
        void this.place({ url: unreachable, key });
        return;
      case 'error':
        await this.place({ url: unreachable, key });
        return;
      case 'fatal':
        await this.place({ url, key: 'fs_server_wrong' });
        return;
      case 'stale':
        await this.place({ url: unreachable, key, snapshot });
        await eventually(async () => this.features.providerStatus === ProviderStatus.STALE);
        return;
      default:
        throw new Error(`There is no provider "${status}".`);
    }
  }

  private async place(options: ServerOptions): Promise<Client> {
    const domain = uniqueKey('domain');
    const features = (this.features = OpenFeature.getClient(domain));
    await OpenFeature.setProviderAndWait(domain, createServerProvider(createServerClient({ ...options, logger: SILENT }))).catch(
      () => undefined,
    );
    return features;
  }

  evaluate(hooks: Hook[] = []): Promise<EvaluationDetails<never>> {
    const { type, key, fallback } = this.flag;
    const method = `get${{ Integer: 'Number', Float: 'Number' }[type] ?? type}Details` as 'getObjectDetails';
    return this.features[method](key, fallback as never, this.context as EvaluationContext, { hooks }) as never;
  }

  hook(number: number): Hook {
    const note = (stage: Stage, details: unknown = null): void =>
      void this.calls.push({ stage, hook: number, details: details as never });
    return {
      before: () => note('before'),
      after: (_context, details) => note('after', details),
      error: () => note('error'),
      finally: (_context, details) => note('finally', details),
    };
  }
}

const SILENT = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

function valueOf(type: string, text: string): unknown {
  if (text === 'null') return undefined;
  if (type.toLowerCase() === 'string') return text;
  return JSON.parse(text.replaceAll('\\"', '"'));
}

type Act = (world: ConformanceWorld, args: readonly string[], table: Step['table']) => unknown;

const STEPS: readonly (readonly [RegExp, Act])[] = [
  [/^an? (stable|not ready|error|fatal|stale) provider$/, (world, [status = '']) => world.use(status)],
  [
    /^a (\w+)-flag with key "(.*)" and a fallback value "(.*)"$/,
    (world, [type = '', key = '', fallback = '']) => {
      const name = type.charAt(0).toUpperCase() + type.slice(1);
      world.flag = { type: name, key, fallback: valueOf(name, fallback) };
    },
  ],
  [
    /^a context containing a key "(.*)", with type "(.*)" and with value "(.*)"$/,
    (world, [key = '', type = '', value = '']) => (world.context[key] = valueOf(type, value)),
  ],
  [/^a context containing a key "(.*)" with null value$/, (world, [key = '']) => (world.context[key] = null)],
  [/^an evaluation context with modifiable data$/, (world) => Object.assign(world.context, { list: [1, 2], born: new Date(0) })],
  [/^a client with added hook$/, (world) => world.hooks.push(world.hook(1))],
  [/^evaluation options containing specific hooks$/, (world) => world.hooks.push(world.hook(1), world.hook(2))],
  [
    /^the flag was evaluated with details(?: using the evaluation options)?$/,
    async (world) => (world.details = await world.evaluate(world.hooks)),
  ],
  [/^the flag was evaluated with details asynchronously$/, (world) => void (world.evaluating = world.evaluate())],
  [
    /^the evaluation should complete without blocking$/,
    async (world) => {
      expect(world.evaluating).toBeInstanceOf(Promise);
      world.details = await world.evaluating;
    },
  ],
  [
    /^the resolved details value should be "(.*)"$/,
    (world, [value = '']) => expect(world.details.value).toEqual(valueOf(world.flag.type, value)),
  ],
  [/^the reason should be "(.*)"$/, (world, [reason]) => expect(world.details.reason).toBe(reason)],
  [/^the flag key should be "(.*)"$/, (world, [key]) => expect(world.details.flagKey).toBe(key)],
  [/^the variant should be "(.*)"$/, (world, [variant]) => expect(world.details.variant).toBe(variant)],
  [/^the error-code should be "(.*)"$/, (world, [code]) => expect(world.details.errorCode).toBe(code)],
  [/^the provider status should be "(.*)"$/, (world, [status]) => expect(world.features.providerStatus).toBe(status)],
  [
    /^the specified hooks should execute during evaluation$/,
    (world) => expect(new Set(world.calls.map(({ hook }) => hook))).toEqual(new Set([1, 2])),
  ],
  [
    /^the hook order should be maintained$/,
    (world) =>
      expect(world.calls.map(({ stage, hook }) => `${stage} ${hook}`)).toEqual([
        'before 1',
        'before 2',
        'after 2',
        'after 1',
        'finally 2',
        'finally 1',
      ]),
  ],
  [
    /^the original evaluation context should remain unmodified$/,
    (world) => expect(world.context).toEqual({ list: [1, 2], born: new Date(0) }),
  ],
  [/^the evaluation details should be immutable$/, (world) => expect(Object.isFrozen(world.details.flagMetadata)).toBe(true)],
  [
    /^the "(.*)" hook should have been executed$/,
    (world, [stage]) => expect(world.calls.map((call) => call.stage)).toContain(stage),
  ],
  [
    /^the "(.*)" hooks should be called with evaluation details$/,
    (world, [stages = ''], [, ...rows]) => {
      for (const stage of stages.split(', ')) {
        const details = world.calls.find((call) => call.stage === stage)?.details as never;
        for (const [type = '', key = '', value = ''] of rows)
          expect([key, details[camelCase(key) as never]]).toEqual([key, valueOf(type, value)]);
      }
    },
  ],
];

function camelCase(text: string): string {
  return text.replace(/_(\w)/g, (_whole, letter: string) => letter.toUpperCase());
}

export async function runStep(world: ConformanceWorld, { text, table }: Step): Promise<void> {
  for (const [pattern, act] of STEPS) {
    const match = pattern.exec(text);
    if (match === null) continue;
    await act(world, match.slice(1), table);
    return;
  }
  throw new Error(`There is no step "${text}".`);
}
