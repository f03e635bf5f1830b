/** Applies what one revision changed to a snapshot: the server does it for its memory, SDKs do it with each event. */
import type { Snapshot, SnapshotFlag, SnapshotSegment, SnapshotSegmentRule } from './snapshot';

/** A segment's new rules and the differences of its keys, so that a small change never sends a large list. */
export interface SegmentDelta {
  readonly version: number;
  readonly rules: readonly SnapshotSegmentRule[];
  readonly addedIncluded: readonly string[];
  readonly addedExcluded: readonly string[];
  /** Keys that are in neither list any more. */
  readonly removed: readonly string[];
}

/** The new form of one flag, or what changes of one segment. `wire` is null when it was deleted. */
export type SnapshotChange =
  | { readonly flagKey: string; readonly segmentKey?: null; readonly wire: SnapshotFlag | null }
  | { readonly flagKey?: null; readonly segmentKey: string; readonly wire: SegmentDelta | null };

/**
 * Answers the snapshot after the changes, in their order, at the revision given, which is that of the last of them. Flags and
 * segments that did not change are the same objects, so that `compileSnapshot` with `previous` compiles only what changed.
 */
export function applyChanges(snapshot: Snapshot, revision: number, changes: readonly SnapshotChange[]): Snapshot {
  const flags = new Map(snapshot.flags.map((flag) => [flag.key, flag]));
  const segments = new Map(snapshot.segments.map((segment) => [segment.key, segment]));
  for (const change of changes) {
    if (typeof change.flagKey === 'string') put(flags, change.flagKey, change.wire);
    else {
      const { segmentKey, wire } = change;
      put(segments, segmentKey, wire && applyDelta(segmentKey, segments.get(segmentKey), wire));
    }
  }
  return {
    formatVersion: 1,
    epoch: snapshot.epoch,
    revision,
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
