/**
 * A standby from which reads are answered that the primary would answer alike. Each read names the heads that every change
 * raises which it can see; the primary is asked for them first, and the replica answers only if it has the very same ones.
 * So a replica that lags, that follows another primary, or that was promoted, is never believed; it only answers less often
 * (docs/adr/0018).
 */
import type { DataSource, EntityManager } from 'typeorm';
import { Coalescer } from '../concurrency/coalescer';
import { LabelledCounts, type MetricReading } from '../telemetry/labelled-counts';
import { poolUse } from './observe-statements';
import { openDataSource } from './open-data-source';
import { readWithin } from './outage';
import {
  isConflict,
  readReplicaFacts,
  replicaFaultOf,
  unreadReplica,
  type CountChanges,
  type DatabasePosition,
  type ReplicaFault,
} from './replica-fault';

/** Reads heads, in a fixed order. None: the primary must answer. */
export type HeadsOf = (connection: EntityManager) => Promise<readonly unknown[]>;

export interface ReplicaOptions {
  /** Not connected yet; the replica connects, and destroys it. */
  readonly dataSource: DataSource;
  readonly primary: EntityManager;
  readonly installationId: string;
  readonly countChanges: CountChanges;
  /** Called once when its state is first known, and for each change of its kind. Null: reads are answered from it. */
  readonly onStateChange: (fault: ReplicaFault | null) => void;
}

const CHECK_INTERVAL_MS = 1_000;
/** Less than an operation may take, so that the primary can still answer. */
const ANSWER_MS = 4_000;
/** A replica that lacks a change for longer counts as behind. */
const BEHIND_MS = 10_000;

export class Replica {
  private readonly checks = new Coalescer(() => this.check());
  private readonly outcomes = new LabelledCounts('outcome');
  private readonly delay = new Delay();
  private timer: NodeJS.Timeout | undefined;
  private reported: ReplicaFault | null | undefined;
  private isClosed = false;

  constructor(private readonly options: ReplicaOptions) {}

  /** Checks the replica every second from now on. */
  start(): void {
    void this.checks.request();
    this.timer = setInterval(() => void this.checks.request(), CHECK_INTERVAL_MS).unref();
  }

  /** Tells what is wrong: null for nothing; undefined while it is not known. */
  get fault(): ReplicaFault | null | undefined {
    return this.reported;
  }

  /** Changes that the replica lacked at the last check. */
  get lagChanges(): number {
    return this.delay.changes;
  }

  /** Counts reads that the replica might have answered, by what became of them. */
  get reading(): MetricReading {
    return this.outcomes.reading;
  }

  /** Tells whether it makes sense to ask the replica; counts a read for which it does not. */
  admits(): boolean {
    if (this.reported !== null && this.reported?.kind !== 'behind') {
      this.outcomes.add('away');
      return false;
    }
    const { used, max } = poolUse(this.options.dataSource);
    if (used < max) return true;
    this.outcomes.add('busy');
    return false;
  }

  /** Answers null when the primary must answer: the heads are others, or the replica failed. Never rejects. */
  async read<T>(
    heads: readonly unknown[],
    headsOf: HeadsOf,
    work: (connection: EntityManager) => Promise<T>,
  ): Promise<{ readonly answer: T } | null> {
    const wanted = JSON.stringify(heads);
    const readIfSame = async (connection: EntityManager): Promise<{ readonly answer: T } | null> =>
      heads.length > 0 && JSON.stringify(await headsOf(connection)) === wanted ? { answer: await work(connection) } : null;
    try {
      const found = await readWithin(this.options.dataSource, ANSWER_MS, (connection) =>
        connection.transaction('REPEATABLE READ', readIfSame),
      );
      this.outcomes.add(found === null ? 'behind' : 'answered');
      return found;
    } catch {
      // A conflict with recovery ends connections, too: the next check decides whether the replica is away.
      this.outcomes.add('failed');
      void this.checks.request();
      return null;
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    clearInterval(this.timer);
    await this.checks.settle();
    if (this.options.dataSource.isInitialized) await this.options.dataSource.destroy();
  }

  private async check(): Promise<void> {
    if (this.isClosed) return;
    try {
      this.report(await this.findFault());
    } catch (error) {
      // It answers, and what it answered is no news.
      if (!isConflict(error)) this.report(unreadReplica(error));
    }
  }

  private async findFault(): Promise<ReplicaFault | null> {
    const { dataSource, primary, installationId, countChanges } = this.options;
    if (!dataSource.isInitialized) await openDataSource(dataSource, 'DATABASE_REPLICA_URL');
    const facts = await readWithin(dataSource, ANSWER_MS, (connection) => readReplicaFacts(connection, countChanges));
    // Read after the replica, which would otherwise seem to be ahead. An outage of the primary says nothing of the replica.
    const changeCount = await countChanges(primary).catch(() => facts.changeCount);
    const position: DatabasePosition = { installationId, changeCount };
    const fault = replicaFaultOf(facts, position);
    if (fault !== null) return fault;
    const delayMs = this.delay.note(facts.changeCount, changeCount);
    if (delayMs < BEHIND_MS) return null;
    const sentence = `It lacks changes for ${Math.round(delayMs / 1_000)} s; look at its replication.`;
    return { kind: 'behind', sentence };
  }

  private report(fault: ReplicaFault | null): void {
    if (this.isClosed) return;
    const isNew = this.reported === undefined || fault?.kind !== this.reported?.kind;
    this.reported = fault;
    if (isNew) this.options.onStateChange(fault);
  }
}

/** Measures how long a replica takes until it has a change that the primary was seen with. */
class Delay {
  changes = 0;
  private ms = 0;
  private awaited: { readonly changeCount: number; readonly since: number } | null = null;

  /** Answers the delay in milliseconds, to the interval of the calls: of the last change, or so far of one that is lacking. */
  note(replica: number, primary: number): number {
    const now = performance.now();
    this.changes = primary - replica;
    const { awaited } = this;
    const waitedMs = awaited === null ? 0 : now - awaited.since;
    if (awaited === null || replica >= awaited.changeCount) {
      this.ms = waitedMs;
      this.awaited = this.changes > 0 ? { changeCount: primary, since: now } : null;
    } else this.ms = Math.max(this.ms, waitedMs);
    return this.ms;
  }
}
