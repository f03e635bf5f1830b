/** Recognizes outages of PostgreSQL, and turns them into one error that clients can act on. */
import type { Pool } from 'pg';
import type { DataSource, EntityManager, QueryRunner } from 'typeorm';
import { performance } from 'node:perf_hooks';
import { withDeadline } from '../concurrency/with-deadline';
import { DeadlineExceeded, TryLater } from '../errors';

/** Node's codes for a server that cannot be reached, or has gone. */
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
 * SQLSTATEs (PostgreSQL, Appendix A) for connection exceptions, shut down or crashed, starting up, too many connections, a
 * server that became a standby, and sessions ended because this process did not continue them.
 */
const SQLSTATE = /^(08...|57P01|57P02|57P03|57P05|53300|25006|25P03|25P04)$/;

const QUERY_CANCELED = '57014';

/** Messages of pg and pg-pool for errors without a code. */
const MESSAGES = [
  'timeout exceeded when trying to connect',
  'Connection terminated',
  'Client has encountered a connection error',
  'Client was closed',
  'Query read timeout',
  'Cannot use a pool after calling end',
];

function isOutage(error: unknown): boolean {
  const { driverError, code, message } = error as { driverError?: unknown; code?: unknown; message?: unknown };
  if (driverError !== undefined && driverError !== error) return isOutage(driverError);
  if (typeof code === 'string' && (NETWORK_CODES.has(code) || SQLSTATE.test(code))) return true;
  return typeof message === 'string' && MESSAGES.some((beginning) => message.startsWith(beginning));
}

/**
 * Whether the server cancelled the statement: for taking too long, or by an operator's command; the error distinguishes the
 * two only in its message.
 */
function isCancelled({ driverError }: { readonly driverError?: { readonly code?: unknown } }): boolean {
  return driverError?.code === QUERY_CANCELED;
}

/** When the connection broke during a commit, it is unknown whether the commit took place. */
function unavailable(cause: unknown): TryLater {
  const message = 'The database is unavailable. Try again; a mutation with an Idempotency-Key is applied only once.';
  return Object.assign(new TryLater('UNAVAILABLE', message, 1), { cause });
}

/**
 * Makes statements of the data source fail with `unavailable` in an outage, whose connection is not used again, and with
 * `DeadlineExceeded` when the server stopped a statement that took too long.
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
        // TypeORM returns a connection to the pool that broke between two statements of a transaction.
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

/** TypeORM's errors for a transaction whose connection was lost between two statements. */
const LOST = new Set(['QueryRunnerAlreadyReleasedError', 'QueryRunnerProviderAlreadyReleasedError']);

/** The error with which a transaction ends: `unavailable` when its connection was lost, otherwise the original. */
export function endOfTransaction(error: unknown): unknown {
  return LOST.has((error as Error).name) ? unavailable(error) : error;
}

/** Closes the connection of a runner instead of returning it to the pool. Does nothing while it has none. */
function discard(runner: QueryRunner, cause: unknown): void {
  const { databaseConnection, releasePostgresConnection } = runner as QueryRunner & Partial<PostgresRunner>;
  // Releasing the runner before it has its connection would leak that connection.
  if (databaseConnection === undefined || releasePostgresConnection === undefined) return;
  void releasePostgresConnection.call(runner, cause instanceof Error ? cause : new Error('late'));
}

/**
 * Runs a read that is abandoned after `ms` together with its connection and the idle ones, which may be as dead; it then fails like
 * an outage.
 */
export async function readWithin<T>(
  dataSource: DataSource,
  ms: number,
  read: (connection: EntityManager) => Promise<T>,
): Promise<T> {
  const runner = dataSource.createQueryRunner();
  const reading = read(runner.manager).finally(() => runner.release());
  return withDeadline(reading, ms, () => {
    const cause = new Error(`The database did not answer within ${ms} ms.`);
    discard(runner, cause);
    dropIdleConnections(dataSource);
    return unavailable(cause);
  });
}

/** Closes idle connections, which may be as dead as the one on which a statement got no answer. */
function dropIdleConnections({ driver }: DataSource): void {
  const { master: pool } = driver as unknown as { readonly master: Pool };
  for (let count = pool.idleCount; count > 0; count--) {
    pool.connect().then(
      (client) => client.release(true),
      () => undefined,
    );
  }
}

/** Private parts of TypeORM's runner. */
interface PostgresRunner {
  readonly databaseConnection: unknown;
  readonly releasePostgresConnection: (error: Error) => Promise<void>;
}
