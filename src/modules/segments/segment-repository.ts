import { orderById } from '../../database/group-rows';
import type { OwnerCount, PageRequest } from '../../database/page-loader';
import { foldText, hasSearchText, searchTextOf } from '../../database/search-text';
import type { Connection } from '../../database/transaction';
import { storable, unstorable } from '../../validation/input-rules';
import { SegmentEntity, type StoredSegmentRule } from './segment-entity';
import type { SegmentKeyEntity, SegmentList } from './segment-key-entity';

// The compiler cannot handle TypeORM's partial of the recursive JSON type.
const SEGMENT_TABLE: new () => object = SegmentEntity;

export async function insertSegment(connection: Connection, segment: SegmentEntity): Promise<void> {
  await connection.insert(SEGMENT_TABLE, { ...segment, searchText: searchTextOf(segment) });
}

/** Writes the segment if its row still has the previous version; returns whether it did. */
export async function updateSegment(connection: Connection, next: SegmentEntity): Promise<boolean> {
  const { id, name, description, rules, version, updatedAt } = next;
  const result = await connection.update(
    SEGMENT_TABLE,
    { id, version: version - 1 },
    { name, description, rules, version, updatedAt, searchText: searchTextOf(next) },
  );
  return result.affected === 1;
}

export async function removeSegment(connection: Connection, id: string): Promise<void> {
  await connection.delete(SegmentEntity, { id });
}

export function findSegmentsByIds(connection: Connection, ids: readonly string[]): Promise<SegmentEntity[]> {
  return connection
    .createQueryBuilder(SegmentEntity, 's')
    .where('s.id = ANY(:ids)', { ids: storable(ids) })
    .getMany();
}

export async function findSegmentByKey(connection: Connection, projectId: string, key: string): Promise<SegmentEntity | null> {
  if (unstorable(projectId) || unstorable(key)) return null;
  return connection.findOneBy(SegmentEntity, { projectId, key });
}

/** Ordered by key. */
export function findSegmentsByKeys(connection: Connection, projectId: string, keys: readonly string[]): Promise<SegmentEntity[]> {
  return connection
    .createQueryBuilder(SegmentEntity, 's')
    .where('s.projectId = :projectId AND s.key = ANY(:keys)', { projectId, keys: storable(keys) })
    .orderBy('s.key')
    .getMany();
}

/** Key and rules of every segment of the project, to find references. */
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
  /** The project's id. */
  readonly ownerId: string;
  /** Part of the key or name; empty: all. */
  readonly text: string;
}

const HAS_TEXT = hasSearchText('s', '$2');

/** Reads pages of several projects with two statements, ordered by key, after `position` (null: from the beginning). */
export async function listSegments(
  connection: Connection,
  requests: readonly SegmentSearch[],
  { text, position, limit }: SegmentSearch & PageRequest,
): Promise<SegmentEntity[]> {
  const rows: { id: string }[] = await connection.query(
    `SELECT page.id FROM unnest($1::text[]) AS p(id)
     CROSS JOIN LATERAL (
       SELECT s.id, s.key FROM segment s
       WHERE s.project_id = p.id AND ${HAS_TEXT} AND ($3::text IS NULL OR s.key > $3) ORDER BY s.key LIMIT $4
     ) page ORDER BY page.key`,
    [requests.map((request) => request.ownerId), foldText(text), position, limit],
  );
  const ids = rows.map((row) => row.id);
  return orderById(await findSegmentsByIds(connection, ids), ids).filter((segment) => segment !== null);
}

export function countSegments(
  connection: Connection,
  requests: readonly SegmentSearch[],
  { text }: SegmentSearch,
): Promise<OwnerCount[]> {
  return connection.query(
    `SELECT s.project_id AS "ownerId", count(*)::integer AS count FROM segment s
     WHERE s.project_id = ANY($1) AND ${HAS_TEXT} GROUP BY s.project_id`,
    [requests.map((request) => request.ownerId), foldText(text)],
  );
}

/** Targeting key -> list, for the keys that are in one. */
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

export interface KeyPage extends PageRequest {
  readonly list: SegmentList;
}

/** Reads pages of one list of several segments, ordered by UTF-8 bytes, after `position`. */
export function listKeys(
  connection: Connection,
  segmentIds: readonly string[],
  { list, position, limit }: KeyPage,
): Promise<{ segmentId: string; targetingKey: string }[]> {
  return connection.query(
    `SELECT s.id AS "segmentId", page.targeting_key AS "targetingKey" FROM unnest($1::text[]) AS s(id)
     CROSS JOIN LATERAL (
       SELECT k.targeting_key FROM segment_key k
       WHERE k.segment_id = s.id AND k.list = $2 AND ($3::text IS NULL OR k.targeting_key > $3)
       ORDER BY k.targeting_key LIMIT $4
     ) page ORDER BY page.targeting_key`,
    [segmentIds, list, position, limit],
  );
}

export interface KeyCounts {
  readonly included: number;
  readonly excluded: number;
}

/** Segment id -> number of keys in each list; segments without keys are left out. */
export async function countKeys(connection: Connection, segmentIds: readonly string[]): Promise<Map<string, KeyCounts>> {
  const rows: { segment_id: string; included: number; excluded: number }[] = await connection.query(
    `SELECT segment_id, (count(*) FILTER (WHERE list = 'INCLUDED'))::integer AS included,
            (count(*) FILTER (WHERE list = 'EXCLUDED'))::integer AS excluded
     FROM segment_key WHERE segment_id = ANY($1) GROUP BY segment_id`,
    [segmentIds],
  );
  return new Map(rows.map(({ segment_id, included, excluded }) => [segment_id, { included, excluded }]));
}

/** All keys of all segments of the project. */
export function findAllKeys(connection: Connection, projectId: string): Promise<SegmentKeyEntity[]> {
  return connection.query(
    `SELECT k.segment_id AS "segmentId", k.targeting_key AS "targetingKey", k.list
     FROM segment_key k JOIN segment s ON s.id = k.segment_id WHERE s.project_id = $1`,
    [projectId],
  );
}
