import type { DataSource, EntityManager } from 'typeorm';
import { isEmbedded } from './data-source';
import { poolUse, type PoolUse } from './observe-statements';
import { endOfTransaction, readWithin } from './outage';
import type { HeadsOf, Replica } from './replica';

/** Runs SQL: the pool, or one transaction. Repositories take it as their first argument. */
export type Connection = EntityManager;

/** A transaction. Only SQL may be awaited inside it. */
export interface Transaction {
  readonly connection: Connection;
  /** Names of the heads that it raised; they are published after the commit. */
  readonly raisedHeads: Set<string>;
}

export interface DatabaseOptions {
  readonly dataSource: DataSource;
  /** Called after each commit with the heads that it raised. Must not throw and must not wait. */
  readonly onCommit: (raisedHeads: ReadonlySet<string>) => void;
  /** Absent or null: the primary answers all reads. */
  readonly replica?: Replica | null;
}

/** A database that takes longer for a small read counts as unreadable. */
const SOON_MS = 3_000;

/** The database. Reads go to the pool, or to the replica where a caller names the heads; every write is a transaction. */
export class Database {
  constructor(private readonly options: DatabaseOptions) {}

  /** Used for reads outside a transaction. */
  get connection(): Connection {
    return this.options.dataSource.manager;
  }

  /** The connections of the pool now. */
  get poolUse(): PoolUse {
    return poolUse(this.options.dataSource);
  }

  /** Commits the writes of `work`, or nothing when it throws; then calls `onCommit`. */
  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const raisedHeads = new Set<string>();
    const result = await this.options.dataSource
      .transaction((connection) => work({ connection, raisedHeads }))
      .catch((error: unknown) => {
        throw endOfTransaction(error);
      });
    if (raisedHeads.size > 0) this.options.onCommit(raisedHeads);
    return result;
  }

  /**
   * Reads what is as new as these heads are in the primary at the time of the call: from the replica if it has the very same heads,
   * else from the primary. `headsOf` must read the heads that every change raises which `work` can see.
   */
  async readFresh<T>(headsOf: HeadsOf, work: (connection: Connection) => Promise<T>): Promise<T> {
    const found = await this.readReplica(headsOf, work);
    return found === null ? work(this.connection) : found.answer;
  }

  /** Reads one consistent state over several statements. With `headsOf` the replica may answer, as for `readFresh`. */
  async readConsistently<T>(work: (connection: Connection) => Promise<T>, headsOf?: HeadsOf): Promise<T> {
    const found = headsOf === undefined ? null : await this.readReplica(headsOf, work);
    if (found !== null) return found.answer;
    return this.options.dataSource.transaction('REPEATABLE READ', work).catch((error: unknown) => {
      throw endOfTransaction(error);
    });
  }

  /**
   * Runs a small read for callers that must soon know whether the database answers. A read that takes longer is abandoned
   * together with its connection and the idle ones, and fails like an outage. The embedded database is waited for.
   */
  async readSoon<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    if (isEmbedded(this.options.dataSource)) return work(this.connection);
    return readWithin(this.options.dataSource, SOON_MS, work);
  }

  /** Null: the primary must answer. */
  private async readReplica<T>(
    headsOf: HeadsOf,
    work: (connection: Connection) => Promise<T>,
  ): Promise<{ readonly answer: T } | null> {
    const { replica } = this.options;
    if (!replica?.admits()) return null;
    return replica.read(await headsOf(this.connection), headsOf, work);
  }
}
