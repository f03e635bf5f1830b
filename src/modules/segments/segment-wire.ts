/** The wire form of segments. Pure. */
import type { SegmentDelta, SnapshotSegmentRule } from '../../evaluation';
import type { FlagEvent } from '../changes/flag-event';
import type { SegmentEntity } from './segment-entity';

export function wireRules(segment: SegmentEntity): SnapshotSegmentRule[] {
  return segment.rules.map(({ id, conditions }) => ({ id, conditions }));
}

/** The new state of the segment, and of its keys if they changed. */
export function segmentEvent(
  segment: SegmentEntity,
  keys: Partial<Pick<SegmentDelta, 'addedIncluded' | 'addedExcluded' | 'removed'>> = {},
): FlagEvent {
  const { addedIncluded = [], addedExcluded = [], removed = [] } = keys;
  const delta = { version: segment.version, rules: wireRules(segment), addedIncluded, addedExcluded, removed };
  return { kind: 'SEGMENT_UPDATED', segmentKey: segment.key, segment: delta };
}
