/**
 * The scenarios of OpenFeature's specification, `evaluation_v2` and `hooks`, against our provider and a real server. They are read
 * from a checkout of github.com/open-feature/spec that OPENFEATURE_SPEC names; `npm run conformance:openfeature -- FOLDER` does.
 * The requirements that they are about have tests of ours beside this file, which always run.
 */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { OpenFeature } from '@openfeature/server-sdk';
import { startTcpProxy, type TcpProxy } from '../../support/tcp-proxy';
import { serve, type Served } from '../support/served';
import { makeSpecificationFlags } from './conformance-flags';
import { ConformanceWorld, runStep } from './conformance-steps';
import { readFeature, type Scenario } from './gherkin';

/** Scenarios that do not apply, by a part of their names. */
const LEFT_OUT: { readonly [name: string]: string } = {
  'Flag metadata in evaluation details': 'flags here have no metadata of their own',
  'CACHED reason': 'nothing is cached: every answer is decided',
};

const folder = process.env.OPENFEATURE_SPEC;
const gherkin = folder === undefined ? null : join(folder, 'specification', 'assets', 'gherkin');
if (gherkin !== null && !existsSync(gherkin)) throw new Error(`${folder} is no checkout of github.com/open-feature/spec.`);

const scenarios: Scenario[] =
  gherkin === null
    ? []
    : ['evaluation_v2', 'hooks'].flatMap((name) => readFeature(readFileSync(join(gherkin, `${name}.feature`), 'utf8')));
const reasonToLeaveOut = ({ name }: Scenario): string | undefined =>
  Object.entries(LEFT_OUT).find(([part]) => name.startsWith(part))?.[1];
const applicable = scenarios.filter((scenario) => reasonToLeaveOut(scenario) === undefined);
const leftOut = scenarios.flatMap((scenario) => {
  const reason = reasonToLeaveOut(scenario);
  return reason === undefined ? [] : [`${scenario.name}: ${reason}`];
});

if (gherkin === null) {
  it.skip('is skipped: OPENFEATURE_SPEC names no checkout of the specification', () => undefined);
} else {
  describe('given the scenarios of the specification', () => {
    let served: Served;
    let unreachable: TcpProxy;
    let world: ConformanceWorld;

    beforeAll(async () => {
      served = await serve();
      await makeSpecificationFlags(served, JSON.parse(readFileSync(join(gherkin, 'test-flags.json'), 'utf8')), scenarios);
      unreachable = await startTcpProxy(Number(new URL(served.world.url).port));
      unreachable.stall();
      const { url, key } = served;
      world = new ConformanceWorld({
        url,
        key,
        unreachable: `http://127.0.0.1:${unreachable.port}`,
        snapshot: await served.snapshot(),
      });
    });

    afterAll(async () => {
      await OpenFeature.clearProviders();
      await unreachable.close();
      await served.close();
    });

    it.each(applicable.map((scenario) => [scenario.name, scenario] as const))('%s', async (_name, { steps }) => {
      world.begin();
      for (const step of steps) await runStep(world, step);
    });

    it.skip.each(leftOut)('%s', () => undefined);
  });
}
