import { compileSnapshot, evaluateAll, evaluateEach, listAffectedFlagKeys, type Snapshot } from '../../src/evaluation';
import { Dice, generateContext, generateSnapshot } from './support/generate';
import { makeFlag, makeRule, makeSegment, makeSnapshot } from './support/make';

const flags = [
  makeFlag('alone'),
  makeFlag('base'),
  makeFlag('by-segment', { rules: [makeRule({ conditions: [{ operator: 'IN_SEGMENT', segments: ['outer'] }] })] }),
  makeFlag('middle', { prerequisites: [{ flagKey: 'base', variation: 'yes' }] }),
  makeFlag('top', { prerequisites: [{ flagKey: 'middle', variation: 'yes' }] }),
];
const segments = [
  makeSegment('inner'),
  makeSegment('outer', { rules: [{ id: 'r', conditions: [{ operator: 'IN_SEGMENT', segments: ['inner'] }] }] }),
];
const before = compileSnapshot(makeSnapshot(flags, segments)).compiled;
const touched = (snapshot: Snapshot): string[] => listAffectedFlagKeys(before, compileSnapshot(snapshot, before).compiled);
const replaced = <Item extends { key: string }>(items: readonly Item[], key: string): Item[] =>
  items.map((item) => (item.key === key ? { ...item } : item));

it.each<[string, Snapshot, string[]]>([
  ['none when nothing changed', makeSnapshot(flags, segments), []],
  ['a changed flag and all above it', makeSnapshot(replaced(flags, 'base'), segments), ['base', 'middle', 'top']],
  ['a changed flag that nothing stands on', makeSnapshot(replaced(flags, 'top'), segments), ['top']],
  ['the flags above a changed segment', makeSnapshot(flags, replaced(segments, 'inner')), ['by-segment']],
  ['a new flag', makeSnapshot([...flags, makeFlag('z')], segments), ['z']],
  ['a flag that is gone', makeSnapshot(flags.slice(1), segments), ['alone']],
])('names %s', (_what, snapshot, keys) => {
  expect(touched(snapshot)).toEqual(keys);
});

it('names all flags of snapshots that were not compiled one after the other', () => {
  const { compiled } = compileSnapshot(makeSnapshot(flags, segments));

  expect(listAffectedFlagKeys(before, compiled)).toEqual(flags.map(({ key }) => key));
});

it('names, over any number of random steps, every flag that answers anybody otherwise', () => {
  const dice = new Dice(11);

  for (let line = 0; line < 100; line += 1) {
    let snapshot = generateSnapshot(dice, 8);
    const first = compileSnapshot(snapshot).compiled;
    let last = first;
    for (let step = 0; step < 3; step += 1) {
      const next = generateSnapshot(dice, 8);
      const flagsNow = snapshot.flags.map((flag, index) => (dice.chance(0.1) ? next.flags[index]! : flag));
      const segmentsNow = snapshot.segments.map((segment, index) => (dice.chance(0.1) ? next.segments[index]! : segment));
      snapshot = { ...snapshot, flags: flagsNow, segments: segmentsNow };
      last = compileSnapshot(snapshot, last).compiled;
    }
    const keys = new Set(listAffectedFlagKeys(first, last));
    for (let count = 0; count < 10; count += 1) {
      const context = generateContext(dice);
      const untouched = (compiled: typeof first) => evaluateAll(compiled, context).filter(({ flagKey }) => !keys.has(flagKey));
      expect(untouched(last)).toEqual(untouched(first));
    }
  }
});

it('decides some flags as it decides all', () => {
  const dice = new Dice(12);

  for (let count = 0; count < 200; count += 1) {
    const { compiled } = compileSnapshot(generateSnapshot(dice, 8));
    const context = generateContext(dice);
    const some = compiled.liveFlags.filter(() => dice.chance(0.5)).reverse();
    const byKey = new Map(evaluateAll(compiled, context).map((evaluation) => [evaluation.flagKey, evaluation]));
    expect(evaluateEach(compiled, some, context)).toEqual(some.map(({ key }) => byKey.get(key)));
  }
});
