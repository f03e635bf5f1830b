/** Applies revision rows to a snapshot. Pure. */
import type { Snapshot, SnapshotSegment } from '../../evaluation';
import type { EnvironmentRevisionEntity } from '../changes/environment-revision-entity';
import type { FlagEvent, SegmentDelta } from '../changes/flag-event';

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
  const flags = new Map(snapshot.flags.map((flag) => [flag.key, flag]));
  const segments = new Map(snapshot.segments.map((segment) => [segment.key, segment]));
  for (const event of rows.flatMap((row) => row.events)) {
    if (event.kind === 'SEGMENT_UPDATED') {
      const { segmentKey, segment } = event;
      put(segments, segmentKey, segment && applyDelta(segmentKey, segments.get(segmentKey), segment));
    } else put(flags, event.flagKey, event.flag?.wire ?? null);
  }
  return {
    formatVersion: 1,
    epoch: snapshot.epoch,
    revision: snapshot.revision + rows.length,
    flags: [...flags.values()].sort(byKey),
    segments: [...segments.values()].sort(byKey),
  };
}

function applyDelta(key: string, before: SnapshotSegment | undefined, delta: SegmentDelta): SnapshotSegment {
  return {
    key,
    version: delta.version,
    included: applyKeys(before?.included ?? [], delta.removed, delta.addedIncluded),
    excluded: applyKeys(before?.excluded ?? [], delta.removed, delta.addedExcluded),
    rules: delta.rules,
  };
}

function applyKeys(keys: readonly string[], removed: readonly string[], added: readonly string[]): readonly string[] {
  if (removed.length === 0 && added.length === 0) return keys;
  const gone = new Set(removed);
  return [...keys.filter((key) => !gone.has(key)), ...added];
}

function put<T>(things: Map<string, T>, key: string, thing: T | null): void {
  if (thing === null) things.delete(key);
  else things.set(key, thing);
}

/** Orders flags and segments in a snapshot: by UTF-16 code units, ascending, independent of the database's collation. */
export function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  if (a.key === b.key) return 0;
  return a.key < b.key ? -1 : 1;
}
