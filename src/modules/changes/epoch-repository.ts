/**
 * Replaces epochs: random texts beside the revisions of an environment, which compare only within one epoch. The environments
 * of a database that was restored from a backup get new ones, so that readers that have seen later revisions do not take
 * what is gone for current. A new epoch alters nothing that people made, so no change is recorded.
 */
import { randomBytes } from 'node:crypto';
import type { Connection, Transaction } from '../../database/transaction';
import type { EnvironmentHead } from './head-repository';

/** Bounds the random jump of an access head, which makes servers read again what they cached before a restore. */
const ACCESS_JUMP_MAX = 100_000;

/**
 * Gives the environment a new epoch, if its head is still this one. When several servers try at once, one succeeds and
 * answers true. The access rules of the organization count as changed, for they were restored with the environment.
 */
export async function replaceEpoch(
  { connection, raisedHeads }: Transaction,
  organizationId: string,
  { environmentId, epoch, revision }: EnvironmentHead,
): Promise<boolean> {
  // Locks the heads in the order in which a change locks them.
  await connection.query('SELECT 1 FROM access_head WHERE organization_id = $1 FOR UPDATE', [organizationId]);
  const rows: unknown[] = await connection.query(
    `WITH renewed AS (
       UPDATE environment_head SET epoch = $4 WHERE environment_id = $1 AND epoch = $2 AND revision = $3 RETURNING 1
     ) SELECT 1 FROM renewed`,
    [environmentId, epoch, revision, newEpoch()],
  );
  if (rows.length === 0) return false;
  await connection.query('UPDATE access_head SET revision = revision + $2::integer WHERE organization_id = $1', [
    organizationId,
    accessJump(),
  ]);
  raisedHeads.add(environmentId).add(organizationId);
  return true;
}

/**
 * Gives every environment, or only this one, a new epoch; answers how many there were. With all of them, the access rules
 * of all organizations count as changed. The caller runs it in a transaction.
 */
export async function renewEpochs(connection: Connection, environmentId: string | null): Promise<number> {
  if (environmentId === null) {
    await connection.query('SELECT 1 FROM access_head ORDER BY organization_id FOR UPDATE');
    await connection.query('UPDATE access_head SET revision = revision + $1::integer', [accessJump()]);
  }
  const heads: { environment_id: string }[] = await connection.query(
    `SELECT environment_id FROM environment_head WHERE $1::text IS NULL OR environment_id = $1
     ORDER BY environment_id FOR UPDATE`,
    [environmentId],
  );
  const ids = heads.map((head) => head.environment_id);
  await connection.query(
    `UPDATE environment_head h SET epoch = renewed.epoch
     FROM unnest($1::text[], $2::text[]) AS renewed(environment_id, epoch) WHERE h.environment_id = renewed.environment_id`,
    [ids, ids.map(newEpoch)],
  );
  return ids.length;
}

function accessJump(): number {
  return 1 + (randomBytes(4).readUInt32BE() % ACCESS_JUMP_MAX);
}

/** Creates an epoch for an environment whose revisions were restored or rewritten. */
export function newEpoch(): string {
  return randomBytes(12).toString('base64url');
}
