/**
 * The server SDK in process: ns for one `value()` of a flag that was defined once, side by side in one run with the core alone and
 * with peers' packages, which answer with details; and ns for one evaluation by OpenFeature's SDK with our provider and with none.
 * W1 to W4, one flag each. The packages are built first, as they are published.
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
import type * as Sdk from '../packages/server-sdk/src/index-node';

const SDK: Contender = {
  name: '@flagstaff/server-sdk value()',
  prepare: (flags, contexts) => {
    // The path leads to the build; the name would lead to an installed package.
    // eslint-disable-next-line @typescript-eslint/no-require-imports -- It is there only after the build.
    const { createServerClient, defineFlag } = require('../packages/server-sdk/dist/index.cjs') as typeof Sdk;
    const client = createServerClient({ snapshot: makeSnapshot(flags) });
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
      close: () => client.close(),
    };
  },
};

export async function run(): Promise<void> {
  execFileSync(process.execPath, [join(__dirname, '..', 'scripts', 'build-packages.mjs')], { stdio: 'inherit' });
  const workloads: { [name: string]: unknown } = {};
  const single = WORKLOADS.filter(({ flags }) => flags.length === 1);
  for (const workload of single) workloads[workload.name] = await runWorkload(workload, [SDK, OURS, ...PEERS]);
  const openFeature = await runOpenFeature(single);
  console.log(JSON.stringify({ workloads, openFeature, node: process.version, versions: readVersions() }));
}
