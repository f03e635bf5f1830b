import type { OwnerCount } from '../../database/page-loader';
import { foldText, hasSearchText, searchTextOf } from '../../database/search-text';
import type { Connection } from '../../database/transaction';
import type { Guard } from '../access/authorize';
import { unstorable } from '../../validation/input-rules';
import { ProjectEntity } from './project-entity';

export async function insertProject(connection: Connection, project: ProjectEntity): Promise<void> {
  await connection.insert(ProjectEntity, { ...project, searchText: searchTextOf(project) });
}

export function findProjectsByIds(connection: Connection, ids: readonly string[]): Promise<ProjectEntity[]> {
  return connection.createQueryBuilder(ProjectEntity, 'p').where('p.id = ANY(:ids)', { ids }).getMany();
}

export function findProjectByKey(connection: Connection, organizationId: string, key: string): Promise<ProjectEntity | null> {
  return connection.findOneBy(ProjectEntity, { organizationId, key });
}

/**
 * First statement of every transaction that writes in a project. Blocks all other writers of the project, but not foreign
 * keys of rows that refer to it (FOR NO KEY UPDATE), because a transaction that gives a role on the project holds the
 * organization.
 */
export async function lockProject(connection: Connection, id: string): Promise<ProjectEntity | null> {
  if (unstorable(id)) return null;
  return connection.createQueryBuilder(ProjectEntity, 'p').where('p.id = :id', { id }).setLock('for_no_key_update').getOne();
}

/** Returns false, and writes nothing, when the version is not the expected one. */
export async function updateProject(connection: Connection, project: ProjectEntity, expectedVersion: number): Promise<boolean> {
  const { id, name, description, staleAfterDays, version } = project;
  const values = { name, description, staleAfterDays, version, searchText: searchTextOf(project) };
  const { affected } = await connection.update(ProjectEntity, { id, version: expectedVersion }, values);
  return affected === 1;
}

/** Deletes it with everything that it owns; returns the ids of its deleted environments. */
export async function deleteProject(connection: Connection, id: string): Promise<string[]> {
  const rows = await connection.query<{ id: string }[]>('SELECT id FROM environment WHERE project_id = $1 ORDER BY id', [id]);
  await connection.delete(ProjectEntity, { id });
  return rows.map((row) => row.id);
}

/** The environments of the project that require a role. */
export function findGuards(connection: Connection, projectId: string): Promise<Guard[]> {
  return connection.query<Guard[]>(
    'SELECT key, required_role AS "requiredRole" FROM environment WHERE project_id = $1 AND required_role IS NOT NULL',
    [projectId],
  );
}

/** Selects projects of one organization. */
export interface ProjectSearch {
  readonly ownerId: string;
  /** Null: all of the organization. */
  readonly ids: readonly string[] | null;
  /** Part of the key or name, in any case. Empty: all. */
  readonly text: string;
}

export interface ProjectPage extends ProjectSearch {
  /** Key after which the page begins. */
  readonly position: string | null;
  readonly limit: number;
}

/** Pages of several organizations whose requests differ only in owner and ids; each ordered by key. */
export function listProjects(
  connection: Connection,
  searches: readonly ProjectSearch[],
  { text, position, limit }: ProjectPage,
): Promise<ProjectEntity[]> {
  const page = connection
    .createQueryBuilder(ProjectEntity, 'p')
    .select('p.id')
    .where(`p.organizationId = o.id AND ${VISIBLE} AND ${MATCHING}`)
    .andWhere('(CAST(:position AS text) IS NULL OR p.key > :position)')
    .orderBy('p.key')
    .limit(limit);
  return connection
    .createQueryBuilder(ProjectEntity, 'p')
    .where(`p.id IN (SELECT x.p_id FROM ${OWNERS} CROSS JOIN LATERAL (${page.getQuery()}) x)`)
    .setParameters({ ...ownersOf(searches), text: foldText(text), position })
    .orderBy('p.key')
    .getMany();
}

export function countProjects(
  connection: Connection,
  searches: readonly ProjectSearch[],
  { text }: ProjectSearch,
): Promise<OwnerCount[]> {
  return connection
    .createQueryBuilder(ProjectEntity, 'p')
    .innerJoin(`(SELECT * FROM ${OWNERS})`, 'o', 'p.organizationId = o.id')
    .select('o.id', 'ownerId')
    .addSelect('CAST(count(*) AS integer)', 'count')
    .where(`${VISIBLE} AND ${MATCHING}`)
    .setParameters({ ...ownersOf(searches), text: foldText(text) })
    .groupBy('o.id')
    .getRawMany();
}

const OWNERS = 'unnest(CAST(:ownerIds AS text[]), CAST(:wholes AS boolean[])) AS o(id, is_whole)';
const VISIBLE = '(o.is_whole OR p.id = ANY(:ids))';
const MATCHING = hasSearchText('p', ':text');

function ownersOf(searches: readonly ProjectSearch[]): object {
  return {
    ownerIds: searches.map(({ ownerId }) => ownerId),
    wholes: searches.map(({ ids }) => ids === null),
    ids: searches.flatMap(({ ids }) => ids ?? []),
  };
}
