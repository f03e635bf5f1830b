import DataLoader from 'dataloader';
import { groupRows, orderById } from '../../database/group-rows';
import type { Connection } from '../../database/transaction';
import { findEnvironmentHeads } from '../changes/change-repository';
import type { EnvironmentRevision } from '../changes/head-repository';
import type { EnvironmentEntity } from './environment-entity';
import { findEnvironmentsByIds, findEnvironmentsByProjectIds } from './environment-repository';

export interface EnvironmentLoaders {
  readonly environment: DataLoader<string, EnvironmentEntity | null>;
  /** Ordered by position; includes those that the actor may not see. */
  readonly environmentsOfProject: DataLoader<string, EnvironmentEntity[]>;
  /** Null when the environment does not exist. */
  readonly environmentHead: DataLoader<string, EnvironmentRevision | null>;
}

export function createEnvironmentLoaders(connection: Connection): EnvironmentLoaders {
  return {
    environment: new DataLoader(async (ids) => orderById(await findEnvironmentsByIds(connection, ids), ids)),
    environmentsOfProject: new DataLoader(async (projectIds) => {
      const rows = groupRows(await findEnvironmentsByProjectIds(connection, projectIds), (row) => row.projectId);
      return projectIds.map((id) => rows.get(id) ?? []);
    }),
    environmentHead: new DataLoader(async (ids) => {
      const heads = new Map((await findEnvironmentHeads(connection, ids)).map((head) => [head.environmentId, head]));
      return ids.map((id) => heads.get(id) ?? null);
    }),
  };
}
