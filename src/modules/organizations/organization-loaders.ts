import DataLoader from 'dataloader';
import { orderById } from '../../database/group-rows';
import type { Connection } from '../../database/transaction';
import type { OrganizationEntity } from './organization-entity';
import { findOrganizationsByIds } from './organization-repository';

export interface OrganizationLoaders {
  readonly organization: DataLoader<string, OrganizationEntity | null>;
}

export function createOrganizationLoaders(connection: Connection): OrganizationLoaders {
  return {
    organization: new DataLoader(async (ids) => orderById(await findOrganizationsByIds(connection, ids), ids)),
  };
}
