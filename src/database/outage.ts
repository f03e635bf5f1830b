/** The one place that knows what an outage of PostgreSQL looks like, and makes one error of it that clients can act on. */
import type { Pool } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import { performance } from 'node:perf_hooks';
import { DeadlineExceeded, TryLater } from '../errors';

/** Of Node: the server cannot be reached, or has gone. */
const NETWORK_CODES: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/**
 * SQLSTATE (PostgreSQL, Appendix A): connection exceptions, shut down or crashed, starting up, too many connections, a server
 * that became a standby, and sessions that were ended because this process did not go on with them.
 */
const SQLSTATE = /^(08...|57P01|57P02|57P03|57P05|53300|25006|25P03|25P04)$/;

const QUERY_CANCELED = '57014';

/** What pg and pg-pool say without a code. */
const MESSAGES = [
  'timeout exceeded when trying to connect',
  'Connection terminated',
  'Client has encountered a connection error',
  'Client was closed',
  'Query read timeout',
  'Cannot use a pool after calling end',
];

export function isOutage(error: unknown): boolean {
  const { driverError, code, message } = error as { driverError?: unknown; code?: unknown; message?: unknown };
  if (driverError !== undefined && driverError !== error) return isOutage(driverError);
  if (typeof code === 'string' && (NETWORK_CODES.has(code) || SQLSTATE.test(code))) return true;
  return typeof message === 'string' && MESSAGES.some((beginning) => message.startsWith(beginning));
}

/** By the server: at the end of its time, or by somebody's hand, which its error tells apart in words only. */
function isCancelled({ driverError }: { readonly driverError?: { readonly code?: unknown } }): boolean {
  return driverError?.code === QUERY_CANCELED;
}

/** Where the connection broke while a commit was under way, nobody can know whether it took place. */
export function unavailable(cause: unknown): TryLater {
  const message = 'The database is unavailable. Try again; a mutation with an Idempotency-Key is applied only once.';
  return Object.assign(new TryLater('UNAVAILABLE', message, 1), { cause });
}

/**
 * From now on whoever runs a statement of it gets `unavailable` for an outage, whose connection is not used again, and
 * `DeadlineExceeded` for a statement that the server stopped because it took too long.
 */
export function reportOutages(dataSource: DataSource, statementTimeoutMs: number): DataSource {
  const create = dataSource.createQueryRunner.bind(dataSource);
  dataSource.createQueryRunner = (mode) => {
    const runner = create(mode);
    const query = runner.query.bind(runner) as (...args: unknown[]) => Promise<unknown>;
    const reporting = async (...args: unknown[]): Promise<unknown> => {
      const wasInTransaction = runner.isTransactionActive;
      const startedAt = performance.now();
      try {
        return await query(...args);
      } catch (error) {
        // TypeORM gives a connection back that broke between two statements of a transaction.
        const wasLost = wasInTransaction && (error as Error).name === 'QueryRunnerAlreadyReleasedError';
        if (isCancelled(error as object) && performance.now() - startedAt >= statementTimeoutMs) {
          throw Object.assign(new DeadlineExceeded(statementTimeoutMs), { cause: error });
        }
        if (!wasLost && !isOutage(error)) throw error;
        discard(runner, error);
        throw unavailable(error);
      }
    };
    return Object.assign(runner, { query: reporting });
  };
  return dataSource;
}

/** What TypeORM says where the connection of a transaction was lost between two of its statements. */
const LOST = new Set(['QueryRunnerAlreadyReleasedError', 'QueryRunnerProviderAlreadyReleasedError']);

/** The error with which a transaction ends: `unavailable` where its connection was lost, else as it is. */
export function endOfTransaction(error: unknown): unknown {
  return LOST.has((error as Error).name) ? unavailable(error) : error;
}

/** Closes the connection of a runner instead of giving it back to the pool. Does nothing while it has none. */
export function discard(runner: QueryRunner, cause: unknown): void {
  const { databaseConnection, releasePostgresConnection } = runner as QueryRunner & Partial<PostgresRunner>;
  // Before it has its connection, releasing it would leave that connection with nobody.
  if (databaseConnection === undefined || releasePostgresConnection === undefined) return;
  void releasePostgresConnection.call(runner, cause instanceof Error ? cause : new Error('late'));
}

/** Closes the connections that nobody uses just now: they may be as mute as one on which nothing was answered. */
export function dropIdleConnections({ driver }: DataSource): void {
  const { master: pool } = driver as unknown as { readonly master: Pool };
  for (let count = pool.idleCount; count > 0; count--) {
    pool.connect().then(
      (client) => client.release(true),
      () => undefined,
    );
  }
}

/** What TypeORM keeps to itself. */
interface PostgresRunner {
  readonly databaseConnection: unknown;
  readonly releasePostgresConnection: (error: Error) => Promise<void>;
}
