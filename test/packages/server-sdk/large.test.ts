/** Much of everything: 10,000 flags with 5 rules each, and an hour of changes. */
import { cloneRows, configure, makeFlag, toggle, type Made } from '../../support/make';
import { startProcess } from '../support/processes';
import { raiseRevisions } from '../support/revisions';
import { serve, type Served } from '../support/served';

const FLAGS = 10_000;
/** A machine that is busy in other ways takes longer for the same work, so that the processor's time is bounded, at twice and more. */
const START_TURN_MS = 2_000;
const CHANGE_TURN_MS = 150;

let served: Served;

beforeEach(async () => {
  served = await serve();
});

afterEach(() => served.close());

/** Answers a flag that is simple. */
async function fill(): Promise<Made> {
  const { world, project, environment } = served;
  const first = await makeFlag(project);
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
  return first;
}

it('holds an application up for little more than a second at the start, and for a moment at a change', async () => {
  const flag = await fill();
  const program = startProcess<{ status: string; turnMs: number; keys: number }>('turns', { served });
  const start = await program.next();
  await toggle(served.project, flag, served.environment, true);
  const change = await program.next();
  await program.end();

  expect(start).toMatchObject({ status: 'READY', keys: FLAGS });
  expect(start.turnMs).toBeLessThan(START_TURN_MS);
  expect(change.turnMs).toBeLessThan(CHANGE_TURN_MS);
});

it('takes no more memory after an hour of changes, one each second', async () => {
  const flag = await makeFlag(served.project, {
    valueType: 'STRING',
    variations: ['on', 'off'].map((key) => ({ key, value: key })),
  });
  await configure(served.project, flag, served.environment, {});
  const program = startProcess<{ heapBytes: number; applied: number; value: string }>('follow', { served, subject: flag.key });
  const lines = [await program.next()];
  // The first hundreds of revisions make what stays, such as what was compiled of the code.
  for (let i = 0; i < 4; i++) {
    await raiseRevisions(served, { count: 900, kept: 900, flagKey: flag.key });
    lines.push(await program.next());
  }
  await program.end();

  expect(lines.map(({ applied }) => applied - lines[0]!.applied)).toEqual([0, 900, 1_800, 2_700, 3_600]);
  expect(new Set(lines.map(({ value }) => value))).toEqual(new Set(['on']));
  expect(lines[4]!.heapBytes - lines[1]!.heapBytes).toBeLessThan(1_000_000);
});
