/** `evaluationsChanged` for thousands of contexts on two servers: who is told, what, and that it is so. */
import { setTimeout as sleep } from 'node:timers/promises';
import { evaluate } from '../../src/evaluation';
import { Dice } from '../evaluation/support/generate';
import { configure, forSegment, make, makeApiKey, toggle, type Made } from '../support/make';
import { describeFaults, report, scaled, startCluster, until, type Cluster } from './cluster';
import { compileTruth, EvaluationSubscriber, GROUPS, History, openFor, RULE_ID } from './evaluation-subscribers';
import type { LightSocket } from './light-sockets';

const SUBSCRIBERS = scaled(10_000, 1_000);
const CHANGES = scaled(1_000, 50);
const COMPARED_AFTER = 50;
/** The most that a socket may have. */
const OPERATIONS_PER_SOCKET = 100;
const MACHINE_MS = scaled(300_000, 120_000);

jest.setTimeout(scaled(1_800_000, 480_000));

describeFaults(`${SUBSCRIBERS} contexts on two servers`, () => {
  let cluster: Cluster;
  let subscribers: EvaluationSubscriber[];
  let history: History;
  /** It answers otherwise for everybody, each time. */
  let notifier: Made;
  let isBellOn = false;
  const sockets: LightSocket[] = [];
  const problems: string[] = [];

  beforeAll(async () => {
    cluster = await startCluster({ flags: 6 });
    const { project, places, flags } = cluster;
    const { environment } = places[0]!;
    for (const { id } of flags) {
      // With a salt of its own making, a rollout to few would now and then take nobody.
      const input = { flagId: id, expectedVersion: 1, isClientAvailable: true, salt: 'salt', rerandomize: true };
      await make(project.client, 'updateFlag', input, 'flag { id }');
    }
    notifier = flags.at(-1)!;
    await configure(project, notifier, environment, { isEnabled: false });
    for (const flag of flags.slice(0, -1)) await configure(project, flag, environment, { fallthrough: { variation: 'off' } });
    history = await History.begin(cluster);
    const secret = await makeApiKey(project, environment, 'CLIENT');
    subscribers = Array.from({ length: SUBSCRIBERS }, (_, index) => new EvaluationSubscriber(index));
    for (let from = 0; from < SUBSCRIBERS; from += OPERATIONS_PER_SOCKET) {
      const own = subscribers.slice(from, from + OPERATIONS_PER_SOCKET);
      const url = cluster.urls[(from / OPERATIONS_PER_SOCKET) % 2]!;
      sockets.push(openFor(own, { url: () => url, secret, onProblem: (what) => void problems.push(what) }));
    }
    await until('everybody has a first event', MACHINE_MS, () => subscribers.every(({ frames }) => frames.length > 0));
  });
  afterAll(async () => {
    for (const socket of sockets) socket.close();
    await cluster?.close();
  });

  it.each([
    ['attribute', { rules: [ruleFor({ attribute: { attribute: 'group', operator: 'EQUALS', values: [7] } })] }],
    ['rollout', { fallthrough: rolloutOf(1_000) }],
  ])('send a change that takes 1 %% of them, by %s, to exactly those whom it takes', async (_how, patch) => {
    const { project, flags, places } = cluster;
    const flag = _how === 'attribute' ? flags[0]! : flags[1]!;
    await notify();
    const before = subscribers.map(({ frames }) => frames.length);
    await configure(project, flag, places[0]!.environment, { expectedVersion: 1, fallthrough: { variation: 'off' }, ...patch });
    const { revision } = await cluster.head();
    const compiled = await compileTruth(cluster);
    // Behind which nothing of the change can still be under way.
    await notify();

    const told = subscribers.filter(({ frames }, index) =>
      frames.slice(before[index]).some((frame) => frame.revision === revision),
    );
    const taken = subscribers.filter(({ context }) => evaluate(compiled, flag.key, context).variationKey === 'on');
    report(`${told.length} of ${SUBSCRIBERS} were told of the change`);
    expect(told.map(({ index }) => index)).toEqual(taken.map(({ index }) => index));
    expect(told.length).toBeGreaterThan(0);
    expect(told.length).toBeLessThan(SUBSCRIBERS / 25);
    // The change, and the one that all are told.
    expect(
      subscribers.filter(({ frames }, i) => frames.length !== before[i]! + (told.includes(subscribers[i]!) ? 2 : 1)),
    ).toEqual([]);
    expect(problems).toEqual([]);
  });

  it(`tell nothing that is not so, and in the end all that is so, through ${CHANGES} random changes`, async () => {
    const dice = new Dice(2026);
    let frames = 0;
    for (let change = 0; change < CHANGES; change++) {
      await changeAtRandom(dice);
      if ((change + 1) % COMPARED_AFTER !== 0) continue;
      await notify();
      const revisions = await history.next();
      for (const subscriber of subscribers) {
        frames += subscriber.frames.length;
        problems.push(...subscriber.check(revisions));
      }
    }

    const compiled = await compileTruth(cluster);
    for (const subscriber of subscribers) {
      const { known, truth } = subscriber.state(compiled);
      expect(subscriber.revision).toBe(compiled.revision);
      expect(known).toEqual(truth);
    }
    report(
      `${frames} frames for ${CHANGES} changes and ${SUBSCRIBERS} contexts: ${Math.round(frames / CHANGES)} for each change`,
    );
    expect(problems.slice(0, 5)).toEqual([]);
    expect(cluster.crashes()).toEqual([]);
  });

  /** A change that everybody is told; resolves when everybody was. */
  async function notify(): Promise<void> {
    isBellOn = !isBellOn;
    const { revision } = await toggle(cluster.project, notifier, cluster.places[0]!.environment, isBellOn);
    await until(`everybody was told of revision ${revision}`, MACHINE_MS, () =>
      subscribers.every((subscriber) => subscriber.revision >= revision),
    );
  }

  async function changeAtRandom(dice: Dice): Promise<void> {
    const { project, flags, places, segment } = cluster;
    const { environment } = places[0]!;
    const flag = dice.pick(flags.slice(0, -1));
    const pick = dice.below(10);
    if (pick < 2) return void (await toggleAnyhow(flag));
    if (pick < 4) {
      const keys = [...new Set(dice.list(1, 20, () => `user-${dice.below(SUBSCRIBERS)}`))];
      const name = dice.chance(0.7) ? 'addSegmentKeys' : 'removeSegmentKeys';
      const list = name === 'addSegmentKeys' ? { list: 'INCLUDED' } : {};
      return void (await make(project.client, name, { segmentId: segment.id, keys, ...list }, 'revisions { revision }'));
    }
    const { version } = await configurationOf(flag);
    const conditions = [{ attribute: { attribute: 'group', operator: 'LESS_THAN', values: [dice.below(GROUPS)] } }];
    const rules = dice.chance(0.5)
      ? [forSegment(segment.key, { id: RULE_ID })]
      : [{ id: RULE_ID, conditions, serve: { variation: 'on' } }];
    await configure(project, flag, environment, {
      expectedVersion: version,
      rules: dice.chance(0.7) ? rules : [],
      fallthrough: dice.chance(0.5) ? rolloutOf(dice.below(100_001)) : { variation: dice.pick(['on', 'off']) },
    });
    if (dice.chance(0.1)) await sleep(50);
  }

  async function toggleAnyhow(flag: Made): Promise<void> {
    const { isEnabled } = await configurationOf(flag);
    await toggle(cluster.project, flag, cluster.places[0]!.environment, !isEnabled);
  }

  async function configurationOf(flag: Made): Promise<{ version: number; isEnabled: boolean }> {
    const { flagByKey } = await cluster.project.client.request<{
      flagByKey: { configuration: { version: number; isEnabled: boolean } };
    }>(
      'query ($p: ID!, $key: String!, $e: ID!) { flagByKey(projectId: $p, key: $key) { configuration(environmentId: $e) { version isEnabled } } }',
      { p: cluster.project.id, key: flag.key, e: cluster.places[0]!.environment.id },
    );
    return flagByKey.configuration;
  }
});

function ruleFor(condition: object): object {
  return { id: RULE_ID, conditions: [condition], serve: { variation: 'on' } };
}

/** `on` for so many of 100,000. */
function rolloutOf(weight: number): object {
  const shares = [
    { variation: 'on', weight },
    { variation: 'off', weight: 100_000 - weight },
  ];
  return { rollout: { whenMissing: 'off', shares } };
}
