import type { DataSource, EntityManager } from 'typeorm';
import { withDeadline } from '../concurrency/with-deadline';
import { isEmbedded } from './data-source';
import { poolUse, type PoolUse } from './observe-statements';
import { discard, dropIdleConnections, endOfTransaction, unavailable } from './outage';

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
}

/** A database that takes longer for a small read counts as unreadable. */
const SOON_MS = 3_000;

/** The database. Reads go to the pool; every write is a transaction. */
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

  /** Reads one consistent state over several statements. */
  async readConsistently<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
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
    const runner = this.options.dataSource.createQueryRunner();
    const reading = work(runner.manager).finally(() => runner.release());
    return withDeadline(reading, SOON_MS, () => {
      const cause = new Error(`The database did not answer within ${SOON_MS} ms.`);
      discard(runner, cause);
      dropIdleConnections(this.options.dataSource);
      return unavailable(cause);
    });
  }
}
