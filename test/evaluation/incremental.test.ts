import type { Snapshot } from '../../src/evaluation';
import { compileSnapshot, evaluate, evaluateAll } from '../../src/evaluation';

import { Dice, generateContext, generateSnapshot } from './support/generate';
import { makeFlag, makeRule, makeSegment, makeSnapshot } from './support/make';

const flags = [
  makeFlag('alone'),
  makeFlag('base', { fallthrough: { variation: 'yes' } }),
  makeFlag('by-segment', { rules: [makeRule({ conditions: [{ operator: 'IN_SEGMENT', segments: ['outer'] }] })] }),
  makeFlag('middle', { prerequisites: [{ flagKey: 'base', variation: 'yes' }], fallthrough: { variation: 'yes' } }),
  makeFlag('top', { prerequisites: [{ flagKey: 'middle', variation: 'yes' }], fallthrough: { variation: 'yes' } }),
];
const segments = [
  makeSegment('inner', { included: ['ada'] }),
  makeSegment('outer', { rules: [{ id: 'r', conditions: [{ operator: 'IN_SEGMENT', segments: ['inner'] }] }] }),
  makeSegment('other'),
];
const before = compileSnapshot(makeSnapshot(flags, segments)).compiled;

function recompile(change: (snapshot: Snapshot) => Snapshot) {
  const { compiled, problems } = compileSnapshot({ ...change(makeSnapshot(flags, segments)), revision: 8 }, before);
  const reused = [...compiled.flags].filter(([key, flag]) => before.flags.get(key) === flag).map(([key]) => key);
  return { compiled, problems, reused };
}

it('reuses every flag when only the revision moved, and answers with the new revision', () => {
  const first = evaluate(before, 'alone', {});
  const { compiled, reused } = recompile((snapshot) => snapshot);

  expect(reused).toEqual(['alone', 'base', 'by-segment', 'middle', 'top']);
  expect([first.revision, evaluate(compiled, 'alone', {}).revision, evaluate(before, 'alone', {}).revision]).toEqual([7, 8, 7]);
});

it('compiles a changed flag and all above it anew, and nothing else', () => {
  const { compiled, reused } = recompile((snapshot) => ({
    ...snapshot,
    flags: flags.map((flag) => (flag.key === 'base' ? { ...flag, isEnabled: false } : flag)),
  }));

  expect(reused).toEqual(['alone', 'by-segment']);
  expect(evaluate(compiled, 'top', {})).toMatchObject({ reason: 'PREREQUISITE_FAILED', prerequisiteKey: 'middle' });
  expect(evaluate(before, 'top', {})).toMatchObject({ reason: 'FALLTHROUGH', value: true });
});

it('compiles the flags above a changed segment anew', () => {
  const { compiled, reused } = recompile((snapshot) => ({
    ...snapshot,
    segments: segments.map((segment) => (segment.key === 'inner' ? { ...segment, included: ['grace'] } : segment)),
  }));

  expect(reused).toEqual(['alone', 'base', 'middle', 'top']);
  expect(evaluate(compiled, 'by-segment', { targetingKey: 'grace' }).value).toBe(true);
  expect(evaluate(before, 'by-segment', { targetingKey: 'grace' }).value).toBe(false);
});

it('breaks what refers to a flag or segment that is gone, and heals it when it comes back', () => {
  const { compiled, problems } = recompile((snapshot) => ({ ...snapshot, flags: flags.slice(2), segments: segments.slice(1) }));
  const healed = compileSnapshot(makeSnapshot(flags, segments), compiled);

  expect(problems.map(({ flagKey, segmentKey }) => flagKey ?? segmentKey)).toEqual(['outer', 'by-segment', 'middle']);
  expect(evaluate(compiled, 'alone', {}).errorCode).toBe('FLAG_NOT_FOUND');
  expect(evaluate(compiled, 'top', {})).toMatchObject({ reason: 'PREREQUISITE_FAILED', prerequisiteKey: 'middle' });
  expect(healed.problems).toEqual([]);
  expect(evaluate(healed.compiled, 'top', {}).value).toBe(true);
});

it('repeats the problems of what it reuses', () => {
  const broken = makeSnapshot([makeFlag('a', { offVariation: 'maybe' }), makeFlag('b')]);
  const first = compileSnapshot(broken);
  const second = compileSnapshot({ ...broken, flags: [broken.flags[0]!, makeFlag('b', { version: 2 })] }, first.compiled);

  expect(second.problems).toEqual(first.problems);
});

it('answers after any line of changes as a compile from nothing does', () => {
  const dice = new Dice(6);

  for (let line = 0; line < 200; line += 1) {
    let snapshot = generateSnapshot(dice, 8);
    let { compiled } = compileSnapshot(snapshot);
    for (let step = 0; step < 5; step += 1) {
      const next = generateSnapshot(dice, 8);
      const mix = <Item>(items: readonly Item[], others: readonly Item[]): Item[] =>
        items.map((item, index) => (dice.chance(0.3) ? others[index]! : item));
      snapshot = {
        ...snapshot,
        revision: snapshot.revision + 1,
        flags: mix(snapshot.flags, next.flags),
        segments: mix(snapshot.segments, next.segments),
      };
      const incremental = compileSnapshot(snapshot, compiled);
      const fresh = compileSnapshot(snapshot);
      const context = generateContext(dice);
      expect(incremental.problems).toEqual(fresh.problems);
      expect(evaluateAll(incremental.compiled, context)).toEqual(evaluateAll(fresh.compiled, context));
      compiled = incremental.compiled;
    }
  }
});
