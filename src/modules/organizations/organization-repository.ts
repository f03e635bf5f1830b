import type { Connection } from '../../database/transaction';
import { OrganizationEntity } from './organization-entity';

export async function insertOrganization(connection: Connection, organization: OrganizationEntity): Promise<void> {
  await connection.insert(OrganizationEntity, organization);
}

export function findOrganizationsByIds(connection: Connection, ids: readonly string[]): Promise<OrganizationEntity[]> {
  return connection.createQueryBuilder(OrganizationEntity, 'o').where('o.id = ANY(:ids)', { ids }).getMany();
}

/** Locks the organization until the transaction ends; null when there is none. */
export function lockOrganization(connection: Connection, id: string): Promise<OrganizationEntity | null> {
  return connection.createQueryBuilder(OrganizationEntity, 'o').where('o.id = :id', { id }).setLock('pessimistic_write').getOne();
}

/** By key, after `afterKey` (null: from the beginning). */
export function listOrganizations(
  connection: Connection,
  ids: readonly string[],
  afterKey: string | null,
  limit: number,
): Promise<OrganizationEntity[]> {
  const query = connection
    .createQueryBuilder(OrganizationEntity, 'o')
    .where('o.id = ANY(:ids)', { ids })
    .orderBy('o.key', 'ASC')
    .limit(limit);
  if (afterKey !== null) query.andWhere('o.key > :afterKey', { afterKey });
  return query.getMany();
}
