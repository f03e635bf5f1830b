/** Revision rows applied to a snapshot. Pure. */
import type { Snapshot } from '../../evaluation';
import type { FlagEvent } from '../changes/flag-event';

export interface RevisionRow {
  readonly epoch: string;
  readonly revision: number;
  readonly events: readonly FlagEvent[];
}

/**
 * The snapshot after the rows, whose flags and segments are the same objects where they did not change.
 * Null when the rows do not follow the snapshot without a gap: then it must be read anew.
 */
export function applyRevisions(snapshot: Snapshot, rows: readonly RevisionRow[]): Snapshot | null {
  const follows = rows.every((row, i) => row.epoch === snapshot.epoch && row.revision === snapshot.revision + 1 + i);
  if (!follows) return null;
  const flags = new Map(snapshot.flags.map((flag) => [flag.key, flag]));
  const segments = new Map(snapshot.segments.map((segment) => [segment.key, segment]));
  for (const event of rows.flatMap((row) => row.events)) {
    if (event.kind === 'SEGMENT_UPDATED') put(segments, event.segmentKey, event.wire);
    else put(flags, event.flagKey, event.flag?.wire ?? null);
  }
  return {
    formatVersion: 1,
    epoch: snapshot.epoch,
    revision: snapshot.revision + rows.length,
    flags: [...flags.values()].sort(byKey),
    segments: [...segments.values()].sort(byKey),
  };
}

function put<T>(things: Map<string, T>, key: string, thing: T | null): void {
  if (thing === null) things.delete(key);
  else things.set(key, thing);
}

/** The order of flags and segments in a snapshot: UTF-16 code units ascending, whatever the database's collation. */
export function byKey(a: { readonly key: string }, b: { readonly key: string }): number {
  if (a.key === b.key) return 0;
  return a.key < b.key ? -1 : 1;
}
