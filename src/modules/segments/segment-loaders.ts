import DataLoader from 'dataloader';
import { orderById } from '../../database/group-rows';
import type { Connection } from '../../database/transaction';
import type { SegmentEntity } from './segment-entity';
import { countKeys, findSegmentsByIds, type KeyCounts } from './segment-repository';

export interface SegmentLoaders {
  readonly segment: DataLoader<string, SegmentEntity | null>;
  readonly keyCountsOfSegment: DataLoader<string, KeyCounts>;
}

export function createSegmentLoaders(connection: Connection): SegmentLoaders {
  return {
    segment: new DataLoader(async (ids) => orderById(await findSegmentsByIds(connection, ids), ids)),
    keyCountsOfSegment: new DataLoader(async (ids) => {
      const counts = await countKeys(connection, ids);
      return ids.map((id) => counts.get(id) ?? { included: 0, excluded: 0 });
    }),
  };
}
