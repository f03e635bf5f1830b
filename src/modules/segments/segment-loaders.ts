import DataLoader from 'dataloader';
import { orderById } from '../../database/group-rows';
import { createCountLoader, createPageLoader, type PageRequest } from '../../database/page-loader';
import type { Connection } from '../../database/transaction';
import type { SegmentEntity } from './segment-entity';
import {
  countKeys,
  countSegments,
  findSegmentsByIds,
  listKeys,
  listSegments,
  type KeyCounts,
  type KeyPage,
  type SegmentSearch,
} from './segment-repository';

export interface SegmentLoaders {
  readonly segment: DataLoader<string, SegmentEntity | null>;
  /** Ordered by key. */
  readonly segmentsOfProject: DataLoader<SegmentSearch & PageRequest, SegmentEntity[], string>;
  readonly segmentCountOfProject: DataLoader<SegmentSearch, number, string>;
  readonly keyCountsOfSegment: DataLoader<string, KeyCounts>;
  /** Targeting keys of one list. */
  readonly keysOfSegment: DataLoader<KeyPage, { targetingKey: string }[], string>;
}

export function createSegmentLoaders(connection: Connection): SegmentLoaders {
  return {
    segment: new DataLoader(async (ids) => orderById(await findSegmentsByIds(connection, ids), ids)),
    segmentsOfProject: createPageLoader(
      (requests, shared) => listSegments(connection, requests, shared),
      (segment) => segment.projectId,
      ({ text, position, limit }) => [text, position, limit],
    ),
    segmentCountOfProject: createCountLoader(
      (requests, shared) => countSegments(connection, requests, shared),
      ({ text }) => text,
    ),
    keyCountsOfSegment: new DataLoader(async (ids) => {
      const counts = await countKeys(connection, ids);
      return ids.map((id) => counts.get(id) ?? { included: 0, excluded: 0 });
    }),
    keysOfSegment: createPageLoader(
      (requests, shared) =>
        listKeys(
          connection,
          requests.map((request) => request.ownerId),
          shared,
        ),
      (row) => row.segmentId,
      ({ list, position, limit }) => [list, position, limit],
    ),
  };
}
