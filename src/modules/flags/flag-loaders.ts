import DataLoader from 'dataloader';
import { groupRows, orderById } from '../../database/group-rows';
import type { Connection } from '../../database/transaction';
import type { FlagConfigurationEntity } from './flag-configuration-entity';
import type { FlagEntity } from './flag-entity';
import { findConfigurationsByFlagIds, findFlagsByIds } from './flag-repository';

export interface FlagLoaders {
  readonly flag: DataLoader<string, FlagEntity | null>;
  /** Only the configurations that were ever set. */
  readonly configurationsOfFlag: DataLoader<string, FlagConfigurationEntity[]>;
}

export function createFlagLoaders(connection: Connection): FlagLoaders {
  return {
    flag: new DataLoader(async (ids) => orderById(await findFlagsByIds(connection, ids), ids)),
    configurationsOfFlag: new DataLoader(async (flagIds) => {
      const rows = groupRows(await findConfigurationsByFlagIds(connection, flagIds), (row) => row.flagId);
      return flagIds.map((id) => rows.get(id) ?? []);
    }),
  };
}
