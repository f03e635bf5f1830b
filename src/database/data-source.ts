import 'reflect-metadata';
import type { ClientBase } from 'pg';
import type { Duplex } from 'node:stream';
import { DataSource, type EntitySchema, type MigrationInterface, type MixedList } from 'typeorm';
import { reportOutages } from './outage';
import { observeStatements, type StatementObserver } from './observe-statements';
import { prepareSession, STRICT_TYPES } from './session-settings';

type Class<T = object> = new () => T;

/** A PostgreSQL server. */
export interface ServerConnection {
  readonly url: string;
  readonly poolSize: number;
  /** Milliseconds after which the server stops a statement; 10 s when absent, and never more. */
  readonly statementTimeoutMs?: number;
  /** Makes each session refuse to write. Absent: no. */
  readonly isReadOnly?: boolean;
}

export interface DataSourceOptions {
  /** A PostgreSQL URL, or the stream factory of the embedded database. */
  readonly connection: ServerConnection | { readonly createStream: () => Duplex };
  readonly entities: readonly Class[];
  readonly migrations: readonly Class<MigrationInterface>[];
  /** Receives errors of idle connections, which no caller awaits. */
  readonly onPoolError: (error: Error) => void;
  /** Absent: statements are neither timed nor traced. */
  readonly observer?: StatementObserver;
}

const STATEMENT_TIMEOUT_MAX_MS = 10_000;
/** A server that is silent for this much longer does not answer at all: the connection only looks alive. */
const ANSWER_GRACE_MS = 2_000;
/**
 * PostgreSQL ends a transaction that waits for us longer than this, so that a stuck process, or a connection lost
 * unnoticed, does not hold locks for long.
 */
const IDLE_IN_TRANSACTION_TIMEOUT_MS = 4_000;
/** The longest wait of a use-case for a free connection. */
const CONNECTION_TIMEOUT_MS = 5_000;
/** The longest wait for the other side to close a connection that we ended. */
const END_TIMEOUT_MS = 2_000;

/** Returns an unconnected data source: call `initialize()`. */
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
    const embedded = new DataSource({
      ...shared,
      username: 'postgres',
      database: 'postgres',
      // The embedded database has only one session, which pg must never close for being idle.
      poolSize: 1,
      // The wait includes the statements of others, because there is one session.
      connectTimeoutMS: 30_000,
      extra: {
        stream: options.connection.createStream,
        idleTimeoutMillis: 0,
        types: STRICT_TYPES,
        onConnect: (client: ClientBase) => prepareSession(client),
      },
    });
    return observeStatements(embedded, options.observer);
  }
  const { url, poolSize, statementTimeoutMs: wished = STATEMENT_TIMEOUT_MAX_MS, isReadOnly = false } = options.connection;
  const statementTimeoutMs = Math.min(wished, STATEMENT_TIMEOUT_MAX_MS);
  const dataSource = new DataSource({
    ...shared,
    url,
    poolSize,
    extra: {
      query_timeout: statementTimeoutMs + ANSWER_GRACE_MS,
      keepAlive: true,
      types: STRICT_TYPES,
      onConnect: (client: ClientBase) => prepareServerSession(client, { statementTimeoutMs, isReadOnly }),
    },
  });
  return observeStatements(reportOutages(dataSource, statementTimeoutMs), options.observer);
}

function prepareServerSession(
  client: ClientBase,
  { statementTimeoutMs, isReadOnly }: Required<Pick<ServerConnection, 'statementTimeoutMs' | 'isReadOnly'>>,
): Promise<void> {
  closeAfterEnd(client);
  return prepareSession(client, {
    statement_timeout: statementTimeoutMs,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_TIMEOUT_MS,
    ...(isReadOnly ? { default_transaction_read_only: 'on' } : {}),
  });
}

/** Destroys a connection whose other side is gone; otherwise it would stay until the kernel gives up. */
function closeAfterEnd(client: ClientBase): void {
  const { stream } = (client as ClientBase & { readonly connection: { readonly stream: Duplex } }).connection;
  stream.once('finish', () => {
    setTimeout(() => stream.destroy(), END_TIMEOUT_MS).unref();
  });
}

/** The embedded database has one session, ignores timeouts, and has no outages. */
export function isEmbedded(dataSource: DataSource): boolean {
  return dataSource.options.type === 'postgres' && dataSource.options.poolSize === 1;
}
