import DataLoader from 'dataloader';
import type { Connection } from '../../database/transaction';
import { createPageLoader, type PageRequest } from '../../database/page-loader';
import type { Visibility } from '../access/visibility';
import type { ChangeEntity } from './change-entity';
import type { ChangeBodyEntity } from './change-body-entity';
import { groupRows } from '../../database/group-rows';
import { findBodiesByChangeIds, listHistories } from './change-repository';

export interface HistoryRequest extends PageRequest {
  readonly visibility: Visibility;
}

export interface ChangeLoaders {
  /** Loads a page of the history of a thing and of the things that have it as parent; newest first. */
  readonly historyPage: DataLoader<HistoryRequest, ChangeEntity[], string>;
  /** Loads the bodies of a change, in their order. */
  readonly bodiesOfChange: DataLoader<string, ChangeBodyEntity[]>;
}

export function createChangeLoaders(connection: Connection): ChangeLoaders {
  return {
    historyPage: createPageLoader<HistoryRequest, ChangeEntity & { readonly historyOf: string }>(
      (requests, { visibility, position, limit }) =>
        listHistories(
          connection,
          requests.map((request) => request.ownerId),
          visibility,
          { beforeSequence: position, limit },
        ),
      (row) => row.historyOf,
      ({ visibility, position, limit }) => [visibility, position, limit],
    ),
    bodiesOfChange: new DataLoader(async (changeIds) => {
      const bodies = groupRows(await findBodiesByChangeIds(connection, changeIds), (body) => body.changeId);
      return changeIds.map((id) => bodies.get(id) ?? []);
    }),
  };
}
