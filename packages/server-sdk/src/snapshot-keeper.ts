/** The flags that are served: the newest snapshot, as it travelled and compiled. Replaced as a whole, and never back. */
import {
  applyChanges,
  compileSnapshot,
  listAffectedFlagKeys,
  type CompiledSnapshot,
  type Snapshot,
  type SnapshotChange,
  type SnapshotProblem,
} from '@flagstaff/evaluation';
import type { ChangeEvent, Fault, Position } from '../../client/src/api';
import { checkSnapshot } from '../../client/src/check-snapshot';

const NOTHING: Snapshot = { formatVersion: 1, epoch: '', revision: 0, flags: [], segments: [] };

export interface KeeperListener {
  readonly onChange: (event: ChangeEvent) => void;
  readonly onFault: (fault: Fault) => void;
}

export class SnapshotKeeper {
  compiled: CompiledSnapshot = compileSnapshot(NOTHING).compiled;
  private wire: Snapshot | null = null;
  private problems = new Set<string>();

  constructor(private readonly listener: KeeperListener) {}

  /** Null while there are no flags. */
  get snapshot(): Snapshot | null {
    return this.wire;
  }

  get position(): Position | null {
    return this.wire === null ? null : { epoch: this.wire.epoch, revision: this.wire.revision };
  }

  /**
   * Puts a snapshot in place, unless one of its epoch is there that is as new. Throws a `FaultError` for what is no snapshot of
   * format 1.
   */
  commit(given: unknown): void {
    const snapshot = checkSnapshot(given);
    if (this.wire?.epoch === snapshot.epoch && snapshot.revision <= this.wire.revision) return;
    this.replace(snapshot);
  }

  /**
   * Puts a snapshot in place whatever is there: the server has said that it cannot lead on from that. Flags and segments that are
   * the same stay the same objects, so that only what changed compiles. Throws as `commit` does.
   */
  replace(given: unknown): void {
    const snapshot = checkSnapshot(given);
    const { flags = [], segments = [] } = this.wire ?? {};
    this.put({ ...snapshot, flags: reuse(flags, snapshot.flags), segments: reuse(segments, snapshot.segments) });
  }

  /** Applies one revision, if it is the next one. */
  apply({ epoch, revision }: Position, changes: readonly SnapshotChange[]): 'APPLIED' | 'KNOWN' | 'GAP' {
    const { wire } = this;
    if (wire === null || wire.epoch !== epoch || revision > wire.revision + 1) return 'GAP';
    if (revision <= wire.revision) return 'KNOWN';
    this.put(applyChanges(wire, revision, changes));
    return 'APPLIED';
  }

  private put(snapshot: Snapshot): void {
    const before = this.compiled;
    const { compiled, problems } = compileSnapshot(snapshot, before);
    this.wire = snapshot;
    this.compiled = compiled;
    this.tellProblems(problems);
    const flagKeys = listAffectedFlagKeys(before, compiled);
    this.listener.onChange({ flagKeys, position: { epoch: snapshot.epoch, revision: snapshot.revision } });
  }

  /** Once each, for as long as it lasts. */
  private tellProblems(problems: readonly SnapshotProblem[]): void {
    const sentences = new Set(problems.map(sentenceOf));
    for (const message of sentences) {
      if (!this.problems.has(message)) this.listener.onFault({ kind: 'SNAPSHOT', message });
    }
    this.problems = sentences;
  }
}

function sentenceOf({ flagKey, segmentKey, path, message }: SnapshotProblem): string {
  const owner = flagKey !== undefined ? `Flag ${JSON.stringify(flagKey)}` : `Segment ${JSON.stringify(segmentKey)}`;
  const name = flagKey === undefined && segmentKey === undefined ? 'The snapshot' : owner;
  return `${name} cannot be decided, at ${path.join('.')}: ${message}`;
}

interface Versioned {
  readonly key: string;
  readonly version: number;
}

/** Versions alone do not tell: a thing that was deleted and made again under its key counts from 1 anew. */
function reuse<T extends Versioned>(before: readonly T[], after: readonly T[]): readonly T[] {
  const known = new Map(before.map((thing) => [thing.key, thing]));
  return after.map((thing) => {
    const old = known.get(thing.key);
    return old !== undefined && old.version === thing.version && isSame(old, thing) ? old : thing;
  });
}

/** Compares JSON values. The order of members counts, which a server does not change. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
  const [left, right] = [Object.entries(a), Object.entries(b)];
  return (
    left.length === right.length && left.every(([name, member], i) => name === right[i]?.[0] && isSame(member, right[i]?.[1]))
  );
}
