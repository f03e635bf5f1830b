/**
 * Holds the newest snapshot of one environment, compiled, and its last revisions. Live events, gaps and resumes are all
 * answered from here; a subscriber is only a cursor into it, so that a slow one costs nothing.
 */
import { compileSnapshot, type CompiledSnapshot, type Snapshot } from '../../evaluation';
import { applyRevisions, followsFrom, type RevisionRow, type StoredRevision } from './apply-revisions';

/** The number of revisions that stay in memory, and by how many a subscriber may resume. */
export const REVISIONS_KEPT = 1_000;

export interface EnvironmentScope {
  readonly organizationId: string;
  readonly projectId: string;
  readonly environmentId: string;
}

/** The revision that a reader has reached. */
export interface Cursor {
  readonly epoch: string;
  readonly revision: number;
}

/** When and by which request a revision was made. */
export type RevisionOrigin = Pick<RevisionRow, 'createdAt' | 'traceParent'>;

/** The snapshot of one environment at one revision. */
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
  private cause: RevisionOrigin | null = null;
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

  /** When and by which request the revision was made. Null when it was read whole, and that is not known. */
  get origin(): RevisionOrigin | null {
    return this.cause;
  }

  get reading(): Reading {
    return { scope: this.scope, snapshot: this.wire, changeId: this.change };
  }

  get snapshot(): Snapshot {
    return this.wire;
  }

  /** The compiled snapshot. Immutable: a caller that holds it evaluates the same revision for as long as it likes. */
  get compiled(): CompiledSnapshot {
    return this.current;
  }

  /** Tells whether the environment is gone. */
  get isClosed(): boolean {
    return this.closed;
  }

  /** Applies the revisions that follow; answers false, and changes nothing, when they leave a gap. */
  apply(rows: readonly StoredRevision[]): boolean {
    if (!followsFrom(this.wire, rows)) return false;
    this.recent = [...this.recent, ...rows].slice(-REVISIONS_KEPT);
    this.cause = rows.at(-1) ?? this.cause;
    this.show(applyRevisions(this.wire, rows), rows.at(-1)?.changeId ?? this.change);
    return true;
  }

  /** Begins anew from a snapshot that was read whole; readers with an older cursor need a resync. */
  reset(snapshot: Snapshot, changeId: string | null = null): void {
    this.recent = [];
    this.cause = null;
    this.show(snapshot, changeId);
  }

  close(): void {
    this.closed = true;
    this.announce();
  }

  /** Answers the revisions after `revision`, in order; null when memory does not reach back that far. */
  revisionsAfter(revision: number): readonly RevisionRow[] | null {
    if (revision === this.revision) return [];
    const first = this.recent[0];
    if (first === undefined || revision < first.revision - 1) return null;
    return this.recent.slice(revision - first.revision + 1);
  }

  /** Calls the listener on each change of any kind; answers the function that removes it. The listener must not throw. */
  onChange(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The current number of listeners. */
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
