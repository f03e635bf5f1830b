/** Reads the revisions of environments: their events, the change that made each, and the time from which it held. */
import type { Connection } from '../../database/transaction';
import { EnvironmentRevisionEntity } from './environment-revision-entity';

/** The part of a revision that stays when its events are purged or erased. */
export type RecordedRevision = Omit<EnvironmentRevisionEntity, 'events'>;

/** Lists the revisions after `revision`, in order, at most `limit`. */
export function listRevisionsAfter(
  connection: Connection,
  environmentId: string,
  revision: number,
  limit: number,
): Promise<EnvironmentRevisionEntity[]> {
  return connection
    .createQueryBuilder(EnvironmentRevisionEntity, 'r')
    .where('r.environmentId = :environmentId AND r.revision > :revision', { environmentId, revision })
    .orderBy('r.revision', 'ASC')
    .limit(limit)
    .getMany();
}

const RECORDED = `SELECT environment_id AS "environmentId", revision, epoch, change_id AS "changeId", created_at AS "createdAt"
  FROM environment_revision WHERE environment_id = $1`;

/** Finds a revision. Null for 0, which no change made, for one that does not exist yet, and for one no longer on record. */
export async function findRevision(
  connection: Connection,
  environmentId: string,
  revision: number,
): Promise<RecordedRevision | null> {
  const rows: RecordedRevision[] = await connection.query(`${RECORDED} AND revision = $2`, [environmentId, revision]);
  return rows[0] ?? null;
}

/**
 * Finds the revision that held at the instant, from its own time on; the last of several of one millisecond. It is one of the
 * history in the database: revisions that were lost by restoring a backup are not answered, and the epoch is the one in
 * which the revision was made. Null before the first that is on record.
 */
export async function findRevisionAt(
  connection: Connection,
  environmentId: string,
  instant: Date,
): Promise<RecordedRevision | null> {
  const rows: RecordedRevision[] = await connection.query(
    `${RECORDED} AND created_at <= $2 ORDER BY created_at DESC, revision DESC LIMIT 1`,
    [environmentId, instant],
  );
  return rows[0] ?? null;
}
