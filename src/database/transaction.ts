import type { DataSource, EntityManager } from 'typeorm';

/** Whatever SQL can run on: the pool, or one transaction. Repositories take it as their first argument. */
export type Connection = EntityManager;

/** One transaction. Nothing but SQL may be awaited inside it. */
export interface Transaction {
  readonly connection: Connection;
  /** Names of the heads that were raised in it; they are rung after the commit. */
  readonly raisedHeads: Set<string>;
}

export interface DatabaseOptions {
  readonly dataSource: DataSource;
  /** Called after each commit with the heads that it raised. Must not throw and must not wait. */
  readonly onCommit: (raisedHeads: ReadonlySet<string>) => void;
}

/** The book. Reads go to the pool; every write is a transaction. */
export class Database {
  constructor(private readonly options: DatabaseOptions) {}

  /** For reads outside a transaction. */
  get connection(): Connection {
    return this.options.dataSource.manager;
  }

  /** Commits what `work` wrote, or nothing when it throws; then rings. */
  async transaction<T>(work: (tx: Transaction) => Promise<T>): Promise<T> {
    const raisedHeads = new Set<string>();
    const result = await this.options.dataSource.transaction((connection) => work({ connection, raisedHeads }));
    if (raisedHeads.size > 0) this.options.onCommit(raisedHeads);
    return result;
  }

  /** Reads one consistent state over several statements. */
  async readConsistently<T>(work: (connection: Connection) => Promise<T>): Promise<T> {
    return this.options.dataSource.transaction('REPEATABLE READ', work);
  }
}
