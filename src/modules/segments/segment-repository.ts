import type { Connection } from '../../database/transaction';
import { SegmentEntity, type StoredSegmentRule } from './segment-entity';
import type { SegmentKeyEntity, SegmentList } from './segment-key-entity';

// TypeORM's partial of the recursive JSON type is too deep for the compiler.
const SEGMENT_TABLE: new () => object = SegmentEntity;

export async function insertSegment(connection: Connection, segment: SegmentEntity): Promise<void> {
  await connection.insert(SEGMENT_TABLE, segment);
}

/** Writes the segment when its row still has the version before; answers whether it did. */
export async function updateSegment(connection: Connection, next: SegmentEntity): Promise<boolean> {
  const { id, name, description, rules, version, updatedAt } = next;
  const result = await connection.update(
    SEGMENT_TABLE,
    { id, version: version - 1 },
    { name, description, rules, version, updatedAt },
  );
  return result.affected === 1;
}

export async function removeSegment(connection: Connection, id: string): Promise<void> {
  await connection.delete(SegmentEntity, { id });
}

export function findSegmentsByIds(connection: Connection, ids: readonly string[]): Promise<SegmentEntity[]> {
  return connection.createQueryBuilder(SegmentEntity, 's').where('s.id = ANY(:ids)', { ids }).getMany();
}

/** By key. */
export function findSegmentsByKeys(connection: Connection, projectId: string, keys: readonly string[]): Promise<SegmentEntity[]> {
  return connection
    .createQueryBuilder(SegmentEntity, 's')
    .where('s.projectId = :projectId AND s.key = ANY(:keys)', { projectId, keys })
    .orderBy('s.key')
    .getMany();
}

/** Key and rules of every segment of the project: what refers to what. */
export function findSegmentRules(
  connection: Connection,
  projectId: string,
): Promise<{ key: string; rules: StoredSegmentRule[] }[]> {
  return connection.query('SELECT key, rules FROM segment WHERE project_id = $1 ORDER BY key', [projectId]);
}

export function findAllSegments(connection: Connection, projectId: string): Promise<SegmentEntity[]> {
  return connection.findBy(SegmentEntity, { projectId });
}

export interface SegmentSearch {
  readonly projectId: string;
  /** Part of the key or name; null: all. */
  readonly text: string | null;
}

/** By key, after `afterKey` (null: from the beginning). */
export function listSegments(
  connection: Connection,
  search: SegmentSearch,
  afterKey: string | null,
  limit: number,
): Promise<SegmentEntity[]> {
  const query = searchQuery(connection, search).orderBy('s.key', 'ASC').limit(limit);
  if (afterKey !== null) query.andWhere('s.key > :afterKey', { afterKey });
  return query.getMany();
}

export function countSegments(connection: Connection, search: SegmentSearch): Promise<number> {
  return searchQuery(connection, search).getCount();
}

function searchQuery(connection: Connection, { projectId, text }: SegmentSearch) {
  const query = connection.createQueryBuilder(SegmentEntity, 's').where('s.projectId = :projectId', { projectId });
  // Not LIKE: a percent sign or underscore in the text means itself.
  if (text !== null) query.andWhere('strpos(lower(s.key || chr(10) || s.name), lower(:text)) > 0', { text });
  return query;
}

/** Targeting key -> list, for those of the keys that are in one. */
export async function findKeys(
  connection: Connection,
  segmentId: string,
  keys: readonly string[],
): Promise<Map<string, SegmentList>> {
  const rows: { targeting_key: string; list: SegmentList }[] = await connection.query(
    'SELECT targeting_key, list FROM segment_key WHERE segment_id = $1 AND targeting_key = ANY($2)',
    [segmentId, keys],
  );
  return new Map(rows.map((row) => [row.targeting_key, row.list]));
}

export async function insertKeys(
  connection: Connection,
  segmentId: string,
  list: SegmentList,
  keys: readonly string[],
): Promise<void> {
  await connection.query('INSERT INTO segment_key (segment_id, targeting_key, list) SELECT $1, unnest($2::text[]), $3', [
    segmentId,
    keys,
    list,
  ]);
}

export async function deleteKeys(connection: Connection, segmentId: string, keys: readonly string[]): Promise<void> {
  await connection.query('DELETE FROM segment_key WHERE segment_id = $1 AND targeting_key = ANY($2)', [segmentId, keys]);
}

/** In the order of the database's collation, after `afterKey` (null: from the beginning). */
export async function listKeys(
  connection: Connection,
  segmentId: string,
  list: SegmentList,
  afterKey: string | null,
  limit: number,
): Promise<string[]> {
  const rows: { targeting_key: string }[] = await connection.query(
    `SELECT targeting_key FROM segment_key
     WHERE segment_id = $1 AND list = $2 AND ($3::text IS NULL OR targeting_key > $3)
     ORDER BY targeting_key LIMIT $4`,
    [segmentId, list, afterKey, limit],
  );
  return rows.map((row) => row.targeting_key);
}

export interface KeyCounts {
  readonly included: number;
  readonly excluded: number;
}

/** Segment id -> how many keys are in its lists; segments without keys are left out. */
export async function countKeys(connection: Connection, segmentIds: readonly string[]): Promise<Map<string, KeyCounts>> {
  const rows: { segment_id: string; included: number; excluded: number }[] = await connection.query(
    `SELECT segment_id, (count(*) FILTER (WHERE list = 'INCLUDED'))::integer AS included,
            (count(*) FILTER (WHERE list = 'EXCLUDED'))::integer AS excluded
     FROM segment_key WHERE segment_id = ANY($1) GROUP BY segment_id`,
    [segmentIds],
  );
  return new Map(rows.map(({ segment_id, included, excluded }) => [segment_id, { included, excluded }]));
}

/** Every key of every segment of the project. */
export function findAllKeys(connection: Connection, projectId: string): Promise<SegmentKeyEntity[]> {
  return connection.query(
    `SELECT k.segment_id AS "segmentId", k.targeting_key AS "targetingKey", k.list
     FROM segment_key k JOIN segment s ON s.id = k.segment_id WHERE s.project_id = $1`,
    [projectId],
  );
}
