import { setTimeout as sleep } from 'node:timers/promises';
import type { DataSource } from 'typeorm';
import { StartFault } from '../errors';
import { isEmbedded } from './data-source';

/** An arbitrary number, equal in every server of one database. */
const MIGRATION_LOCK = 7_205_759_403;
const LOCK_POLL_MS = 200;
/** Allows another server to migrate a large table. */
const LOCK_TIMEOUT_MS = 120_000;

/**
 * Runs the missing migrations and returns their names. When several servers start at once, one migrates and the others
 * wait. They poll the lock, because a session that waits in `pg_advisory_lock` holds a snapshot, and CREATE INDEX
 * CONCURRENTLY would wait for that session forever.
 */
export async function migrate(dataSource: DataSource): Promise<string[]> {
  return withMigrationLock(dataSource, async () => {
    const ran = await dataSource.runMigrations().catch((error: unknown) => {
      throw faultOf(error);
    });
    return ran.map(({ name }) => name);
  });
}

const INSUFFICIENT_PRIVILEGE = '42501';

/** Since PostgreSQL 15, only the owner of a database may create tables in its schema `public`. */
function faultOf(error: unknown): unknown {
  const { driverError } = error as { readonly driverError?: { readonly code?: string; readonly message?: string } };
  if (driverError?.code !== INSUFFICIENT_PRIVILEGE) return error;
  return new StartFault(
    `The role of DATABASE_URL may not migrate the database (${driverError.message}); make it the owner of the database and of its ` +
      'tables, or run GRANT CREATE ON SCHEMA … TO it.',
    { cause: error },
  );
}

/** Reverts the newest migration. */
export async function revertLastMigration(dataSource: DataSource): Promise<void> {
  await withMigrationLock(dataSource, () => dataSource.undoLastMigration());
}

async function withMigrationLock<T>(dataSource: DataSource, work: () => Promise<T>): Promise<T> {
  // The embedded database has one session: a second connection to hold the lock would wait forever, and no other server
  // exists.
  if (isEmbedded(dataSource)) return work();
  const runner = dataSource.createQueryRunner();
  try {
    await takeLock((sql, parameters) => runner.query(sql, parameters) as Promise<{ taken: boolean }[]>);
    try {
      return await work();
    } finally {
      await runner.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    }
  } finally {
    await runner.release();
  }
}

async function takeLock(query: (sql: string, parameters: unknown[]) => Promise<{ taken: boolean }[]>): Promise<void> {
  for (let waitedMs = 0; waitedMs < LOCK_TIMEOUT_MS; waitedMs += LOCK_POLL_MS) {
    const rows = await query('SELECT pg_try_advisory_lock($1) AS taken', [MIGRATION_LOCK]);
    if (rows[0]?.taken) return;
    await sleep(LOCK_POLL_MS);
  }
  throw new StartFault(
    `Another server has held the migration lock of the database for ${LOCK_TIMEOUT_MS / 1000} s; stop it, or wait.`,
  );
}
