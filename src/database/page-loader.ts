import DataLoader from 'dataloader';
import { groupRows } from './group-rows';

/** A request for a page of one owner's rows. Subtypes add whatever else selects rows. */
export interface PageRequest {
  readonly ownerId: string;
  /** Null: from the beginning. */
  readonly position: string | null;
  readonly limit: number;
}

/**
 * Reads pages of several owners with one statement per distinct set of arguments: `read` gets requests that differ only in
 * what `argumentsOf` leaves out.
 */
export function createPageLoader<Request extends PageRequest, Row>(
  read: (requests: readonly Request[], shared: Request) => Promise<readonly Row[]>,
  ownerOf: (row: Row) => string,
  argumentsOf: (request: Request) => unknown = ({ position, limit }) => [position, limit],
): DataLoader<Request, Row[], string> {
  return new DataLoader(
    async (requests) => {
      const answers = new Map<Request, Row[]>();
      for (const group of groupRows(requests, (request) => JSON.stringify(argumentsOf(request))).values()) {
        const [shared] = group;
        if (shared === undefined) continue;
        const rows = groupRows(await read(group, shared), ownerOf);
        for (const request of group) answers.set(request, rows.get(request.ownerId) ?? []);
      }
      return requests.map((request) => answers.get(request) ?? []);
    },
    { cacheKeyFn: (request) => JSON.stringify(request) },
  );
}

/** Counts rows of several owners with one statement; 0 where it returns no count. */
export function createCountLoader<Request extends { readonly ownerId: string }>(
  read: (requests: readonly Request[], shared: Request) => Promise<readonly OwnerCount[]>,
  argumentsOf: (request: Request) => unknown = () => null,
): DataLoader<Request, number, string> {
  return new DataLoader(
    async (requests) => {
      const answers = new Map<Request, number>();
      for (const group of groupRows(requests, (request) => JSON.stringify(argumentsOf(request))).values()) {
        const [shared] = group;
        if (shared === undefined) continue;
        const counts = new Map((await read(group, shared)).map(({ ownerId, count }) => [ownerId, count]));
        for (const request of group) answers.set(request, counts.get(request.ownerId) ?? 0);
      }
      return requests.map((request) => answers.get(request) ?? 0);
    },
    { cacheKeyFn: (request) => JSON.stringify(request) },
  );
}

export interface OwnerCount {
  readonly ownerId: string;
  readonly count: number;
}
