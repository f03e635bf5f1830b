/**
 * The server SDK in process: ns for one `value()` of a flag that was defined once, side by side in one run with the core alone and
 * with peers' packages, which answer with details, with counts for reports and without; ns for one evaluation by OpenFeature's SDK with our provider and with none.
 * W1 to W4, one flag each. Then what connected clients take for their start and for a change, and memory. The packages are built first, as
 * they are published. Parts are named to run them alone: `npm run bench -- sdk evaluation openfeature connected memory`.
 */
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import type { Contender } from './evaluation/contender';
import { sink } from './evaluation/contender';
import { readVersions, runWorkload } from './evaluation';
import { makeSnapshot, OURS } from './evaluation/ours';
import { PEERS } from './evaluation/peers';
import { WORKLOADS } from './evaluation/workloads';
import { runOpenFeature } from './sdk/openfeature';
import { runConnected } from './sdk/connected';
import { runMemory } from './sdk/memory';
import type { ServerOptions } from '../packages/server-sdk/src/api';
import type * as Sdk from '../packages/server-sdk/src/index-node';

/** Leads to an address where nothing listens, and asks there once an hour: counts are kept as in production. */
const COUNTING = { url: 'http://127.0.0.1:9', key: 'none', transports: ['poll'], pollSeconds: 3_600 } as const;
const ignore = (): void => undefined;
const SILENT = { error: ignore, warn: ignore, info: ignore, debug: ignore };

const contender = (name: string, options: ServerOptions): Contender => ({
  name,
  prepare: (flags, contexts) => {
    // The path leads to the build; the name would lead to an installed package.
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- It is there only after the build.
    const { createServerClient, defineFlag } = require('../packages/server-sdk/dist/index.cjs') as typeof Sdk;
    const client = createServerClient({ ...options, logger: SILENT, snapshot: makeSnapshot(flags) });
    const defined = flags.map(({ key, kind }) =>
      kind === 'ROLLOUT' ? defineFlag<boolean | string>(key, 'STRING', 'a') : defineFlag<boolean | string>(key, 'BOOLEAN', false),
    );
    const [only] = defined;
    if (only === undefined) throw new Error('A workload has at least one flag.');
    const subjects = contexts.map(({ targetingKey, ...attributes }) => ({ targetingKey, attributes }));
    return {
      answers: (index) => defined.map((flag) => client.value(flag, subjects[index])),
      spin: (count) => {
        for (let index = 0; index < count; index += 1) sink.last = client.value(only, subjects[index % subjects.length]);
      },
      close: () => client.close(100),
    };
  },
});

const single = WORKLOADS.filter(({ flags }) => flags.length === 1);
const SDK = contender('@flagstaff/server-sdk value()', COUNTING);
const UNCOUNTED = contender('value() without counts', { ...COUNTING, reports: false });

const PARTS: { readonly [name: string]: () => Promise<unknown> } = {
  evaluation: async () => {
    const workloads: { [name: string]: unknown } = {};
    for (const workload of single) workloads[workload.name] = await runWorkload(workload, [SDK, UNCOUNTED, OURS, ...PEERS]);
    return workloads;
  },
  openfeature: () => runOpenFeature(single),
  connected: runConnected,
  memory: () => runMemory([SDK, ...PEERS], [1_000, 10_000]),
};

export async function run(names: readonly string[]): Promise<void> {
  execFileSync(process.execPath, [join(__dirname, '..', 'scripts', 'packages.mjs')], { stdio: 'inherit' });
  const figures: { [part: string]: unknown } = {};
  for (const [name, measure] of Object.entries(PARTS)) {
    if (names.length === 0 || names.includes(name)) figures[name] = await measure();
  }
  const { evaluation: workloads, openfeature: openFeature, ...rest } = figures;
  console.log(JSON.stringify({ workloads, openFeature, ...rest, node: process.version, versions: readVersions() }));
}
