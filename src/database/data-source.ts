import 'reflect-metadata';
import type { ClientBase } from 'pg';
import type { Duplex } from 'node:stream';
import { DataSource, type EntitySchema, type MigrationInterface, type MixedList } from 'typeorm';
import { reportOutages } from './outage';

type Class<T = object> = new () => T;

/** A PostgreSQL server. */
export interface ServerConnection {
  readonly url: string;
  readonly poolSize: number;
  /** A statement that takes longer is stopped by the server; 10 s when left out, and never more. */
  readonly statementTimeoutMs?: number;
}

export interface DataSourceOptions {
  /** A PostgreSQL URL, or the stream factory of the embedded database. */
  readonly connection: ServerConnection | { readonly createStream: () => Duplex };
  readonly entities: readonly Class[];
  readonly migrations: readonly Class<MigrationInterface>[];
  /** Errors of idle connections: nobody awaits them, so they are reported here. */
  readonly onPoolError: (error: Error) => void;
}

const STATEMENT_TIMEOUT_MAX_MS = 10_000;
/** So much longer, the server does not answer at all: a connection that looks alive and is not. */
const ANSWER_GRACE_MS = 2_000;
/**
 * A transaction that waits longer on us is ended: nobody else waits long for the locks of a process that is stuck, or whose
 * connection is lost without PostgreSQL knowing.
 */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 4_000;
/** How long a use-case waits for a free connection. */
const CONNECTION_TIMEOUT_MS = 5_000;
/** A connection that is ended waits so long for the other side to end it, too. */
const END_TIMEOUT_MS = 2_000;

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
  const { url, poolSize, statementTimeoutMs: wished = STATEMENT_TIMEOUT_MAX_MS } = options.connection;
  const statementTimeoutMs = Math.min(wished, STATEMENT_TIMEOUT_MAX_MS);
  const dataSource = new DataSource({
    ...shared,
    url,
    poolSize,
    extra: {
      statement_timeout: statementTimeoutMs,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
      query_timeout: statementTimeoutMs + ANSWER_GRACE_MS,
      keepAlive: true,
      onConnect: closeAfterEnd,
    },
  });
  return reportOutages(dataSource, statementTimeoutMs);
}

/** Otherwise one whose other side is not there any more would stay until the kernel gives it up. */
function closeAfterEnd(client: ClientBase): void {
  const { stream } = (client as ClientBase & { readonly connection: { readonly stream: Duplex } }).connection;
  stream.once('finish', () => {
    setTimeout(() => stream.destroy(), END_TIMEOUT_MS).unref();
  });
}

/** The embedded database has one session, knows no timeouts, and has no outages. */
export function isEmbedded(dataSource: DataSource): boolean {
  return dataSource.options.type === 'postgres' && dataSource.options.poolSize === 1;
}
