/** `evaluationsChanged` for thousands of contexts on two servers: who is told, what, and that it is so. */
import { setTimeout as sleep } from 'node:timers/promises';
import { compileSnapshot, evaluate, type CompiledSnapshot, type EvaluationContext, type Snapshot } from '../../src/evaluation';
import { applyRevisions, type RevisionRow } from '../../src/modules/snapshots/apply-revisions';
import { Dice } from '../evaluation/support/generate';
import { knownAt } from '../support/known-answers';
import { configure, forSegment, make, makeApiKey, toggle, type Made } from '../support/make';
import { describeFaults, report, scaled, startCluster, until, type Cluster } from './cluster';
import { LightSocket } from './light-sockets';

const SUBSCRIBERS = scaled(10_000, 1_000);
const CHANGES = scaled(1_000, 50);
const COMPARED_AFTER = 50;
/** As many as a socket may have. */
const OPERATIONS_PER_SOCKET = 100;
const GROUPS = 100;
/** What no client may ever see. */
const RULE_ID = 'a-rule-of-ours';
const MACHINE_MS = scaled(300_000, 60_000);

jest.setTimeout(scaled(1_800_000, 150_000));

const DOCUMENT = `subscription ($context: EvaluationContextInput!) {
  evaluationsChanged(context: $context) {
    revision epoch evaluations { flagKey value variation reason ruleId prerequisiteKey errorCode }
  }
}`;

interface Frame {
  readonly revision: number;
  readonly evaluations: readonly {
    readonly flagKey: string;
    readonly value: unknown;
    readonly variation: string | null;
    readonly ruleId: string | null;
    readonly prerequisiteKey: string | null;
  }[];
}

class Subscriber {
  /** Since the last comparison. */
  frames: Frame[] = [];
  revision = -1;
  readonly known = new Map<string, { readonly value: unknown; readonly variation: string | null }>();
  readonly context: EvaluationContext;

  constructor(readonly index: number) {
    this.context = { targetingKey: `user-${index}`, attributes: { group: index % GROUPS } };
  }

  take(frame: Frame): void {
    this.frames.push(frame);
    this.revision = frame.revision;
    for (const { flagKey, value, variation } of frame.evaluations) this.known.set(flagKey, { value, variation });
  }
}

describeFaults(`${SUBSCRIBERS} contexts on two servers`, () => {
  let cluster: Cluster;
  let subscribers: Subscriber[];
  let first: Snapshot;
  /** It answers otherwise for everybody, each time. */
  let bell: Made;
  let isBellOn = false;
  const sockets: LightSocket[] = [];
  const problems: string[] = [];

  beforeAll(async () => {
    cluster = await startCluster({ flags: 6 });
    const { project, places, flags } = cluster;
    const { environment } = places[0]!;
    for (const { id } of flags) {
      const input = { flagId: id, expectedVersion: 1, isClientAvailable: true };
      await make(project.client, 'updateFlag', input, 'flag { id }');
    }
    bell = flags.at(-1)!;
    await configure(project, bell, environment, { isEnabled: false });
    for (const flag of flags.slice(0, -1)) await configure(project, flag, environment, { fallthrough: { variation: 'off' } });
    first = (await cluster.snapshot()) as unknown as Snapshot;
    const secret = await makeApiKey(project, environment, 'CLIENT');
    subscribers = Array.from({ length: SUBSCRIBERS }, (_, index) => new Subscriber(index));
    for (let from = 0; from < SUBSCRIBERS; from += OPERATIONS_PER_SOCKET) {
      const own = subscribers.slice(from, from + OPERATIONS_PER_SOCKET);
      const url = cluster.urls[(from / OPERATIONS_PER_SOCKET) % 2]!;
      const socket = new LightSocket({
        url: () => url,
        secret,
        onProblem: (what) => void problems.push(what),
        operations: own.map((subscriber) => ({
          id: String(subscriber.index),
          payload: () => ({ query: DOCUMENT, variables: { context: subscriber.context } }),
          onData: (data, text) => {
            if (text.includes(RULE_ID)) problems.push(`A rule was told to ${subscriber.index}: ${text}`);
            subscriber.take(data.evaluationsChanged as Frame);
          },
        })),
      });
      sockets.push(socket.open());
    }
    await until('everybody has a first event', MACHINE_MS, () => subscribers.every(({ frames }) => frames.length > 0));
  }, MACHINE_MS);
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
    await ring();
    const before = subscribers.map(({ frames }) => frames.length);
    await configure(project, flag, places[0]!.environment, { expectedVersion: 1, fallthrough: { variation: 'off' }, ...patch });
    const { revision } = await cluster.head();
    const { compiled } = compileSnapshot((await cluster.snapshot()) as unknown as Snapshot);
    // Behind which nothing of the change can still be under way.
    await ring();

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
      await ring();
      const compiled = await compileAll();
      for (const subscriber of subscribers) {
        frames += subscriber.frames.length;
        checkFrames(subscriber, compiled);
        subscriber.frames = [];
      }
    }

    const { compiled } = compileSnapshot((await cluster.snapshot()) as unknown as Snapshot);
    for (const { context, known, revision } of subscribers) {
      const truth = knownAt(compiled, { isClient: true, flagKeys: null, context });
      expect(revision).toBe(compiled.revision);
      expect([...known].map(([flagKey, { value, variation }]) => [flagKey, value, variation])).toEqual(
        [...truth.values()].map(({ flagKey, value, variationKey }) => [flagKey, value, variationKey]),
      );
    }
    report(
      `${frames} frames for ${CHANGES} changes and ${SUBSCRIBERS} contexts: ${Math.round(frames / CHANGES)} for each change`,
    );
    expect(problems.slice(0, 5)).toEqual([]);
    expect(cluster.crashes()).toEqual([]);
  });

  function checkFrames({ index, context, frames }: Subscriber, compiled: ReadonlyMap<number, CompiledSnapshot>): void {
    let last = -1;
    for (const { revision, evaluations } of frames) {
      if (revision <= last) problems.push(`${index} was told ${revision} after ${last}.`);
      last = revision;
      for (const { flagKey, value, variation, ruleId, prerequisiteKey } of evaluations) {
        const truth = evaluate(compiled.get(revision)!, flagKey, context);
        if (value !== truth.value || variation !== truth.variationKey)
          problems.push(`${index} was told ${variation} at ${revision}.`);
        if (ruleId !== null || prerequisiteKey !== null) problems.push(`${index} was told the grounds at ${revision}.`);
      }
    }
  }

  /** A change that everybody is told; resolves when everybody was. */
  async function ring(): Promise<void> {
    isBellOn = !isBellOn;
    const { revision } = await toggle(cluster.project, bell, cluster.places[0]!.environment, isBellOn);
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

  /** The environment at each revision since the last comparison, from what was recorded with the commits. */
  async function compileAll(): Promise<Map<number, CompiledSnapshot>> {
    const rows = await cluster.postgres.query<RevisionRow>(
      'SELECT epoch, revision, change_id AS "changeId", events FROM environment_revision WHERE environment_id = $1 AND revision > $2 ORDER BY revision',
      [cluster.places[0]!.environment.id, first.revision],
    );
    let snapshot = first;
    const all = new Map([[snapshot.revision, compileSnapshot(snapshot).compiled]]);
    for (const row of rows) {
      snapshot = applyRevisions(snapshot, [row])!;
      all.set(snapshot.revision, compileSnapshot(snapshot).compiled);
    }
    first = snapshot;
    return all;
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
