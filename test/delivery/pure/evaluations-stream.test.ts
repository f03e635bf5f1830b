/** The stream behind `evaluationsChanged`, with subscribers who ask for the next event as late as they like. */
import { compileSnapshot, type Snapshot, type SnapshotFlag } from '../../../src/evaluation';
import { EvaluationStream, type EvaluationsChangedEvent } from '../../../src/delivery/evaluation-stream';
import { EnvironmentState } from '../../../src/modules/snapshots/environment-state';
import { Dice, generateContext, generateSnapshot } from '../../evaluation/support/generate';
import { makeFlag, makeRule } from '../../evaluation/support/make';
import { answerOf, answersOf, knownAt, newsOf, type Asker, type Known } from '../../support/known-answers';

jest.setTimeout(240_000);

const scope = { organizationId: 'o', projectId: 'p', environmentId: 'e' };
const ada = { targetingKey: 'ada' };
const all = { context: ada, flagKeys: null, seesAll: true };

function makeState(flags: readonly SnapshotFlag[], revision = 1, epoch = 'first') {
  const snapshotOf = (flags: readonly SnapshotFlag[], revision: number, epoch = 'first'): Snapshot => ({
    formatVersion: 1,
    epoch,
    revision,
    flags,
    segments: [],
  });
  const state = new EnvironmentState(scope, snapshotOf(flags, revision, epoch));
  const show = (flags: readonly SnapshotFlag[], revision: number, epoch?: string) =>
    state.reset(snapshotOf(flags, revision, epoch));
  return { state, show };
}

/** Turns of the event loop enough for every slice that is due. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
}

/** Whether a promise is fulfilled once everything that is due was done. */
async function isFulfilled(promise: Promise<unknown>): Promise<boolean> {
  let isDone = false;
  void promise.then(() => (isDone = true));
  await settle();
  return isDone;
}

const said = ({ value }: IteratorResult<EvaluationsChangedEvent>): unknown[] => {
  const { revision, epoch, evaluations } = value as EvaluationsChangedEvent;
  return [
    epoch,
    revision,
    ...evaluations.map(({ flagKey, variationKey, errorCode }) => `${flagKey} ${variationKey ?? errorCode}`),
  ];
};

it('passes over what a slow subscriber missed, also when in the end nothing is different', async () => {
  const [off, on] = [makeFlag('a'), makeFlag('a', { fallthrough: { variation: 'yes' } })];
  const { state, show } = makeState([off]);
  const live = new EvaluationStream().evaluationsChanged({ state, ...all });
  const first = said(await live.next());

  for (let revision = 2; revision <= 100; revision++) show([revision % 2 === 0 ? on : off], revision);
  await settle();
  show([off], 101);
  const next = live.next();
  const isTold = await isFulfilled(next);
  show([on], 102);

  expect([first, isTold, said(await next)]).toEqual([['first', 1, 'a no'], false, ['first', 102, 'a yes']]);
});

it('knows a value again that it showed long ago, and forgets values that nobody was told', async () => {
  const valued = (value: number) =>
    makeFlag('a', {
      valueType: 'NUMBER',
      variations: [
        { key: 'yes', value: 0 },
        { key: 'no', value },
      ],
    });
  const { state, show } = makeState([valued(1)]);
  const stream = new EvaluationStream();
  const [slow, quick] = [stream.evaluationsChanged({ state, ...all }), stream.evaluationsChanged({ state, ...all })];
  await Promise.all([slow.next(), quick.next()]);

  for (let value = 2; value <= 500; value++) {
    show([valued(value)], value);
    expect((await quick.next()).value).toMatchObject({ revision: value, evaluations: [{ value }] });
  }
  show([valued(1)], 501);
  const [told, slowNext] = [await quick.next(), slow.next()];

  expect(told.value).toMatchObject({ revision: 501, evaluations: [{ value: 1 }] });
  expect(await isFulfilled(slowNext)).toBe(false);
});

it('never goes back in revision within an epoch, and tells everything in a new one', async () => {
  const [off, on] = [makeFlag('a'), makeFlag('a', { fallthrough: { variation: 'yes' } })];
  const { state, show } = makeState([off, makeFlag('b')], 7);
  const live = new EvaluationStream().evaluationsChanged({ state, ...all });
  const first = said(await live.next());
  const next = live.next();

  show([on, makeFlag('b')], 5);
  const isTold = await isFulfilled(next);
  show([on, makeFlag('c')], 5, 'second');

  expect([first, isTold, said(await next)]).toEqual([['first', 7, 'a no', 'b no'], false, ['second', 5, 'a yes', 'c no']]);
});

it('tells a new epoch in whole also when it says nothing new', async () => {
  const { state, show } = makeState([]);
  const live = new EvaluationStream().evaluationsChanged({ state, ...all });
  const first = said(await live.next());
  show([], 1, 'second');

  expect([first, said(await live.next())]).toEqual([
    ['first', 1],
    ['second', 1],
  ]);
});

it('gives the same frozen result to all who get the same answer', async () => {
  const { state } = makeState([makeFlag('a')]);
  const stream = new EvaluationStream();
  const lives = [ada, { targetingKey: 'eve' }].map((context) => stream.evaluationsChanged({ state, ...all, context }));
  const [one, two] = await Promise.all(lives.map((live) => live.next()));

  const resultOf = ({ value }: IteratorResult<EvaluationsChangedEvent>) => (value as EvaluationsChangedEvent).evaluations[0];
  expect(resultOf(one!)).toBe(resultOf(two!));
});

it('answers who asks twice at once, in order', async () => {
  const { state, show } = makeState([makeFlag('a')]);
  const live = new EvaluationStream().evaluationsChanged({ state, ...all });
  const [first, second] = [live.next(), live.next()];
  await first;
  show([], 2);

  expect([said(await first), said(await second)]).toEqual([
    ['first', 1, 'a no'],
    ['first', 2, 'a FLAG_NOT_FOUND'],
  ]);
});

it('listens to an environment state once, whatever the number of subscribers, and no more when the last is gone', async () => {
  const { state, show } = makeState([makeFlag('a')]);
  const stream = new EvaluationStream();
  const lives = Array.from({ length: 100 }, (_, index) =>
    stream.evaluationsChanged({
      state,
      context: { targetingKey: `${index}` },
      flagKeys: index % 2 ? null : ['a'],
      seesAll: index % 3 > 0,
    }),
  );
  const before = [state.listenerCount, stream.subscriberCount];
  await Promise.all(lives.map((live) => live.next()));
  const waiting = lives.map((live) => live.next());
  const during = [state.listenerCount, stream.subscriberCount];

  // One in the middle of being served, too.
  show([], 2);
  await Promise.all(lives.slice(1).map((live) => live.return!()));
  const oneLeft = [state.listenerCount, stream.subscriberCount];
  await lives[0]!.return!();

  expect([before, during, oneLeft, [state.listenerCount, stream.subscriberCount]]).toEqual([
    [0, 0],
    [1, 100],
    [1, 1],
    [0, 0],
  ]);
  expect(await Promise.all(waiting)).toEqual(waiting.map(() => ({ done: true, value: undefined })));
  expect(await lives[0]!.next()).toEqual({ done: true, value: undefined });
});

it('ends everybody when the environment is gone: those who wait, those who do not, and those who come later', async () => {
  const { state } = makeState([makeFlag('a')]);
  const stream = new EvaluationStream();
  const [waits, reads, late] = [1, 2, 3].map(() => stream.evaluationsChanged({ state, ...all }));
  await Promise.all([waits!.next(), reads!.next()]);
  const waiting = waits!.next();

  state.close();
  const endings = await Promise.allSettled([waiting, reads!.next(), late!.next()]);

  const ending = {
    status: 'rejected',
    reason: expect.objectContaining({ code: 'NOT_FOUND', message: 'The environment was deleted.' }),
  };
  expect(endings).toEqual([ending, ending, ending]);
  expect(await waits!.next()).toEqual({ done: true, value: undefined });
  expect([state.listenerCount, stream.subscriberCount]).toEqual([0, 0]);
});

it('ends when it is thrown at', async () => {
  const { state } = makeState([makeFlag('a')]);
  const stream = new EvaluationStream();
  const live = stream.evaluationsChanged({ state, ...all });
  await live.next();
  const waiting = live.next();

  await expect(live.throw!(new Error('enough'))).rejects.toThrow('enough');
  expect(await waiting).toEqual({ done: true, value: undefined });
  expect(state.listenerCount).toBe(0);
});

it('lets others have their turn while it serves many', async () => {
  const flags = Array.from({ length: 20 }, (_, index) => makeFlag(`flag-${index}`));
  const { state } = makeState(flags);
  const stream = new EvaluationStream();
  let given = 0;
  let turns = 0;
  const givenByTurn: number[] = [];
  const lives = Array.from({ length: 600 }, () => stream.evaluationsChanged({ state, ...all }));
  const done = Promise.all(lives.map((live) => live.next().then(() => given++)));
  while (given < lives.length) {
    await new Promise((resolve) => setImmediate(resolve));
    givenByTurn.push(given);
    turns++;
  }
  await done;

  // 128 evaluations and events in a turn are at most 7 events of 20 flags.
  const steps = givenByTurn.map((count, index) => count - (givenByTurn[index - 1] ?? 0));
  expect(Math.max(...steps)).toBeLessThanOrEqual(7);
  expect(turns).toBeGreaterThanOrEqual(85);
});

/** CI takes fewer. */
const SNAPSHOTS = process.env.CI ? 500 : 2_000;
it(`tells exactly what differs, through ${SNAPSHOTS} random snapshots, to subscribers who come, read, lag and go as they like`, async () => {
  const dice = new Dice(31);
  let snapshot: Snapshot = { ...generateSnapshot(dice, 10), epoch: 'e0', revision: 1 };
  const state = new EnvironmentState(scope, snapshot);
  const stream = new EvaluationStream();
  interface Subscriber extends Asker {
    readonly live: AsyncIterableIterator<EvaluationsChangedEvent>;
    waiting: Promise<IteratorResult<EvaluationsChangedEvent>> | null;
    event: EvaluationsChangedEvent | null;
    known: Known | null;
    epoch: string;
    revision: number;
  }
  let subscribers: Subscriber[] = [];
  let told = 0;
  let passedOver = 0;
  const come = (): Subscriber => {
    const isClient = dice.chance(0.5);
    const flagKeys = dice.chance(0.3) ? [...new Set(dice.list(1, 4, () => `flag-${dice.below(12)}`))] : null;
    const context = generateContext(dice);
    const live = stream.evaluationsChanged({ state, context, flagKeys, seesAll: !isClient });
    return { isClient, flagKeys, context, live, waiting: null, event: null, known: null, epoch: '', revision: -1 };
  };
  const check = (subscriber: Subscriber): void => {
    const { event, known, flagKeys } = subscriber;
    const now = knownAt(compileSnapshot(snapshot).compiled, subscriber);
    const isWhole = known === null || subscriber.epoch !== snapshot.epoch;
    const news = isWhole ? answersOf(now) : newsOf(known, now, flagKeys);
    if (event === null) {
      expect(isWhole ? ['something'] : news).toEqual([]);
      passedOver++;
      return;
    }
    expect([event.epoch, event.revision]).toEqual([snapshot.epoch, snapshot.revision]);
    expect(event.evaluations.map(answerOf)).toEqual(news);
    if (subscriber.isClient)
      expect(event.evaluations.filter(({ ruleId, prerequisiteKey }) => ruleId ?? prerequisiteKey)).toEqual([]);
    if (subscriber.epoch === event.epoch) expect(event.revision).toBeGreaterThan(subscriber.revision);
    Object.assign(subscriber, { event: null, waiting: null, known: now, epoch: event.epoch, revision: event.revision });
    told++;
  };
  const mix = <Item extends { key: string }>(items: readonly Item[], others: readonly Item[]): Item[] => {
    const changed = items.map((item) => (dice.chance(0.15) ? (others.find(({ key }) => key === item.key) ?? item) : item));
    const kept = changed.filter(() => !dice.chance(0.02));
    const added = others.filter(({ key }) => !kept.some((item) => item.key === key) && dice.chance(0.2));
    return [...kept, ...added].sort((a, b) => (a.key < b.key ? -1 : 1));
  };

  for (let step = 2; step <= SNAPSHOTS; step++) {
    while (subscribers.length < 12 || dice.chance(0.05)) subscribers.push(come());
    const [gone, rest] = [subscribers.filter((_, index) => index % 10 === step % 10 && dice.chance(0.1)), subscribers];
    subscribers = rest.filter((subscriber) => !gone.includes(subscriber));
    for (const { live } of gone) await live.return!();
    const next = generateSnapshot(dice, 12);
    const isNewEpoch = dice.chance(0.01);
    snapshot = {
      ...snapshot,
      epoch: isNewEpoch ? `e${step}` : snapshot.epoch,
      revision: isNewEpoch ? dice.below(100) : snapshot.revision + 1 + (dice.chance(0.1) ? 5 : 0),
      flags: mix(snapshot.flags, next.flags),
      segments: dice.chance(0.2) ? mix(snapshot.segments, next.segments) : snapshot.segments,
    };
    state.reset(snapshot);
    for (const subscriber of subscribers) {
      if (subscriber.waiting !== null || dice.chance(0.6)) continue;
      subscriber.waiting = subscriber.live.next();
      void subscriber.waiting.then(({ value }) => (subscriber.event = value as EvaluationsChangedEvent | null));
    }
    // Not each snapshot is seen by anybody.
    if (dice.chance(0.3)) continue;
    for (let turn = 0; turn < 12; turn++) await new Promise((resolve) => setImmediate(resolve));
    for (const subscriber of subscribers) if (subscriber.waiting !== null) check(subscriber);
  }

  expect(told).toBeGreaterThan(SNAPSHOTS * 1.5);
  expect(passedOver).toBeGreaterThan(SNAPSHOTS / 20);
  for (const { live } of subscribers) await live.return!();
  expect([state.listenerCount, stream.subscriberCount]).toEqual([0, 0]);
});

it('decides by rule for each context apart', async () => {
  const condition = { attribute: 'plan', operator: 'IN' as const, values: ['gold'] };
  const { state, show } = makeState([makeFlag('a')]);
  const stream = new EvaluationStream();
  const lives = ['gold', 'free'].map((plan) =>
    stream.evaluationsChanged({ state, ...all, context: { targetingKey: 'x', attributes: { plan } } }),
  );
  await Promise.all(lives.map((live) => live.next()));
  const [gold, free] = lives.map((live) => live.next());
  show([makeFlag('a', { rules: [makeRule({ id: 'secret-rule', conditions: [condition] })] })], 2);

  expect(said(await gold!)).toEqual(['first', 2, 'a yes']);
  expect(await isFulfilled(free!)).toBe(false);
});
