/**
 * An evaluation by OpenFeature's SDK for servers: with our provider, and with one that does nothing and answers the fallback.
 * The SDK itself takes most of the time, so the ratio is told.
 */
import { OpenFeature, type Client, type Provider } from '@openfeature/server-sdk';
import type * as OpenFeatureServer from '../../packages/openfeature-server/src';
import type * as Sdk from '../../packages/server-sdk/src/index-node';
import { measure } from '../evaluation';
import type { Contender, Prepared } from '../evaluation/contender';
import { sink } from '../evaluation/contender';
import { makeSnapshot } from '../evaluation/ours';
import type { BenchContext, BenchFlag, Workload } from '../evaluation/workloads';

const NOTHING: Provider = {
  metadata: { name: 'nothing' },
  resolveBooleanEvaluation: (_flagKey, value) => Promise.resolve({ value }),
  resolveStringEvaluation: (_flagKey, value) => Promise.resolve({ value }),
  resolveNumberEvaluation: (_flagKey, value) => Promise.resolve({ value }),
  resolveObjectEvaluation: (_flagKey, value) => Promise.resolve({ value }),
};

const OURS = 'OpenFeature with our provider';
const NONE = 'OpenFeature with a provider that does nothing';

/** For each workload: nanoseconds of both, and how many times nothing ours takes. */
export async function runOpenFeature(workloads: readonly Workload[]): Promise<unknown> {
  const rows: { [name: string]: unknown } = {};
  for (const { name, flags, contexts } of workloads) {
    const prepared = [
      [{ name: OURS }, await prepare(OURS, createOurs(flags), flags, contexts)],
      [{ name: NONE }, await prepare(NONE, NOTHING, flags, contexts)],
    ] as const;
    const figures = await measure(prepared as unknown as readonly (readonly [Contender, Prepared])[]);
    const [ours, nothing] = [OURS, NONE].map((contender) => figures.get(contender)?.medianNs ?? NaN);
    const timesNothing = Math.round(((ours ?? NaN) / (nothing ?? NaN)) * 100) / 100;
    console.log(`\n${name} by OpenFeature: ${ours} ns, a provider that does nothing ${nothing} ns, ${timesNothing} times`);
    rows[name] = { oursNs: ours, nothingNs: nothing, timesNothing };
    await OpenFeature.clearProviders();
  }
  return rows;
}

function createOurs(flags: readonly BenchFlag[]): Provider {
  // The folders, as they were built: the names would lead to installed ones.
  /* eslint-disable @typescript-eslint/no-require-imports -- They are there only after the build. */
  const { createServerClient } = require('../../packages/server-sdk/dist/index.cjs') as typeof Sdk;
  const { createServerProvider } = require('../../packages/openfeature-server/dist/index.cjs') as typeof OpenFeatureServer;
  /* eslint-enable @typescript-eslint/no-require-imports */
  return createServerProvider(createServerClient({ snapshot: makeSnapshot(flags) }));
}

async function prepare(
  domain: string,
  provider: Provider,
  flags: readonly BenchFlag[],
  contexts: readonly BenchContext[],
): Promise<Prepared> {
  await OpenFeature.setProviderAndWait(domain, provider);
  const features = OpenFeature.getClient(domain);
  const ask = flags[0]?.kind === 'ROLLOUT' ? askText(features, flags) : askBoolean(features, flags);
  return {
    answers: () => [],
    spin: async (count) => {
      for (let index = 0; index < count; index += 1) sink.last = await ask({ ...contexts[index % contexts.length] });
    },
  };
}

type Ask = (context: Record<string, string | number>) => Promise<unknown>;

function askBoolean(features: Client, [flag]: readonly BenchFlag[]): Ask {
  return (context) => features.getBooleanValue(flag?.key ?? '', false, context);
}

function askText(features: Client, [flag]: readonly BenchFlag[]): Ask {
  return (context) => features.getStringValue(flag?.key ?? '', 'a', context);
}
