import DataLoader from 'dataloader';
import { groupRows, orderById } from '../../database/group-rows';
import type { Connection, Database } from '../../database/transaction';
import type { Usage } from '../../errors';
import type { Visibility } from '../access/visibility';
import type { ChangeEntity } from '../changes/change-entity';
import { findLastChanges } from '../changes/change-repository';
import { readHeadsOfProjects } from '../changes/head-repository';
import type { FlagConfigurationEntity } from './flag-configuration-entity';
import type { FlagEntity } from './flag-entity';
import {
  countFlags,
  findChangedAt,
  findStaleReasons,
  listFlags,
  type FlagListRequest,
  type StaleReason,
} from './flag-list-repository';
import { findConfigurationsByFlagIds, findFlagsByIds, findLastEvaluated } from './flag-repository';
import { findDependents, findSegmentUses } from './usage-repository';

/** The most uses of one object that are listed. */
const USES_MAX = 1_000;

export interface FlagPageKey {
  readonly projectId: string;
  readonly request: FlagListRequest;
}

/** An object, and the caller's visibility in its project, which limits what is read. */
export interface VisibleKey {
  readonly id: string;
  readonly visibility: Visibility;
}

export interface FlagLoaders {
  readonly flag: DataLoader<string, FlagEntity | null>;
  /** Only configurations that were ever set. */
  readonly configurationsOfFlag: DataLoader<string, FlagConfigurationEntity[]>;
  /** The newest change of the flag or of one of its configurations. */
  readonly lastChangeOfFlag: DataLoader<VisibleKey, ChangeEntity | null, string>;
  /** Time of the last change of the flag or of one of its configurations. */
  readonly changedAtOfFlag: DataLoader<VisibleKey, Date | null, string>;
  readonly lastEvaluatedOfFlag: DataLoader<VisibleKey, Date | null, string>;
  readonly staleReasonOfFlag: DataLoader<VisibleKey, StaleReason | null, string>;
  readonly dependentsOfFlag: DataLoader<VisibleKey, Usage[] | null, string>;
  readonly usesOfSegment: DataLoader<VisibleKey, Usage[] | null, string>;
  /** Batches projects that ask for the same page. */
  readonly flagPage: DataLoader<FlagPageKey, FlagEntity[], string>;
  readonly flagCount: DataLoader<FlagPageKey, number, string>;
}

export function createFlagLoaders(connection: Connection, now: Date, database: Database): FlagLoaders {
  const list = listReader(database);
  return {
    flag: new DataLoader(async (ids) => orderById(await findFlagsByIds(connection, ids), ids)),
    configurationsOfFlag: new DataLoader(async (flagIds) => {
      const rows = groupRows(await findConfigurationsByFlagIds(connection, flagIds), (row) => row.flagId);
      return flagIds.map((id) => rows.get(id) ?? []);
    }),
    lastChangeOfFlag: perVisibility((ids, visibility) => findLastChanges(connection, ids, visibility)),
    changedAtOfFlag: perVisibility((ids, { environmentIds }) => findChangedAt(connection, ids, environmentIds)),
    lastEvaluatedOfFlag: perVisibility((ids, { environmentIds }) => findLastEvaluated(connection, ids, environmentIds)),
    staleReasonOfFlag: perVisibility((ids, { environmentIds }) => findStaleReasons(connection, ids, { now, environmentIds })),
    dependentsOfFlag: perVisibility(async (ids, { environmentIds }) =>
      usesById(await findDependents(connection, ids, environmentIds)),
    ),
    usesOfSegment: perVisibility(async (ids, { environmentIds }) =>
      usesById(await findSegmentUses(connection, ids, environmentIds)),
    ),
    flagPage: perRequest(async (projectIds, request) => {
      const pages = await list(projectIds, request, (fresh) => listFlags(fresh, projectIds, request));
      return (projectId) => pages.get(projectId) ?? [];
    }),
    flagCount: perRequest(async (projectIds, request) => {
      const counts = await list(projectIds, request, (fresh) => countFlags(fresh, projectIds, request));
      return (projectId) => counts.get(projectId) ?? 0;
    }),
  };
}

type ListReader = <T>(
  projectIds: readonly string[],
  request: FlagListRequest,
  read: (connection: Connection) => Promise<T>,
) => Promise<T>;

/** Reads lists from the replica when it has all changes of the projects, but staleness, which follows from counts that raise no head. */
function listReader(database: Database): ListReader {
  return (projectIds, { filter }, read) =>
    typeof filter.isStale === 'boolean'
      ? read(database.connection)
      : database.readFresh((connection) => readHeadsOfProjects(connection, projectIds), read);
}

/** Runs one statement per distinct visibility, of which an operation has few, instead of one per project. */
function perVisibility<T>(
  find: (ids: readonly string[], visibility: Visibility) => Promise<ReadonlyMap<string, T>>,
): DataLoader<VisibleKey, T | null, string> {
  const nameOf = ({ visibility }: VisibleKey): string => JSON.stringify(visibility);
  return new DataLoader(
    async (keys) => {
      const found = new Map<string, ReadonlyMap<string, T>>();
      for (const [name, group] of groupRows(keys, nameOf)) {
        const { visibility } = group[0] as VisibleKey;
        const ids = group.map(({ id }) => id);
        found.set(name, await find(ids, visibility));
      }
      return keys.map((key) => found.get(nameOf(key))?.get(key.id) ?? null);
    },
    { cacheKeyFn: (key) => `${key.id} ${nameOf(key)}` },
  );
}

function usesById(uses: readonly (Usage & { readonly id: string })[]): Map<string, Usage[]> {
  const groups = groupRows(uses, (use) => use.id);
  return new Map([...groups].map(([id, group]) => [id, group.slice(0, USES_MAX)]));
}

/** Runs one statement per distinct request instead of one per project: a document has few requests and many projects. */
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
