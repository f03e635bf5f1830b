import type { Connection } from '../../database/transaction';
import { USE_INTERVAL_MS } from './access-rules';

/**
 * `uses` maps keys to the time of use in milliseconds since the epoch. Returns the keys whose rows another transaction
 * holds; they were not written, since waiting for them could deadlock.
 */
export async function writeKeyUses(connection: Connection, uses: ReadonlyMap<string, number>): Promise<string[]> {
  const rows = await connection.query<{ id: string }[]>(
    `WITH used AS (
       SELECT u.id, u.at FROM unnest($1::text[], $2::timestamptz[]) AS u (id, at) JOIN api_key k ON k.id = u.id
       WHERE k.last_used_at IS NULL OR k.last_used_at <= u.at - $3 * interval '1 millisecond'
     ), held AS (
       SELECT k.id FROM api_key k JOIN used USING (id) FOR NO KEY UPDATE OF k SKIP LOCKED
     ), written AS (
       UPDATE api_key k SET last_used_at = GREATEST(k.last_used_at, used.at) FROM used JOIN held USING (id)
       WHERE k.id = used.id RETURNING k.id
     )
     SELECT id FROM used EXCEPT SELECT id FROM written`,
    [[...uses.keys()], [...uses.values()].map((at) => new Date(at)), USE_INTERVAL_MS],
  );
  return rows.map(({ id }) => id);
}
