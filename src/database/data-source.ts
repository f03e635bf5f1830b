import 'reflect-metadata';
import type { Duplex } from 'node:stream';
import { DataSource, type EntitySchema, type MigrationInterface, type MixedList } from 'typeorm';
import { reportOutages } from './outage';

type Class<T = object> = new () => T;

export interface DataSourceOptions {
  /** A PostgreSQL URL, or the stream factory of the embedded database. */
  readonly connection: { readonly url: string; readonly poolSize: number } | { readonly createStream: () => Duplex };
  readonly entities: readonly Class[];
  readonly migrations: readonly Class<MigrationInterface>[];
  /** Errors of idle connections: nobody awaits them, so they are reported here. */
  readonly onPoolError: (error: Error) => void;
}

/** A statement that takes longer is stopped by the server. */
const STATEMENT_TIMEOUT_MS = 10_000;
/** Longer than that, the server does not answer at all: a connection that looks alive and is not. */
const ANSWER_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 2_000;
/** A transaction that waits longer on us is ended, so that a stuck process holds no locks. */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 10_000;
/** How long a use-case waits for a free connection. */
const CONNECTION_TIMEOUT_MS = 5_000;

/** Not yet connected: call `initialize()`. */
export function createDataSource(options: DataSourceOptions): DataSource {
  const shared = {
    type: 'postgres' as const,
    entities: [...options.entities] as MixedList<Class | EntitySchema>,
    migrations: [...options.migrations],
    migrationsTableName: 'migration',
    migrationsTransactionMode: 'each' as const,
    synchronize: false,
    installExtensions: false,
    logging: false as const,
    poolErrorHandler: options.onPoolError,
    connectTimeoutMS: CONNECTION_TIMEOUT_MS,
    applicationName: 'flagstaff',
  };
  if ('createStream' in options.connection) {
    return new DataSource({
      ...shared,
      username: 'postgres',
      database: 'postgres',
      // One session: the embedded database has no more, and pg must never close it for idleness.
      poolSize: 1,
      // The wait includes statements of others, for there is one session.
      connectTimeoutMS: 30_000,
      extra: { stream: options.connection.createStream, idleTimeoutMillis: 0 },
    });
  }
  const dataSource = new DataSource({
    ...shared,
    url: options.connection.url,
    poolSize: options.connection.poolSize,
    extra: {
      statement_timeout: STATEMENT_TIMEOUT_MS,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      query_timeout: ANSWER_TIMEOUT_MS,
      keepAlive: true,
    },
  });
  return reportOutages(dataSource);
}

/** The embedded database has one session, knows no timeouts, and has no outages. */
export function isEmbedded(dataSource: DataSource): boolean {
  return dataSource.options.type === 'postgres' && dataSource.options.poolSize === 1;
}
