/**
 * The stream behind `flagChanged`: every revision after the subscriber's cursor, in order, exactly once, then live; or
 * one RESYNC where that is not possible. A subscriber is a cursor that pulls, so nothing queues for a slow one; one that
 * falls further back than the revisions in memory gets a RESYNC (docs/PROTOCOL.md).
 */
import type { Database } from '../database/transaction';
import { RequestFault } from '../errors';
import { findEnvironmentHeads } from '../modules/changes/change-repository';
import type { FlagEvent } from '../modules/changes/flag-event';
import { listRevisionsAfter } from '../modules/changes/revision-repository';
import { followsFrom, type RevisionRow } from '../modules/snapshots/apply-revisions';
import { REVISIONS_KEPT, type Cursor, type EnvironmentState, type RevisionOrigin } from '../modules/snapshots/environment-state';
import type { SnapshotCache } from '../modules/snapshots/snapshot-cache';
import type { ScopedPermission, Guarded } from './scoped-permission';
import {
  EvaluationStream,
  type EvaluationStreamOptions,
  type EvaluationsChangedEvent,
  type EvaluationsChangedRequest,
} from './evaluation-stream';

const PAGE_ROWS = 100;

export type FlagChangedEvent =
  | ({
      readonly kind: 'CHANGES';
      readonly revision: number;
      readonly epoch: string;
      readonly changes: readonly FlagEvent[];
    } & RevisionOrigin)
  | { readonly kind: 'RESYNC'; readonly revision: number; readonly epoch: string; readonly changes: readonly [] };

export interface FlagChangedRequest {
  /** Null: live only, from the newest revision that this server knows. */
  readonly since: Cursor | null;
  /** Null: all flags. */
  readonly flagKeys: ReadonlySet<string> | null;
}

/** The events after a cursor, of at most 100 revisions. */
export interface FlagPage {
  readonly events: readonly FlagChangedEvent[];
  /** The reader's position after the page. The same as before it: nothing follows yet. */
  readonly cursor: Cursor;
}

export interface FlagStreamOptions extends EvaluationStreamOptions {
  readonly database: Database;
  readonly cache: SnapshotCache;
}

/** Opens the streams behind the subscriptions. */
export class FlagStream {
  private readonly evaluations: EvaluationStream;

  constructor(private readonly options: FlagStreamOptions) {
    this.evaluations = new EvaluationStream(options);
  }

  /** The live evaluations of one context: its newest state, as differences. Ends with NOT_FOUND when the environment is deleted. */
  evaluationsChanged(request: EvaluationsChangedRequest): AsyncIterableIterator<EvaluationsChangedEvent> {
    return this.evaluations.evaluationsChanged(request);
  }

  /** Subscribers of live evaluations at this moment. */
  get evaluationSubscriberCount(): number {
    return this.evaluations.subscriberCount;
  }

  /** Ends with NOT_FOUND when the environment is deleted. */
  flagChanged(state: EnvironmentState, { since, flagKeys }: FlagChangedRequest): FlagSubscription {
    const from = since ?? { epoch: state.epoch, revision: state.revision };
    return new FlagSubscription(state, from, (cursor) => this.pageAfter(state, cursor, flagKeys));
  }

  /** Lists what follows a cursor: at most 100 revisions, or one RESYNC; empty when this server knows of nothing newer. */
  async listChanges(state: EnvironmentState, since: Cursor): Promise<readonly FlagChangedEvent[]> {
    return (await this.pageAfter(state, since, null)).events;
  }

  private async pageAfter(state: EnvironmentState, cursor: Cursor, flagKeys: ReadonlySet<string> | null): Promise<FlagPage> {
    if (state.isClosed) throw new RequestFault('NOT_FOUND', 'The environment was deleted.');
    const rows = await this.rowsAfter(state, cursor);
    if (rows === null) {
      const newest = { epoch: state.epoch, revision: state.revision };
      return { events: [{ kind: 'RESYNC', ...newest, changes: [] }], cursor: newest };
    }
    const events: FlagChangedEvent[] = [];
    for (const { epoch, revision, events: all, createdAt, traceParent } of rows) {
      const changes = flagKeys === null ? all : all.filter((event) => concerns(event, flagKeys));
      if (flagKeys === null || changes.length > 0)
        events.push({ kind: 'CHANGES', revision, epoch, changes, createdAt, traceParent });
    }
    const { epoch, revision } = rows.at(-1) ?? cursor;
    return { events, cursor: { epoch, revision } };
  }

  /** A page of the revisions after the cursor; empty when there is none yet; null when the subscriber must begin anew. */
  private async rowsAfter(state: EnvironmentState, cursor: Cursor): Promise<readonly RevisionRow[] | null> {
    if (cursor.epoch !== state.epoch || cursor.revision < 0) return null;
    if (cursor.revision > state.revision) return (await this.hasRevision(state, cursor)) ? [] : null;
    if (state.revision - cursor.revision > REVISIONS_KEPT) return null;
    const remembered = state.revisionsAfter(cursor.revision);
    if (remembered) return remembered.slice(0, PAGE_ROWS);
    const { connection } = this.options.database;
    const rows = await listRevisionsAfter(connection, state.scope.environmentId, cursor.revision, PAGE_ROWS);
    return rows.length > 0 && followsFrom(cursor, rows) ? rows : null;
  }

  /** Whether a revision that this process has not seen yet is in the database. */
  private async hasRevision(state: EnvironmentState, cursor: Cursor): Promise<boolean> {
    const [head] = await findEnvironmentHeads(this.options.database.connection, [state.scope.environmentId]);
    if (head?.epoch !== cursor.epoch || head.revision < cursor.revision) return false;
    await this.options.cache.catchUp(state.scope.environmentId);
    return true;
  }
}

/** One subscriber's request. It is read by pages, once for all who asked for the same (fan-out.ts). */
export class FlagSubscription implements AsyncIterable<FlagChangedEvent>, Guarded {
  constructor(
    readonly state: EnvironmentState,
    readonly from: Cursor,
    /** Rejects with NOT_FOUND when the environment is deleted. */
    readonly pageAfter: (cursor: Cursor) => Promise<FlagPage>,
  ) {}

  get requiredPermission(): ScopedPermission {
    return { permission: 'snapshot:read', scope: this.state.scope };
  }

  /** Is here because graphql-js takes nothing else for the source of a subscription. */
  [Symbol.asyncIterator](): never {
    throw new Error('A FlagSubscription is read by pages; join a FanOut with it.');
  }
}

function concerns(event: FlagEvent, flagKeys: ReadonlySet<string>): boolean {
  return event.kind === 'SEGMENT_UPDATED' || flagKeys.has(event.flagKey);
}
