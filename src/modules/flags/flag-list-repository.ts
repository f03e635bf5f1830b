/** Lists of flags: filter, order, paging, staleness. SQL in, rows out. */
import type { FlagValueType } from '../../evaluation';
import { foldText, hasSearchText } from '../../database/search-text';
import type { Connection } from '../../database/transaction';
import type { FlagEntity, FlagLifetime } from './flag-entity';
import { findFlagsByIds } from './flag-repository';

export type FlagOrder = 'KEY' | 'NAME' | 'CREATED_AT' | 'CHANGED_AT';
export type StaleReason = 'OFF_EVERYWHERE' | 'ROLLED_OUT' | 'NOT_EVALUATED';

/** Null or absent: no filter. */
export interface FlagFilter {
  readonly search?: string | null;
  readonly tags?: readonly string[] | null;
  readonly valueTypes?: readonly FlagValueType[] | null;
  readonly isArchived?: boolean | null;
  readonly ownerId?: string | null;
  readonly lifetime?: FlagLifetime | null;
  readonly changedSince?: Date | null;
  readonly isStale?: boolean | null;
}

export interface FlagListRequest {
  readonly filter: FlagFilter;
  readonly order: FlagOrder;
  /** The end of the page before: value of the sort column and id. Null: from the beginning. */
  readonly after: readonly [string, string] | null;
  readonly limit: number;
  /** The time against which staleness is measured. */
  readonly now: Date;
  /** The environments that changes, staleness and evaluations are read from; null: all. */
  readonly environmentIds: readonly string[] | null;
}

/** See `FlagListRequest`. */
type Measure = Pick<FlagListRequest, 'now' | 'environmentIds'>;

interface Sorting {
  readonly column: string;
  readonly type: string;
  readonly direction: 'ASC' | 'DESC';
}

const SORTINGS: Readonly<Record<FlagOrder, Sorting>> = {
  KEY: { column: 'f.key', type: 'text', direction: 'ASC' },
  NAME: { column: 'f.name', type: 'text', direction: 'ASC' },
  CREATED_AT: { column: 'f.created_at', type: 'timestamptz', direction: 'DESC' },
  CHANGED_AT: { column: 'f.changed_at', type: 'timestamptz', direction: 'DESC' },
};

/** SQL over `f` (flag). `environmentIds`: a placeholder; null: all. */
function changedAt(environmentIds: string | null): string {
  if (environmentIds === null) return 'f.changed_at';
  return `greatest(f.updated_at, (
    SELECT max(c.updated_at) FROM flag_configuration c WHERE c.flag_id = f.id AND c.environment_id = ANY(${environmentIds})
  ))`;
}

/** Value of the sort column, as text that PostgreSQL reads back exactly. */
export function sortValueOf(flag: FlagEntity, order: FlagOrder): string {
  switch (order) {
    case 'KEY':
      return flag.key;
    case 'NAME':
      return flag.name;
    case 'CREATED_AT':
      return flag.createdAt.toISOString();
    case 'CHANGED_AT':
      return flag.changedAt.toISOString();
  }
}

/** Whether a value has the form that `sortValueOf` gives; values that PostgreSQL cannot read must not reach it. */
export function isSortValue(value: unknown, order: FlagOrder): value is string {
  return typeof value === 'string' && (SORTINGS[order].type !== 'timestamptz' || isInstant(value));
}

function isInstant(text: string): boolean {
  const instant = new Date(text);
  return /^2\d{3}-/.test(text) && !Number.isNaN(instant.getTime()) && instant.toISOString() === text;
}

/** Collects parameters and numbers their placeholders. */
class Parameters {
  readonly values: unknown[] = [];

  add(value: unknown): string {
    this.values.push(value);
    return `$${this.values.length}`;
  }

  /** Returns null for null. */
  addIds(ids: readonly string[] | null): string | null {
    return ids === null ? null : `${this.add(ids)}::text[]`;
  }
}

/**
 * Reads one page per project, with two statements for all. When sorted by it, the flags have the `changedAt` that they are
 * sorted by.
 */
export async function listFlags(
  connection: Connection,
  projectIds: readonly string[],
  request: FlagListRequest,
): Promise<Map<string, FlagEntity[]>> {
  const parameters = new Parameters();
  const { type, direction, ...sorting } = SORTINGS[request.order];
  const isByChange = request.order === 'CHANGED_AT';
  const column = isByChange ? changedAt(parameters.addIds(request.environmentIds)) : sorting.column;
  const conditions = conditionsOf(projectIds, request, parameters);
  if (request.after) {
    const [value, id] = request.after.map((part) => parameters.add(part));
    conditions.push(`(${column}, f.id) ${direction === 'ASC' ? '>' : '<'} (${value}::${type}, ${id})`);
  }
  const ranked: { id: string; project_id: string; changed_at: Date }[] = await connection.query(
    `SELECT id, project_id, changed_at FROM (
       SELECT f.id, f.project_id, ${isByChange ? column : 'f.changed_at'} AS changed_at,
              row_number() OVER (PARTITION BY f.project_id ORDER BY ${column} ${direction}, f.id ${direction}) AS position
       FROM flag f JOIN project p ON p.id = f.project_id WHERE ${conditions.join(' AND ')}
     ) ranked WHERE position <= ${parameters.add(request.limit)} ORDER BY project_id, position`,
    parameters.values,
  );
  const rows = await findFlagsByIds(
    connection,
    ranked.map((row) => row.id),
  );
  const byId = new Map(rows.map((flag) => [flag.id, flag]));
  const pages = new Map<string, FlagEntity[]>(projectIds.map((id) => [id, []]));
  for (const { id, project_id, changed_at } of ranked) {
    const flag = byId.get(id);
    if (flag) pages.get(project_id)?.push({ ...flag, changedAt: changed_at });
  }
  return pages;
}

/** Project id -> number of flags that match the filter. */
export async function countFlags(
  connection: Connection,
  projectIds: readonly string[],
  request: Measure & Pick<FlagListRequest, 'filter'>,
): Promise<Map<string, number>> {
  const parameters = new Parameters();
  const conditions = conditionsOf(projectIds, request, parameters);
  const rows: { project_id: string; count: number }[] = await connection.query(
    `SELECT f.project_id, count(*)::integer AS count FROM flag f JOIN project p ON p.id = f.project_id
     WHERE ${conditions.join(' AND ')} GROUP BY f.project_id`,
    parameters.values,
  );
  return new Map(rows.map((row) => [row.project_id, row.count]));
}

/** Flag id -> reason why it is stale; other flags are left out. */
export async function findStaleReasons(
  connection: Connection,
  flagIds: readonly string[],
  { now, environmentIds }: Measure,
): Promise<Map<string, StaleReason>> {
  const parameters = new Parameters();
  const ids = parameters.add(flagIds);
  const rows: { id: string; reason: StaleReason | null }[] = await connection.query(
    `SELECT f.id, ${staleReason(parameters.add(now), parameters.addIds(environmentIds))} AS reason
     FROM flag f JOIN project p ON p.id = f.project_id WHERE f.id = ANY(${ids})`,
    parameters.values,
  );
  return new Map(rows.flatMap(({ id, reason }) => (reason === null ? [] : [[id, reason] as const])));
}

/** Flag id -> last change of it or of its configuration in one of these environments (null: in any). */
export async function findChangedAt(
  connection: Connection,
  flagIds: readonly string[],
  environmentIds: readonly string[] | null,
): Promise<Map<string, Date>> {
  const parameters = new Parameters();
  const ids = parameters.add(flagIds);
  const rows: { id: string; at: Date }[] = await connection.query(
    `SELECT f.id, ${changedAt(parameters.addIds(environmentIds))} AS at FROM flag f WHERE f.id = ANY(${ids})`,
    parameters.values,
  );
  return new Map(rows.map(({ id, at }) => [id, at]));
}

function conditionsOf(
  projectIds: readonly string[],
  { filter, now, environmentIds }: Measure & Pick<FlagListRequest, 'filter'>,
  parameters: Parameters,
): string[] {
  const conditions = [`f.project_id = ANY(${parameters.add(projectIds)})`];
  const add = (value: unknown, condition: (placeholder: string) => string): void => {
    if (value !== null && value !== undefined) conditions.push(condition(parameters.add(value)));
  };
  add(filter.search && foldText(filter.search), (text) => hasSearchText('f', text));
  add(filter.tags, (tags) => `f.tags @> ${tags}::text[]`);
  add(filter.valueTypes, (types) => `f.value_type = ANY(${types})`);
  add(filter.isArchived, (isArchived) => `f.is_archived = ${isArchived}`);
  add(filter.ownerId, (ownerId) => `f.owner_id = ${ownerId}`);
  add(filter.lifetime, (lifetime) => `f.lifetime = ${lifetime}`);
  add(filter.changedSince, (since) => `${changedAt(parameters.addIds(environmentIds))} >= ${since}`);
  if (typeof filter.isStale === 'boolean') {
    const reason = staleReason(parameters.add(now), parameters.addIds(environmentIds));
    conditions.push(`(${reason}) IS ${filter.isStale ? 'NOT NULL' : 'NULL'}`);
  }
  return conditions;
}

/** SQL over `f` (flag) and `p` (project): a StaleReason or null. `environmentIds`: a placeholder; null: all. */
function staleReason(now: string, environmentIds: string | null): string {
  const cutoff = `(${now}::timestamptz - make_interval(days => p.stale_after_days))`;
  const isOld = `${changedAt(environmentIds)} < ${cutoff}`;
  const counts = (column: string): string => (environmentIds === null ? 'TRUE' : `${column} = ANY(${environmentIds})`);
  return `CASE
    WHEN f.is_archived OR f.lifetime <> 'TEMPORARY' THEN NULL
    WHEN ${isOld} AND NOT EXISTS (
      SELECT 1 FROM flag_configuration c WHERE c.flag_id = f.id AND c.is_enabled AND ${counts('c.environment_id')}
    ) THEN 'OFF_EVERYWHERE'
    WHEN ${isOld} AND (
      SELECT count(DISTINCT coalesce(c.fallthrough->>'variation', e.id)) = 1 AND bool_and(coalesce(
        c.is_enabled AND c.rules = '[]' AND c.targets = '[]' AND c.prerequisites = '[]' AND c.fallthrough ? 'variation', false))
      FROM environment e LEFT JOIN flag_configuration c ON c.environment_id = e.id AND c.flag_id = f.id
      WHERE e.project_id = f.project_id AND ${counts('e.id')}
    ) THEN 'ROLLED_OUT'
    WHEN (
      SELECT max(u.last_evaluated_at) FROM flag_usage u WHERE u.flag_id = f.id AND ${counts('u.environment_id')}
    ) < ${cutoff} THEN 'NOT_EVALUATED'
  END`;
}
