import type { Connection } from '../../database/transaction';
import { storable, unstorable } from '../../validation/input-rules';
import { EnvironmentEntity } from './environment-entity';

export async function insertEnvironment(connection: Connection, environment: EnvironmentEntity): Promise<void> {
  await connection.insert(EnvironmentEntity, environment);
}

export function findEnvironmentsByIds(connection: Connection, ids: readonly string[]): Promise<EnvironmentEntity[]> {
  return connection
    .createQueryBuilder(EnvironmentEntity, 'e')
    .where('e.id = ANY(:ids)', { ids: storable(ids) })
    .getMany();
}

export async function findEnvironmentByKey(
  connection: Connection,
  projectId: string,
  key: string,
): Promise<EnvironmentEntity | null> {
  if (unstorable(projectId) || unstorable(key)) return null;
  return connection.findOneBy(EnvironmentEntity, { projectId, key });
}

/** Ordered by position within each project. */
export function findEnvironmentsByProjectIds(
  connection: Connection,
  projectIds: readonly string[],
): Promise<EnvironmentEntity[]> {
  return connection
    .createQueryBuilder(EnvironmentEntity, 'e')
    .where('e.projectId = ANY(:projectIds)', { projectIds })
    .orderBy('e.position', 'ASC')
    .addOrderBy('e.key', 'ASC')
    .getMany();
}

/** Saves all but the position. Returns false, and writes nothing, when the version is not the expected one. */
export async function updateEnvironment(
  connection: Connection,
  environment: EnvironmentEntity,
  expectedVersion: number,
): Promise<boolean> {
  const { id, name, color, isProduction, requiredRole, version } = environment;
  const values = { name, color, isProduction, requiredRole, version };
  const { affected } = await connection.update(EnvironmentEntity, { id, version: expectedVersion }, values);
  return affected === 1;
}

/** Numbers these environments from 0 in the given order. */
export async function orderEnvironments(connection: Connection, ids: readonly string[]): Promise<void> {
  await connection.query(
    `UPDATE environment e SET position = o.position - 1
     FROM unnest($1::text[]) WITH ORDINALITY AS o(id, position) WHERE e.id = o.id AND e.position <> o.position - 1`,
    [ids],
  );
}

/** Deletes it with its configurations, keys, roles, revisions and head. */
export async function deleteEnvironment(connection: Connection, id: string): Promise<void> {
  await connection.delete(EnvironmentEntity, { id });
}
