import DataLoader from 'dataloader';
import { orderById } from '../../database/group-rows';
import { createCountLoader, createPageLoader, type PageRequest } from '../../database/page-loader';
import type { Connection, Database } from '../../database/transaction';
import { readHeadsOfProjects } from '../changes/head-repository';
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

type Owned = Pick<PageRequest, 'ownerId'>;

export function createSegmentLoaders(connection: Connection, _now: Date, database: Database): SegmentLoaders {
  const ofProjects = (owners: readonly Owned[]) => (fresh: Connection) =>
    readHeadsOfProjects(
      fresh,
      owners.map(({ ownerId }) => ownerId),
    );
  return {
    segment: new DataLoader(async (ids) => orderById(await findSegmentsByIds(connection, ids), ids)),
    segmentsOfProject: createPageLoader(
      (requests, shared) => database.readFresh(ofProjects(requests), (fresh) => listSegments(fresh, requests, shared)),
      (segment) => segment.projectId,
      ({ text, position, limit }) => [text, position, limit],
    ),
    segmentCountOfProject: createCountLoader(
      (requests, shared) => database.readFresh(ofProjects(requests), (fresh) => countSegments(fresh, requests, shared)),
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
