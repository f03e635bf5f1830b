import DataLoader from 'dataloader';
import { orderById } from '../../database/group-rows';
import type { Connection } from '../../database/transaction';
import type { ProjectEntity } from './project-entity';
import { findProjectsByIds } from './project-repository';

export interface ProjectLoaders {
  readonly project: DataLoader<string, ProjectEntity | null>;
}

export function createProjectLoaders(connection: Connection): ProjectLoaders {
  return { project: new DataLoader(async (ids) => orderById(await findProjectsByIds(connection, ids), ids)) };
}
