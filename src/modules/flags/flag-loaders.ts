import DataLoader from 'dataloader';
import { groupRows, orderById } from '../../database/group-rows';
import type { Connection } from '../../database/transaction';
import type { Usage } from '../../errors';
import type { ChangeEntity } from '../changes/change-entity';
import { findLastChanges } from '../changes/change-repository';
import type { FlagConfigurationEntity } from './flag-configuration-entity';
import type { FlagEntity } from './flag-entity';
import { countFlags, findStaleReasons, listFlags, type FlagListRequest, type StaleReason } from './flag-list-repository';
import { findConfigurationsByFlagIds, findFlagsByIds, findLastEvaluated } from './flag-repository';
import { findDependents, findSegmentUses } from './usage-repository';

/** How many uses of one thing are told. */
const USES_MAX = 1_000;

export interface FlagPageKey {
  readonly projectId: string;
  readonly request: FlagListRequest;
}

export interface FlagLoaders {
  readonly flag: DataLoader<string, FlagEntity | null>;
  /** Only the configurations that were ever set. */
  readonly configurationsOfFlag: DataLoader<string, FlagConfigurationEntity[]>;
  /** The newest change of the flag or of one of its configurations. */
  readonly lastChangeOfFlag: DataLoader<string, ChangeEntity | null>;
  readonly lastEvaluatedOfFlag: DataLoader<string, Date | null>;
  readonly staleReasonOfFlag: DataLoader<string, StaleReason | null>;
  readonly dependentsOfFlag: DataLoader<string, Usage[]>;
  readonly usesOfSegment: DataLoader<string, Usage[]>;
  /** Projects that ask for the same page are answered together. */
  readonly flagPage: DataLoader<FlagPageKey, FlagEntity[], string>;
  readonly flagCount: DataLoader<FlagPageKey, number, string>;
}

export function createFlagLoaders(connection: Connection, now: Date): FlagLoaders {
  return {
    flag: new DataLoader(async (ids) => orderById(await findFlagsByIds(connection, ids), ids)),
    configurationsOfFlag: new DataLoader(async (flagIds) => {
      const rows = groupRows(await findConfigurationsByFlagIds(connection, flagIds), (row) => row.flagId);
      return flagIds.map((id) => rows.get(id) ?? []);
    }),
    lastChangeOfFlag: fromMap((ids) => findLastChanges(connection, ids)),
    lastEvaluatedOfFlag: fromMap((ids) => findLastEvaluated(connection, ids)),
    staleReasonOfFlag: fromMap((ids) => findStaleReasons(connection, ids, now)),
    dependentsOfFlag: usesLoader((ids) => findDependents(connection, ids)),
    usesOfSegment: usesLoader((ids) => findSegmentUses(connection, ids)),
    flagPage: perRequest(async (projectIds, request) => {
      const pages = await listFlags(connection, projectIds, request);
      return (projectId) => pages.get(projectId) ?? [];
    }),
    flagCount: perRequest(async (projectIds, request) => {
      const counts = await countFlags(connection, projectIds, request);
      return (projectId) => counts.get(projectId) ?? 0;
    }),
  };
}

function fromMap<T>(find: (ids: readonly string[]) => Promise<Map<string, T>>): DataLoader<string, T | null> {
  return new DataLoader(async (ids) => {
    const found = await find(ids);
    return ids.map((id) => found.get(id) ?? null);
  });
}

function usesLoader(find: (ids: readonly string[]) => Promise<(Usage & { readonly id: string })[]>): DataLoader<string, Usage[]> {
  return new DataLoader(async (ids) => {
    const uses = groupRows(await find(ids), (use) => use.id);
    return ids.map((id) => uses.get(id)?.slice(0, USES_MAX) ?? []);
  });
}

/** One statement for each different request, and not for each project: a document has few requests and many projects. */
function perRequest<T>(
  find: (projectIds: readonly string[], request: FlagListRequest) => Promise<(projectId: string) => T>,
): DataLoader<FlagPageKey, T, string> {
  const nameOf = ({ request }: FlagPageKey): string => JSON.stringify(request);
  return new DataLoader(
    async (keys) => {
      const groups = [...groupRows(keys, nameOf).entries()];
      const answers = new Map<string, (projectId: string) => T>();
      for (const [name, group] of groups) {
        const request = (group[0] as FlagPageKey).request;
        answers.set(name, await find([...new Set(group.map((key) => key.projectId))], request));
      }
      return keys.map((key) => (answers.get(nameOf(key)) as (projectId: string) => T)(key.projectId));
    },
    { cacheKeyFn: (key) => `${key.projectId} ${nameOf(key)}` },
  );
}
