import type { Connection } from '../../database/transaction';
import { ProjectEntity } from './project-entity';

export async function insertProject(connection: Connection, project: ProjectEntity): Promise<void> {
  await connection.insert(ProjectEntity, project);
}

export function findProjectsByIds(connection: Connection, ids: readonly string[]): Promise<ProjectEntity[]> {
  return connection.createQueryBuilder(ProjectEntity, 'p').where('p.id = ANY(:ids)', { ids }).getMany();
}

export function findProjectByKey(connection: Connection, organizationId: string, key: string): Promise<ProjectEntity | null> {
  return connection.findOneBy(ProjectEntity, { organizationId, key });
}

/** First statement of every transaction that writes in a project: holds all other writers of the project off. */
export function lockProject(connection: Connection, id: string): Promise<ProjectEntity | null> {
  return connection.createQueryBuilder(ProjectEntity, 'p').where('p.id = :id', { id }).setLock('pessimistic_write').getOne();
}

/** By key, after `afterKey` (null: from the beginning). `ids` null: all of the organization. */
export function listProjects(
  connection: Connection,
  organizationId: string,
  ids: readonly string[] | null,
  afterKey: string | null,
  limit: number,
): Promise<ProjectEntity[]> {
  const query = connection
    .createQueryBuilder(ProjectEntity, 'p')
    .where('p.organizationId = :organizationId', { organizationId })
    .orderBy('p.key', 'ASC')
    .limit(limit);
  if (ids) query.andWhere('p.id = ANY(:ids)', { ids });
  if (afterKey !== null) query.andWhere('p.key > :afterKey', { afterKey });
  return query.getMany();
}
