import { groupRows } from '../../database/group-rows';
import type { Connection } from '../../database/transaction';
import { FlagUsageMinuteEntity } from './flag-usage-minute-entity';

/** Counts how often a flag served a variation in an environment within a minute. */
export interface MinuteCount {
  readonly environmentId: string;
  readonly flagKey: string;
  /** The salt of the flag that was evaluated. */
  readonly salt: string;
  /** Empty when the flag was in error and served none. */
  readonly variationKey: string;
  /** The time at which the minute began. */
  readonly minute: Date;
  readonly evaluations: number;
}

/**
 * Adds the counts, in one statement. Flags and environments that are gone are skipped, also where another flag has the key now:
 * a flag is known again by its salt, which snapshots have and ids they do not. So counts are lost that were waiting while a flag got a
 * new salt.
 */
export async function addCounts(connection: Connection, counts: readonly MinuteCount[]): Promise<void> {
  // Writes in the order of the keys, so that servers that write at once lock the rows in the same order.
  await connection.query(
    `WITH counted AS (
       SELECT f.id AS flag_id, e.id AS environment_id, c.minute, c.variation_key, c.evaluations
       FROM unnest($1::text[], $2::text[], $3::timestamptz[], $4::text[], $5::bigint[], $6::text[])
         AS c(environment_id, flag_key, minute, variation_key, evaluations, salt)
       JOIN environment e ON e.id = c.environment_id
       JOIN flag f ON f.project_id = e.project_id AND f.key = c.flag_key AND f.salt = c.salt
     ), minutes AS (
       INSERT INTO flag_usage_minute (flag_id, environment_id, minute, variation_key, evaluations)
       SELECT flag_id, environment_id, minute, variation_key, evaluations FROM counted ORDER BY 1, 2, 3, 4
       ON CONFLICT ON CONSTRAINT flag_usage_minute_pkey
       DO UPDATE SET evaluations = flag_usage_minute.evaluations + excluded.evaluations
     )
     INSERT INTO flag_usage (flag_id, environment_id, evaluations, last_evaluated_at)
     SELECT flag_id, environment_id, sum(evaluations), max(minute) FROM counted GROUP BY 1, 2 ORDER BY 1, 2
     ON CONFLICT ON CONSTRAINT flag_usage_pkey
     DO UPDATE SET evaluations = flag_usage.evaluations + excluded.evaluations,
       last_evaluated_at = greatest(flag_usage.last_evaluated_at, excluded.last_evaluated_at)`,
    [
      counts.map((count) => count.environmentId),
      counts.map((count) => count.flagKey),
      counts.map((count) => count.minute),
      counts.map((count) => count.variationKey),
      counts.map((count) => count.evaluations),
      counts.map((count) => count.salt),
    ],
  );
}

/** Deletes the minutes that began before. `flag_usage`, the sum of all time, stays. */
export async function purgeUsage(connection: Connection, before: Date): Promise<void> {
  await connection.createQueryBuilder().delete().from(FlagUsageMinuteEntity).where('minute < :before', { before }).execute();
}

export type UsageResolution = 'MINUTE' | 'HOUR' | 'DAY';

export interface UsageRequest {
  /** Inclusive: a minute may begin at this time. */
  readonly from: Date;
  /** Exclusive: each minute begins before this time. */
  readonly to: Date;
  readonly resolution: UsageResolution;
  /** The most points for each configuration. */
  readonly limit: number;
}

export interface ConfigurationKey {
  readonly flagId: string;
  readonly environmentId: string;
}

export interface UsagePoint extends ConfigurationKey {
  /** The time at which the minute, hour or day (UTC) began. */
  readonly at: Date;
  /** Empty for errors. */
  readonly variationKey: string;
  readonly evaluations: number;
}

/** Lists points, oldest first, then by variation: one list for each configuration, in the order of `keys`. */
export async function listUsage(
  connection: Connection,
  keys: readonly ConfigurationKey[],
  { from, to, resolution, limit }: UsageRequest,
): Promise<UsagePoint[][]> {
  const rows: (Omit<UsagePoint, 'evaluations'> & { readonly evaluations: string })[] = await connection.query(
    `SELECT k.flag_id AS "flagId", k.environment_id AS "environmentId", p.at, p.variation_key AS "variationKey", p.evaluations
     FROM unnest($1::text[], $2::text[]) AS k(flag_id, environment_id)
     CROSS JOIN LATERAL (
       SELECT date_trunc($3, m.minute, 'UTC') AS at, m.variation_key, sum(m.evaluations)::text AS evaluations
       FROM flag_usage_minute m
       WHERE m.flag_id = k.flag_id AND m.environment_id = k.environment_id AND m.minute >= $4 AND m.minute < $5
       GROUP BY 1, 2 ORDER BY 1, 2 LIMIT $6
     ) p
     ORDER BY 1, 2, 3, 4`,
    [keys.map(({ flagId }) => flagId), keys.map(({ environmentId }) => environmentId), resolution.toLowerCase(), from, to, limit],
  );
  const nameOf = ({ flagId, environmentId }: ConfigurationKey): string => `${flagId} ${environmentId}`;
  const points = groupRows(
    rows.map((row) => ({ ...row, evaluations: Number(row.evaluations) })),
    nameOf,
  );
  return keys.map((key) => points.get(nameOf(key)) ?? []);
}
