import type { SegmentDelta, SnapshotFlag } from '../../evaluation';

export type FlagEventKind = 'CREATED' | 'UPDATED' | 'ARCHIVED' | 'RESTORED' | 'DELETED' | 'SEGMENT_UPDATED';

/** A flag as it was at one revision, with the name and tags that people read. */
export interface LabelledFlag {
  readonly label: { readonly name: string; readonly tags: readonly string[] };
  readonly wire: SnapshotFlag;
}

/** One flag or segment that changed with a revision, complete enough to answer a subscriber without SQL. */
export type FlagEvent =
  | {
      readonly kind: Exclude<FlagEventKind, 'SEGMENT_UPDATED'>;
      readonly flagKey: string;
      /** Null when the flag was deleted. */
      readonly flag: LabelledFlag | null;
    }
  | {
      readonly kind: 'SEGMENT_UPDATED';
      readonly segmentKey: string;
      /** Null when the segment was deleted. */
      readonly segment: SegmentDelta | null;
    };
