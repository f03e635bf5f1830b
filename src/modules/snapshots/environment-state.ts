/**
 * What this process knows of one environment: the newest snapshot, compiled, and the last revisions. Live, gap and
 * resume all read from here; a subscriber is only a cursor into it, so that a slow one costs nothing.
 */
import { compileSnapshot, type CompiledSnapshot, type Snapshot } from '../../evaluation';
import { applyRevisions, followsFrom, type RevisionRow, type StoredRevision } from './apply-revisions';

/** How many revisions stay in memory, and how far back a subscriber may resume. */
export const REVISIONS_KEPT = 1_000;

export interface EnvironmentScope {
  readonly organizationId: string;
  readonly projectId: string;
  readonly environmentId: string;
}

/** Where a reader stands. */
export interface Cursor {
  readonly epoch: string;
  readonly revision: number;
}

/** One environment at one revision. */
export interface Reading {
  readonly scope: EnvironmentScope;
  readonly snapshot: Snapshot;
  /** The change that made the revision. Null when that is not known. */
  readonly changeId: string | null;
}

export class EnvironmentState {
  private current: CompiledSnapshot;
  private wire: Snapshot;
  private change: string | null;
  private recent: RevisionRow[] = [];
  private closed = false;
  private readonly listeners = new Set<() => void>();

  constructor(
    readonly scope: EnvironmentScope,
    snapshot: Snapshot,
    changeId: string | null = null,
  ) {
    this.wire = snapshot;
    this.change = changeId;
    this.current = compileSnapshot(snapshot).compiled;
  }

  get epoch(): string {
    return this.wire.epoch;
  }

  get revision(): number {
    return this.wire.revision;
  }

  /** The change that made the revision. Null when that is not known. */
  get changeId(): string | null {
    return this.change;
  }

  get reading(): Reading {
    return { scope: this.scope, snapshot: this.wire, changeId: this.change };
  }

  get snapshot(): Snapshot {
    return this.wire;
  }

  /** Immutable: whoever holds it evaluates one revision for as long as it likes. */
  get compiled(): CompiledSnapshot {
    return this.current;
  }

  /** Whether the environment is gone. */
  get isClosed(): boolean {
    return this.closed;
  }

  /** Takes the revisions that follow; answers false, and changes nothing, when they leave a gap. */
  apply(rows: readonly StoredRevision[]): boolean {
    if (!followsFrom(this.wire, rows)) return false;
    this.recent = [...this.recent, ...rows].slice(-REVISIONS_KEPT);
    this.show(applyRevisions(this.wire, rows), rows.at(-1)?.changeId ?? this.change);
    return true;
  }

  /** Begins anew from a snapshot that was read whole; readers with an older cursor must resynchronise. */
  reset(snapshot: Snapshot, changeId: string | null = null): void {
    this.recent = [];
    this.show(snapshot, changeId);
  }

  close(): void {
    this.closed = true;
    this.announce();
  }

  /** The revisions after the cursor, in order; null when memory does not reach back that far. */
  revisionsAfter(revision: number): readonly RevisionRow[] | null {
    if (revision === this.revision) return [];
    const first = this.recent[0];
    if (first === undefined || revision < first.revision - 1) return null;
    return this.recent.slice(revision - first.revision + 1);
  }

  /** Calls back at each change of any kind; answers the function that ends it. The listener must not throw. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** How many listen at this moment. */
  get listenerCount(): number {
    return this.listeners.size;
  }

  private show(snapshot: Snapshot, changeId: string | null): void {
    this.wire = snapshot;
    this.change = changeId;
    this.current = compileSnapshot(snapshot, this.current).compiled;
    this.announce();
  }

  private announce(): void {
    for (const listener of [...this.listeners]) listener();
  }
}
