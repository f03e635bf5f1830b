/**
 * Purges the events of old revisions. Delivery and resume read at most the newest 1,000 of an environment, and snapshots are
 * built without them; history and audit read the changes. The rows stay: they tell which change made which revision.
 */
import type { Connection, Database } from '../../database/transaction';

/** An arbitrary number, the same in every server of one database. */
const PURGE_LOCK = 7_205_759_404;
const BATCH_ROWS = 1_000;
/** Bounds one run and leaves the rest to the next, so that a first run on a large database does not go on for hours. */
const BATCHES_MAX = 500;

export interface Retention {
  /** Events younger than this stay. */
  readonly days: number;
  /** The events of this many newest revisions of each environment stay, however old. */
  readonly revisionsMin: number;
}

/**
 * Removes the events from revision rows that are both old enough and far enough behind the head, the oldest first, in batches
 * of one short transaction each. Answers from how many rows. While another server purges, it leaves the rest to that one.
 */
export async function purgeRevisions(database: Database, now: Date, { days, revisionsMin }: Retention): Promise<number> {
  const before = new Date(now.getTime() - days * 86_400_000);
  const candidates: { environmentId: string; last: number }[] = await database.connection.query(
    `SELECT environment_id AS "environmentId", revision - $1::integer AS last FROM environment_head
     WHERE revision > $1::integer ORDER BY environment_id`,
    [revisionsMin],
  );
  let purged = 0;
  let batches = 0;
  for (const { environmentId, last } of candidates) {
    for (let count = BATCH_ROWS; count === BATCH_ROWS && batches < BATCHES_MAX; batches++) {
      const inBatch = await database.transaction(({ connection }) => purgeBatch(connection, environmentId, last, before));
      if (inBatch === null) return purged;
      count = inBatch;
      purged += count;
    }
  }
  return purged;
}

/**
 * Purges one batch of the oldest rows whose events may go; answers how many: fewer than a batch when no more may. Null while
 * another server holds the lock. Rows that an erasure has locked are skipped, for it removes their events, too.
 */
async function purgeBatch(connection: Connection, environmentId: string, last: number, before: Date): Promise<number | null> {
  const locks: { taken: boolean }[] = await connection.query('SELECT pg_try_advisory_xact_lock($1) AS taken', [PURGE_LOCK]);
  if (!locks[0]?.taken) return null;
  const rows: { count: number }[] = await connection.query(
    `WITH due AS (
       SELECT revision FROM environment_revision
       WHERE environment_id = $1 AND created_at < $3 AND revision <= $2 AND events IS NOT NULL
       ORDER BY created_at, revision LIMIT $4 FOR UPDATE SKIP LOCKED
     ), purged AS (
       UPDATE environment_revision r SET events = NULL FROM due
       WHERE r.environment_id = $1 AND r.revision = due.revision RETURNING 1
     ) SELECT count(*)::integer AS count FROM purged`,
    [environmentId, last, before, BATCH_ROWS],
  );
  return rows[0]?.count ?? 0;
}
