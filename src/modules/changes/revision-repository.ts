/** The revisions of environments: what each holds, which change made it, and from when on it held. */
import type { Connection } from '../../database/transaction';
import { EnvironmentRevisionEntity } from './environment-revision-entity';

/** What stays of a revision when its events were purged or erased. */
export type RecordedRevision = Omit<EnvironmentRevisionEntity, 'events'>;

/** The revisions after `revision`, in order, at most `limit`. */
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

/** Null for revision 0, which no change made, for one that is not there yet, and for one that is not on record any more. */
export async function findRevision(
  connection: Connection,
  environmentId: string,
  revision: number,
): Promise<RecordedRevision | null> {
  const rows: RecordedRevision[] = await connection.query(`${RECORDED} AND revision = $2`, [environmentId, revision]);
  return rows[0] ?? null;
}

/**
 * The revision that held at the instant, from its own time on; of several of one millisecond the last. It is one of the
 * history that the database holds: revisions that restoring a backup has lost are not answered, and the epoch is the one in
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
