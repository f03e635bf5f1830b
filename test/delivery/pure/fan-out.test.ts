/** One reader for all who asked in the same words: nobody misses a revision, nobody is told one twice, nothing queues. */
import { FanOut, type GroupSubscriber, type SubscriberSink } from '../../../src/delivery/fan-out';
import { FlagStream, type FlagChangedEvent, type FlagStreamOptions } from '../../../src/delivery/stream';
import { EnvironmentState } from '../../../src/modules/snapshots/environment-state';
import type { FlagEvent } from '../../../src/modules/changes/flag-event';
import { Dice } from '../../evaluation/support/generate';
import { makeFlag } from '../../evaluation/support/make';

const scope = { organizationId: 'o', projectId: 'p', environmentId: 'e' };
// Everything that is read here is remembered by the source.
const stream = new FlagStream({} as FlagStreamOptions);

function makeState(epoch = 'first') {
  const snapshotOf = (revision: number, epoch: string) => ({
    formatVersion: 1 as const,
    epoch,
    revision,
    flags: [],
    segments: [],
  });
  const state = new EnvironmentState(scope, snapshotOf(1, epoch));
  const change = (flagKey: string): void => {
    const flag = makeFlag(flagKey);
    const event = { kind: 'UPDATED', flagKey, flag: { wire: flag, label: { name: flagKey, tags: [] } } } as FlagEvent;
    const { epoch, revision } = state;
    state.apply([
      { epoch, revision: revision + 1, changeId: `c${revision + 1}`, events: [event], createdAt: new Date(), traceParent: null },
    ]);
  };
  return { state, change, restore: (revision: number, epoch: string) => state.reset(snapshotOf(revision, epoch)) };
}

type Row = readonly [kind: string, epoch: string, revision: number];

/** Takes so many frames before it wants to rest. */
class Reader implements SubscriberSink {
  readonly told: Row[] = [];
  error: unknown = null;
  member: GroupSubscriber | null = null;

  constructor(private patience = Infinity) {}

  next(text: string): boolean {
    this.told.push(JSON.parse(text) as Row);
    return --this.patience > 0;
  }

  fail(error: unknown): void {
    this.error = error;
  }

  resume(patience: number): void {
    this.patience = patience;
    this.member?.resume();
  }
}

let rendered = 0;
const render = ({ kind, epoch, revision }: FlagChangedEvent): string => {
  rendered++;
  return JSON.stringify([kind, epoch, revision]);
};

interface Asked {
  readonly since?: { readonly epoch: string; readonly revision: number };
  readonly flagKeys?: readonly string[];
  readonly patience?: number;
}

function join(fanOut: FanOut, state: EnvironmentState, { since, flagKeys, patience }: Asked = {}): Reader {
  const reader = new Reader(patience);
  const subscription = stream.flagChanged(state, { since: since ?? null, flagKeys: flagKeys ? new Set(flagKeys) : null });
  reader.member = fanOut.join({ subscription, key: JSON.stringify(flagKeys ?? null), render }, reader);
  return reader;
}

/** Turns of the event loop enough for everything that is due. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 200; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const changesTo = (last: number, first = 2): Row[] =>
  Array.from({ length: last - first + 1 }, (_, n) => ['CHANGES', 'first', first + n] as const);

it('reads and writes a revision once for a thousand subscribers', async () => {
  const { state, change } = makeState();
  const fanOut = new FanOut();
  const readers = Array.from({ length: 1_000 }, () => join(fanOut, state));
  rendered = 0;

  for (let count = 0; count < 5; count++) change('a');
  await settle();

  expect(rendered).toBe(5);
  expect(fanOut.size).toBe(1);
  expect(state.listenerCount).toBe(1);
  for (const { told } of readers) expect(told).toEqual(changesTo(6));
});

it('writes what many come back for once', async () => {
  const { state, change } = makeState();
  const fanOut = new FanOut();
  for (let count = 0; count < 20; count++) change('a');
  rendered = 0;

  const readers = Array.from({ length: 500 }, () => join(fanOut, state, { since: { epoch: 'first', revision: 1 } }));
  await settle();

  expect(rendered).toBe(20);
  for (const { told } of readers) expect(told).toEqual(changesTo(21));
});

it('keeps those apart who asked for other flags, and stops listening when the last is gone', async () => {
  const { state, change } = makeState();
  const fanOut = new FanOut();
  const [all, ofA, ofB] = [
    join(fanOut, state),
    join(fanOut, state, { flagKeys: ['a'] }),
    join(fanOut, state, { flagKeys: ['b'] }),
  ];

  for (const key of ['a', 'b', 'a']) change(key);
  await settle();
  const groups = fanOut.size;
  for (const { member } of [all, ofA, ofB]) member?.end();
  change('a');
  await settle();

  expect([all.told, ofA.told, ofB.told].map((told) => told.map(([, , revision]) => revision))).toEqual([[2, 3, 4], [2, 4], [3]]);
  expect([groups, fanOut.size, state.listenerCount]).toEqual([3, 0, 0]);
});

it('gives nothing to who wants to rest, and all of it in order when it wants more', async () => {
  const { state, change } = makeState();
  const fanOut = new FanOut();
  const [slow, quick] = [join(fanOut, state, { patience: 3 }), join(fanOut, state)];

  for (let count = 0; count < 300; count++) change('a');
  await settle();
  const rested = slow.told.length;
  slow.resume(100);
  await settle();
  const later = slow.told.length;
  slow.resume(Infinity);
  await settle();
  change('a');
  await settle();

  expect([rested, later]).toEqual([3, 103]);
  expect(slow.told).toEqual(changesTo(302));
  expect(quick.told).toEqual(slow.told);
});

it('tells who rests for too long to resynchronise, once, and goes on from there', async () => {
  const { state, change } = makeState();
  const slow = join(new FanOut(), state, { patience: 1 });
  for (let count = 0; count < 1_100; count++) change('a');
  await settle();

  slow.resume(Infinity);
  await settle();
  change('a');
  await settle();

  expect(slow.told).toEqual([
    ['CHANGES', 'first', 2],
    ['RESYNC', 'first', 1_101],
    ['CHANGES', 'first', 1_102],
  ]);
});

it('tells everybody to resynchronise in a new epoch', async () => {
  const { state, change, restore } = makeState();
  const fanOut = new FanOut();
  const readers = [join(fanOut, state), join(fanOut, state, { since: { epoch: 'gone', revision: 9 } })];
  await settle();

  restore(1, 'second');
  await settle();
  change('a');
  await settle();

  const news: Row[] = [
    ['RESYNC', 'second', 1],
    ['CHANGES', 'second', 2],
  ];
  expect(readers.map(({ told }) => told)).toEqual([news, [['RESYNC', 'first', 1], ...news]]);
});

it('fails everybody with NOT_FOUND when the environment is deleted, those who rest when they want more', async () => {
  const { state, change } = makeState();
  const fanOut = new FanOut();
  const [live, resting] = [join(fanOut, state), join(fanOut, state, { patience: 1 })];
  change('a');
  await settle();

  state.close();
  await settle();
  const early = resting.error;
  resting.resume(1);
  await settle();

  const deleted = { code: 'NOT_FOUND', message: 'The environment was deleted.' };
  expect([live.error, early, resting.error]).toMatchObject([deleted, null, deleted]);
  expect([fanOut.size, state.listenerCount]).toEqual([0, 0]);
});

it.each(Array.from({ length: 30 }, (_, seed) => seed))(
  'misses and doubles nothing, whichever reader comes, rests and goes (seed %i)',
  async (seed) => {
    const dice = new Dice(seed);
    const { state, change } = makeState();
    const fanOut = new FanOut();
    const readers: { readonly reader: Reader; readonly from: number; isGone: boolean }[] = [];
    for (let step = 0; step < 400; step++) {
      const action = dice.below(10);
      const some = readers[dice.below(Math.max(1, readers.length))];
      if (action < 3) change('a');
      else if (action < 6) {
        const from = dice.below(2) === 0 ? state.revision : 1 + dice.below(state.revision);
        const since = from === state.revision && dice.below(2) === 0 ? undefined : { epoch: 'first', revision: from };
        readers.push({ reader: join(fanOut, state, { since, patience: 1 + dice.below(20) }), from, isGone: false });
      } else if (action < 8) some?.reader.resume(1 + dice.below(20));
      else if (action < 9 && some) {
        some.reader.member?.end();
        some.isGone = true;
      } else await new Promise((resolve) => setImmediate(resolve));
    }
    for (const { reader } of readers) reader.resume(Infinity);
    await settle();
    for (const { reader } of readers) reader.resume(Infinity);
    await settle();

    for (const { reader, from, isGone } of readers) {
      const all = changesTo(state.revision, from + 1);
      expect(reader.told).toEqual(isGone ? all.slice(0, reader.told.length) : all);
    }
  },
);
