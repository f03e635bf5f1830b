import type { Connection } from '../../database/transaction';
import { unstorable } from '../../validation/input-rules';
import { OrganizationEntity } from './organization-entity';

export async function insertOrganization(connection: Connection, organization: OrganizationEntity): Promise<void> {
  await connection.insert(OrganizationEntity, organization);
}

/** Returns false, and writes nothing, when the version is not the expected one. */
export async function updateOrganization(
  connection: Connection,
  organization: OrganizationEntity,
  expectedVersion: number,
): Promise<boolean> {
  const { id, name, version } = organization;
  const { affected } = await connection.update(OrganizationEntity, { id, version: expectedVersion }, { name, version });
  return affected === 1;
}

/**
 * Locks all projects of a locked organization, in id order, and returns the ids of their environments. A deletion does so
 * first, because a writer that holds one of the projects may still need the organization's row for a foreign key.
 */
export async function lockProjectsOfOrganization(connection: Connection, id: string): Promise<string[]> {
  await connection.query('SELECT 1 FROM project WHERE organization_id = $1 ORDER BY id FOR UPDATE', [id]);
  const rows = await connection.query<{ id: string }[]>(
    'SELECT e.id FROM environment e JOIN project p ON p.id = e.project_id WHERE p.organization_id = $1 ORDER BY e.id',
    [id],
  );
  return rows.map((row) => row.id);
}

/** Deletes it with everything that it owns. */
export async function deleteOrganization(connection: Connection, id: string): Promise<void> {
  await connection.delete(OrganizationEntity, { id });
}

export function findOrganizationsByIds(connection: Connection, ids: readonly string[]): Promise<OrganizationEntity[]> {
  return connection.createQueryBuilder(OrganizationEntity, 'o').where('o.id = ANY(:ids)', { ids }).getMany();
}

export function findOrganizationByKey(connection: Connection, key: string): Promise<OrganizationEntity | null> {
  return connection.findOneBy(OrganizationEntity, { key });
}

/**
 * Locks the organization until the transaction ends; null when it does not exist. Blocks other writers of members and
 * roles, but not foreign keys of rows that refer to it (FOR NO KEY UPDATE): a writer that holds a project would wait for
 * this lock while its holder waits for the project.
 */
export async function lockOrganization(connection: Connection, id: string): Promise<OrganizationEntity | null> {
  if (unstorable(id)) return null;
  return connection.createQueryBuilder(OrganizationEntity, 'o').where('o.id = :id', { id }).setLock('for_no_key_update').getOne();
}

/** Ordered by key, after `afterKey` (null: from the beginning). */
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
