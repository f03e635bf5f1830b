/** An environment of 10,000 flags with 5 rules each, and an application that must go on meanwhile. */
import { cloneRows, configure, makeFlag, toggle, type Made } from '../../support/make';
import { startProcess } from '../support/processes';
import { serve, type Served } from '../support/served';

const FLAGS = 10_000;
/** A machine that is busy in other ways takes longer for the same work, so that the processor's time is bounded, at twice and more. */
const START_TURN_MS = 2_000;
const CHANGE_TURN_MS = 150;

let served: Served;
let first: Made;

beforeAll(async () => {
  served = await serve();
  const { world, project, environment } = served;
  first = await makeFlag(project);
  const flag = await makeFlag(project);
  const conditions = [
    { attribute: { attribute: 'country', operator: 'IN', values: ['de', 'fr', 'nl'] } },
    { attribute: { attribute: 'age', operator: 'GREATER_OR_EQUAL', values: [18] } },
    { attribute: { attribute: 'appVersion', operator: 'SEMVER_GREATER_OR_EQUAL', values: ['1.2.3'] } },
  ];
  const rules = Array.from({ length: 5 }, () => ({ conditions, serve: { variation: 'on' } }));
  await configure(project, flag, environment, { rules, fallthrough: { variation: 'off' } });
  const range = [1, FLAGS - 2] as const;
  await cloneRows(world, 'flag', range, {
    where: `t.id = '${flag.id}'`,
    set: { id: `t.id || '_' || i`, key: `'flag-' || i` },
  });
  await cloneRows(world, 'flag_configuration', range, {
    where: `t.flag_id = '${flag.id}'`,
    set: { flag_id: `t.flag_id || '_' || i` },
  });
}, 60_000);

afterAll(() => served.close());

it('holds an application up for little more than a second at the start, and for a moment at a change', async () => {
  const program = startProcess<{ status: string; turnMs: number; keys: number }>('turns', { served });
  const start = await program.next();
  await toggle(served.project, first, served.environment, true);
  const change = await program.next();
  await program.end();

  expect(start).toMatchObject({ status: 'READY', keys: FLAGS });
  expect(start.turnMs).toBeLessThan(START_TURN_MS);
  expect(change.turnMs).toBeLessThan(CHANGE_TURN_MS);
});
