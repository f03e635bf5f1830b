import DataLoader from 'dataloader';
import type { Connection } from '../../database/transaction';
import type { ChangeBodyEntity } from './change-body-entity';
import { groupRows } from '../../database/group-rows';
import { findBodiesByChangeIds } from './change-repository';

export interface ChangeLoaders {
  /** Bodies of a change, in its order. */
  readonly bodiesOfChange: DataLoader<string, ChangeBodyEntity[]>;
}

export function createChangeLoaders(connection: Connection): ChangeLoaders {
  return {
    bodiesOfChange: new DataLoader(async (changeIds) => {
      const bodies = groupRows(await findBodiesByChangeIds(connection, changeIds), (body) => body.changeId);
      return changeIds.map((id) => bodies.get(id) ?? []);
    }),
  };
}
