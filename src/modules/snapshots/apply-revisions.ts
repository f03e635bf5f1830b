/** Applies revision rows to a snapshot. Pure. */
import { applyChanges, type Snapshot, type SnapshotChange } from '../../evaluation';
import type { EnvironmentRevisionEntity } from '../changes/environment-revision-entity';
import type { FlagEvent } from '../changes/flag-event';

export interface RevisionRow {
  readonly epoch: string;
  readonly revision: number;
  /** The change that made the revision. */
  readonly changeId: string;
  readonly events: readonly FlagEvent[];
  /** The time of the change. */
  readonly createdAt: Date;
  /** The trace of the request that made it. Null: it was not traced. */
  readonly traceParent: string | null;
}

/** A revision row as it is stored. Its events are null when they were purged or erased. */
export type StoredRevision = Pick<EnvironmentRevisionEntity, keyof RevisionRow>;

/** Tells whether the rows follow without a gap, in the same epoch. A row without events is a gap. */
export function followsFrom(
  { epoch, revision }: Pick<RevisionRow, 'epoch' | 'revision'>,
  rows: readonly StoredRevision[],
): rows is readonly RevisionRow[] {
  return rows.every((row, i) => row.epoch === epoch && row.revision === revision + 1 + i && row.events !== null);
}

/** Answers the snapshot after the rows, which must follow it. Flags and segments that did not change are the same objects. */
export function applyRevisions(snapshot: Snapshot, rows: readonly RevisionRow[]): Snapshot {
  const changes = rows.flatMap((row) => row.events).map(changeOf);
  return applyChanges(snapshot, snapshot.revision + rows.length, changes);
}

function changeOf(event: FlagEvent): SnapshotChange {
  if (event.kind === 'SEGMENT_UPDATED') return { segmentKey: event.segmentKey, wire: event.segment };
  return { flagKey: event.flagKey, wire: event.flag?.wire ?? null };
}
