import type { Connection } from '../../database/transaction';
import type { Visibility } from '../access/visibility';
import { ChangeBodyEntity } from './change-body-entity';
import { ChangeEntity } from './change-entity';
import type { ChangeKind, SubjectKind } from './change-kinds';
import { ACCESS_SUBJECTS } from './change-rules';
import type { FlagEvent } from './flag-event';
import type { EnvironmentRevision } from './head-repository';
import { AccessHeadEntity, type AuditHeadEntity, EnvironmentHeadEntity } from './head-entities';

export async function insertEnvironmentHead(connection: Connection, head: EnvironmentHeadEntity): Promise<void> {
  await connection.insert(EnvironmentHeadEntity, head);
}

export async function insertAccessHead(connection: Connection, organizationId: string): Promise<void> {
  await connection.insert(AccessHeadEntity, { organizationId, revision: 0 });
}

/** The events that are sent to an environment with its next revision. */
export interface NextRevision {
  readonly environmentId: string;
  readonly events: readonly FlagEvent[];
}

/** The change that makes revisions. */
export interface RevisionCause {
  readonly changeId: string;
  readonly now: Date;
  /** The trace of its request; null when it is not traced. */
  readonly traceParent: string | null;
}

/**
 * Raises the revision of each environment by 1 and inserts the row with the events of the new revision; answers the new
 * revisions in id order. Heads are locked in id order, so that two writers never deadlock. A row never has an earlier time
 * than the row before it; the caller's lock of the project keeps other transactions from adding one meanwhile.
 */
export async function raiseEnvironmentHeads(
  connection: Connection,
  { changeId, now, traceParent }: RevisionCause,
  next: readonly NextRevision[],
): Promise<EnvironmentRevision[]> {
  const environmentIds = next.map(({ environmentId }) => environmentId);
  if (next.length > 1) {
    await connection.query('SELECT 1 FROM environment_head WHERE environment_id = ANY($1) ORDER BY environment_id FOR UPDATE', [
      environmentIds,
    ]);
  }
  return connection.query(
    `WITH raised AS (
       UPDATE environment_head h SET revision = h.revision + 1
       FROM unnest($1::text[], $2::text[]) AS sent(environment_id, events)
       WHERE h.environment_id = sent.environment_id
       RETURNING h.environment_id, h.epoch, h.revision, sent.events
     ), written AS (
       INSERT INTO environment_revision (environment_id, revision, epoch, change_id, events, created_at, trace_parent)
       SELECT raised.environment_id, raised.revision, raised.epoch, $3, raised.events::json, GREATEST($4, earlier.created_at), $5
       FROM raised LEFT JOIN environment_revision earlier
         ON earlier.environment_id = raised.environment_id AND earlier.revision = raised.revision - 1
     )
     SELECT environment_id AS "environmentId", epoch, revision FROM raised ORDER BY environment_id`,
    [environmentIds, next.map(({ events }) => JSON.stringify(events)), changeId, now, traceParent],
  );
}

export async function raiseAccessHead(connection: Connection, organizationId: string): Promise<void> {
  await connection.query('UPDATE access_head SET revision = revision + 1 WHERE organization_id = $1', [organizationId]);
}

/** Finds the heads of these environments; environments that are gone are left out. */
export function findEnvironmentHeads(connection: Connection, environmentIds: readonly string[]): Promise<EnvironmentRevision[]> {
  return connection.query(
    'SELECT environment_id AS "environmentId", epoch, revision FROM environment_head WHERE environment_id = ANY($1)',
    [environmentIds],
  );
}

/** Locks the end of a chain until the transaction ends; creates the head of a new chain. */
export async function lockAuditHead(connection: Connection, organizationId: string): Promise<AuditHeadEntity> {
  const rows: AuditHeadEntity[] = await connection.query(
    `INSERT INTO audit_head (organization_id, sequence, hash) VALUES ($1, 0, '')
     ON CONFLICT (organization_id) DO UPDATE SET sequence = audit_head.sequence
     RETURNING organization_id AS "organizationId", sequence, hash`,
    [organizationId],
  );
  return rows[0] as AuditHeadEntity;
}

/** Appends a change to its chain and moves the end of the chain, which the caller has locked. */
export async function appendChange(
  connection: Connection,
  change: ChangeEntity,
  bodies: readonly ChangeBodyEntity[],
): Promise<void> {
  await connection.query(
    `WITH moved AS (
       UPDATE audit_head SET sequence = $1, hash = $2 WHERE organization_id = $3
     ), appended AS (
       INSERT INTO change SELECT * FROM json_populate_record(NULL::change, $4::json)
     )
     INSERT INTO change_body SELECT * FROM json_populate_recordset(NULL::change_body, $5::json)`,
    [
      change.sequence,
      change.hash,
      change.organizationId,
      JSON.stringify(columnsOf(connection, ChangeEntity, change)),
      JSON.stringify(bodies.map((body) => columnsOf(connection, ChangeBodyEntity, body))),
    ],
  );
}

/** Maps the names of the columns to the values of a row. */
function columnsOf<Row extends object>(connection: Connection, table: new () => Row, row: Row): Record<string, unknown> {
  const { columns } = connection.dataSource.getMetadata(table);
  return Object.fromEntries(columns.map((column) => [column.databaseName, row[column.propertyName as keyof Row]]));
}

/** A field that is null or absent does not restrict the search. Exactly one of `projectId` and `organizationId` is given. */
export interface ChangeSearch {
  readonly projectId?: string;
  readonly organizationId?: string;
  readonly kinds?: readonly ChangeKind[] | null;
  readonly subjectKinds?: readonly SubjectKind[] | null;
  /** Finds changes of this thing and of the things that have it as parent. */
  readonly subjectId?: string | null;
  readonly environmentId?: string | null;
  readonly actorId?: string | null;
  readonly from?: Date | null;
  /** Exclusive. */
  readonly to?: Date | null;
}

export interface SequencePage {
  /** Null: from the newest. */
  readonly beforeSequence: string | null;
  readonly limit: number;
}

const ACCESS_KINDS = ACCESS_SUBJECTS.map((kind) => `'${kind}'`).join(', ');

/** Expresses `isVisibleItem` as SQL over `b` (change_body). The placeholder stands for `visibility.environmentIds`. */
function visibleBody({ environmentIds, seesAccess }: Visibility, placeholder: string): string {
  const ofEnvironments = `(b.environment_id IS NULL OR b.environment_id = ANY(CAST(${placeholder} AS text[])))`;
  const ofAccess = `b.subject_kind NOT IN (${ACCESS_KINDS})`;
  return `${environmentIds === null ? 'TRUE' : ofEnvironments} AND ${seesAccess ? 'TRUE' : ofAccess}`;
}

/** Answers the parameter only when the statement names it: PostgreSQL refuses one that is not named. */
function idsOf({ environmentIds }: Visibility): (readonly string[])[] {
  return environmentIds === null ? [] : [environmentIds];
}

/**
 * Lists changes, newest first, from before `beforeSequence` (null: from the end). It lists only changes with at least one
 * visible item; the conditions of the search on items apply to visible items only.
 */
export async function listChanges(
  connection: Connection,
  search: ChangeSearch,
  visibility: Visibility,
  { beforeSequence, limit }: SequencePage,
): Promise<ChangeEntity[]> {
  // Without this the statement would walk through all changes to find none.
  if (search.environmentId && visibility.environmentIds?.includes(search.environmentId) === false) return [];
  const query = connection.createQueryBuilder(ChangeEntity, 'c').orderBy('c.sequence', 'DESC').limit(limit);
  const add = (name: string, value: unknown, condition: string): void => {
    if (value !== null && value !== undefined) query.andWhere(condition, { [name]: value });
  };
  const isVisible = visibleBody(visibility, ':visibleIds');
  const hasItem = (condition: string): string =>
    `EXISTS (SELECT 1 FROM change_body b WHERE b.change_id = c.id AND (${condition}) AND ${isVisible})`;
  // A project lies within one chain; without a project the whole chain is searched.
  if (search.projectId === undefined) query.where('c.organizationId = :organizationId', search);
  else query.where('c.projectId = :projectId', search);
  add('beforeSequence', beforeSequence, 'c.sequence < :beforeSequence');
  add('kinds', search.kinds, 'c.kind = ANY(:kinds)');
  add('actorId', search.actorId, 'c.actorId = :actorId');
  add('from', search.from, 'c.createdAt >= :from');
  add('to', search.to, 'c.createdAt < :to');
  add('subjectKinds', search.subjectKinds, hasItem('b.subject_kind = ANY(:subjectKinds)'));
  add('subjectId', search.subjectId, hasItem('b.subject_id = :subjectId OR b.parent_id = :subjectId'));
  add('environmentId', search.environmentId, hasItem('b.environment_id = :environmentId'));
  if (visibility.environmentIds !== null || !visibility.seesAccess) query.andWhere(hasItem('TRUE'));
  return query.setParameters({ visibleIds: visibility.environmentIds }).getMany();
}

/**
 * Lists a page of the history of each of several things by two statements, newest first, from before `beforeSequence`
 * (null: from the end). It lists only changes with a visible item of the thing.
 */
export async function listHistories(
  connection: Connection,
  subjectIds: readonly string[],
  visibility: Visibility,
  { beforeSequence, limit }: SequencePage,
): Promise<(ChangeEntity & { readonly historyOf: string })[]> {
  const rows: { subject: string; id: string }[] = await connection.query(
    `SELECT s.subject, page.id FROM unnest($1::text[]) AS s(subject)
     CROSS JOIN LATERAL (
       SELECT DISTINCT c.sequence, c.id FROM change_body b JOIN change c ON c.id = b.change_id
       WHERE (b.subject_id = s.subject OR b.parent_id = s.subject) AND ($2::bigint IS NULL OR c.sequence < $2)
         AND ${visibleBody(visibility, '$4')}
       ORDER BY c.sequence DESC LIMIT $3
     ) page ORDER BY s.subject, page.sequence DESC`,
    [subjectIds, beforeSequence, limit, ...idsOf(visibility)],
  );
  const changes = await findChangesByIds(connection, [...new Set(rows.map((row) => row.id))]);
  const byId = new Map(changes.map((change) => [change.id, change]));
  return rows.flatMap(({ subject, id }) => {
    const change = byId.get(id);
    return change ? [{ ...change, historyOf: subject }] : [];
  });
}

export function findChangesByIds(connection: Connection, ids: readonly string[]): Promise<ChangeEntity[]> {
  return connection.createQueryBuilder(ChangeEntity, 'c').where('c.id = ANY(:ids)', { ids }).getMany();
}

/** Finds the bodies of these changes, in the order of each change. */
export function findBodiesByChangeIds(connection: Connection, changeIds: readonly string[]): Promise<ChangeBodyEntity[]> {
  return connection
    .createQueryBuilder(ChangeBodyEntity, 'b')
    .where('b.changeId = ANY(:changeIds)', { changeIds })
    .orderBy('b.changeId')
    .addOrderBy('b.position')
    .getMany();
}

/** Finds the newest change of the thing itself (not of things that have it as parent). Null when none is recorded. */
export function findLastChange(connection: Connection, subjectId: string): Promise<ChangeEntity | null> {
  return connection
    .createQueryBuilder(ChangeEntity, 'c')
    .innerJoin(ChangeBodyEntity, 'b', 'b.changeId = c.id')
    .where('b.subjectId = :subjectId', { subjectId })
    .orderBy('c.sequence', 'DESC')
    .limit(1)
    .getOne();
}

/** Finds the body of the change that gave a thing this version. Null when that is not on record. */
export function findBodyOfVersion(connection: Connection, subjectId: string, version: number): Promise<ChangeBodyEntity | null> {
  return connection.findOneBy(ChangeBodyEntity, { subjectId, version });
}

/** Maps each thing to its newest visible change, its own or one of a thing that has it as parent. */
export async function findLastChanges(
  connection: Connection,
  subjectIds: readonly string[],
  visibility: Visibility,
): Promise<Map<string, ChangeEntity>> {
  const rows: { subject: string; change_id: string }[] = await connection.query(
    `SELECT s.subject, last.change_id FROM unnest($1::text[]) AS s(subject)
     CROSS JOIN LATERAL (
       SELECT b.change_id FROM change_body b JOIN change c ON c.id = b.change_id
       WHERE (b.subject_id = s.subject OR b.parent_id = s.subject) AND ${visibleBody(visibility, '$2')}
       ORDER BY c.sequence DESC LIMIT 1
     ) last`,
    [subjectIds, ...idsOf(visibility)],
  );
  const changes = await findChangesByIds(
    connection,
    rows.map((row) => row.change_id),
  );
  const byId = new Map(changes.map((change) => [change.id, change]));
  return new Map(
    rows.flatMap((row) => {
      const change = byId.get(row.change_id);
      return change ? [[row.subject, change] as const] : [];
    }),
  );
}
