import { MoreThan } from 'typeorm';
import type { Connection } from '../../database/transaction';
import type { IdempotencyClaim } from '../access/actor';
import { IdempotencyRecordEntity } from './idempotency-record-entity';

export const IDEMPOTENCY_LIFETIME_MS = 24 * 3_600_000;

/**
 * Takes the claim for this transaction; answers null when this transaction has it now, or else the record that stands against it:
 * that of the same mutation, sent earlier, or one of another request under the same key. Waits for transactions that have a
 * claim of the same actor and key.
 */
export async function takeClaim(
  connection: Connection,
  actorId: string,
  claim: IdempotencyClaim,
  now: Date,
): Promise<IdempotencyRecordEntity | null> {
  const ofKey = { actorId, idempotencyKey: claim.key };
  await connection.query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`idempotency ${actorId} ${claim.key}`]);
  const start = new Date(now.getTime() - IDEMPOTENCY_LIFETIME_MS);
  const records = await connection.findBy(IdempotencyRecordEntity, { ...ofKey, createdAt: MoreThan(start) });
  const field = fieldOf(claim);
  const standing =
    records.find((record) => record.field === field) ?? records.find(({ digest }) => !claim.ofOperation.includes(digest));
  if (standing) return standing;
  await connection.query(
    `INSERT INTO idempotency_record AS r (actor_id, idempotency_key, field, digest, sealed_result, created_at)
     VALUES ($1, $2, $3, $4, NULL, $5)
     ON CONFLICT (actor_id, idempotency_key, field) DO UPDATE
       SET digest = excluded.digest, sealed_result = NULL, created_at = excluded.created_at`,
    [actorId, claim.key, field, claim.digest, now],
  );
  return null;
}

/** Names the claim among those of its key: the same mutation may stand in a request several times, and each is one. */
function fieldOf({ digest, repetition }: IdempotencyClaim): string {
  return repetition === 0 ? digest : `${digest} ${repetition + 1}`;
}

export async function keepResult(
  connection: Connection,
  actorId: string,
  claim: IdempotencyClaim,
  sealedResult: string,
): Promise<void> {
  await connection.update(
    IdempotencyRecordEntity,
    { actorId, idempotencyKey: claim.key, field: fieldOf(claim) },
    { sealedResult },
  );
}

/** Deletes expired claims; answers how many. */
export async function purgeClaims(connection: Connection, now: Date): Promise<number> {
  const result = await connection
    .createQueryBuilder()
    .delete()
    .from(IdempotencyRecordEntity)
    .where('created_at <= :end', { end: new Date(now.getTime() - IDEMPOTENCY_LIFETIME_MS) })
    .execute();
  return result.affected ?? 0;
}

export type ClaimKey = Pick<IdempotencyRecordEntity, 'actorId' | 'idempotencyKey' | 'field'>;

/** Lists the results kept since then, in the order of their keys, after the given key (null: from the beginning). */
export function listKeptResults(
  connection: Connection,
  since: Date,
  after: ClaimKey | null,
  limit: number,
): Promise<IdempotencyRecordEntity[]> {
  const query = connection
    .createQueryBuilder(IdempotencyRecordEntity, 'r')
    .where('r.createdAt >= :since AND r.sealedResult IS NOT NULL', { since })
    .orderBy({ 'r.actorId': 'ASC', 'r.idempotencyKey': 'ASC', 'r.field': 'ASC' })
    .limit(limit);
  if (after) query.andWhere('(r.actorId, r.idempotencyKey, r.field) > (:actorId, :idempotencyKey, :field)', { ...after });
  return query.getMany();
}

export async function deleteClaims(connection: Connection, claims: readonly ClaimKey[]): Promise<void> {
  await connection.query(
    `DELETE FROM idempotency_record r USING unnest($1::text[], $2::text[], $3::text[]) AS e(actor_id, idempotency_key, field)
     WHERE r.actor_id = e.actor_id AND r.idempotency_key = e.idempotency_key AND r.field = e.field`,
    [claims.map(({ actorId }) => actorId), claims.map((claim) => claim.idempotencyKey), claims.map(({ field }) => field)],
  );
}
