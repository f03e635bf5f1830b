import type { Connection } from '../../database/transaction';
import { EnvironmentEntity } from './environment-entity';

export async function insertEnvironment(connection: Connection, environment: EnvironmentEntity): Promise<void> {
  await connection.insert(EnvironmentEntity, environment);
}

export function findEnvironmentsByIds(connection: Connection, ids: readonly string[]): Promise<EnvironmentEntity[]> {
  return connection.createQueryBuilder(EnvironmentEntity, 'e').where('e.id = ANY(:ids)', { ids }).getMany();
}

/** In the order of each project. */
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
