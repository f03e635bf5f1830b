import { applyChanges, type SegmentDelta, type Snapshot, type SnapshotFlag, type SnapshotSegment } from '../../src/evaluation';

const flag = (key: string, version = 1): SnapshotFlag => ({ key, version }) as SnapshotFlag;
const segment = (key: string, included: string[] = [], excluded: string[] = []): SnapshotSegment => ({
  key,
  version: 1,
  included,
  excluded,
  rules: [],
});
const delta = (patch: Partial<SegmentDelta>): SegmentDelta => ({
  ...{ version: 2, rules: [], addedIncluded: [], addedExcluded: [], removed: [] },
  ...patch,
});
const snapshot: Snapshot = {
  formatVersion: 1,
  epoch: 'e',
  revision: 4,
  flags: [flag('a'), flag('c')],
  segments: [segment('s', ['ada', 'bob'], ['eve'])],
};

it('puts flags in, in place of those with their key, and out, and leaves the others the same objects', () => {
  const added = flag('b');
  const after = applyChanges(snapshot, 5, [
    { flagKey: 'c', segmentKey: null, wire: null },
    { flagKey: 'b', segmentKey: null, wire: added },
  ]);

  expect(after).toEqual({ ...snapshot, revision: 5, flags: [flag('a'), added] });
  expect(after.flags[0]).toBe(snapshot.flags[0]);
  expect(after.segments[0]).toBe(snapshot.segments[0]);
  expect(snapshot.flags.map(({ key }) => key)).toEqual(['a', 'c']);
});

it('takes keys that a segment removes out of both of its lists, then adds', () => {
  const wire = delta({ removed: ['ada', 'eve'], addedIncluded: ['eve'], addedExcluded: ['ada'] });

  const { segments } = applyChanges(snapshot, 5, [{ segmentKey: 's', wire }]);

  expect(segments).toEqual([{ key: 's', version: 2, included: ['bob', 'eve'], excluded: ['ada'], rules: [] }]);
});

it('keeps the lists of a segment of which only the rules change, makes one that is new, and takes one out', () => {
  const kept = applyChanges(snapshot, 5, [{ segmentKey: 's', wire: delta({}) }]);
  const made = applyChanges(snapshot, 5, [{ segmentKey: 'r', wire: delta({ addedIncluded: ['zoe'] }) }]);
  const taken = applyChanges(snapshot, 5, [{ segmentKey: 's', wire: null }]);

  expect(kept.segments[0]?.included).toBe(snapshot.segments[0]?.included);
  expect(made.segments.map(({ key, included }) => [key, included])).toEqual([
    ['r', ['zoe']],
    ['s', ['ada', 'bob']],
  ]);
  expect(taken.segments).toEqual([]);
});

it('orders by UTF-16 code units, and applies changes of one key in their order', () => {
  const { flags } = applyChanges(snapshot, 6, [
    { flagKey: 'B', wire: flag('B') },
    { flagKey: 'a', wire: null },
    { flagKey: 'a', wire: flag('a', 3) },
  ]);

  expect(flags).toEqual([flag('B'), flag('a', 3), flag('c')]);
});
