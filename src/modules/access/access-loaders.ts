import DataLoader from 'dataloader';
import { groupRows, orderById } from '../../database/group-rows';
import type { Connection } from '../../database/transaction';
import { findApiKeysByEnvironmentIds, findApiKeysByIds, findUsersByIds } from './access-repository';
import type { ApiKeyEntity } from './api-key-entity';
import type { UserEntity } from './user-entity';

export interface AccessLoaders {
  readonly user: DataLoader<string, UserEntity | null>;
  readonly apiKey: DataLoader<string, ApiKeyEntity | null>;
  /** By creation. */
  readonly apiKeysOfEnvironment: DataLoader<string, ApiKeyEntity[]>;
}

export function createAccessLoaders(connection: Connection): AccessLoaders {
  return {
    user: new DataLoader(async (ids) => orderById(await findUsersByIds(connection, ids), ids)),
    apiKey: new DataLoader(async (ids) => orderById(await findApiKeysByIds(connection, ids), ids)),
    apiKeysOfEnvironment: new DataLoader(async (ids) => {
      const rows = groupRows(await findApiKeysByEnvironmentIds(connection, ids), (row) => row.environmentId);
      return ids.map((id) => rows.get(id) ?? []);
    }),
  };
}
