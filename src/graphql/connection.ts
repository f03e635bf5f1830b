/** Keyset paging (Relay cursor connections specification, forward only). */
import { RequestFault } from '../errors';

export const PAGE_SIZE_MAX = 100;
const PAGE_SIZE_DEFAULT = 50;

export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
}

export interface ConnectionPage<Row> {
  readonly edges: { readonly cursor: string; readonly node: Row }[];
  readonly nodes: Row[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/** A connection that can count the rows on all pages on request. */
export interface CountedConnection<Row> extends ConnectionPage<Row> {
  readonly count: () => Promise<number>;
}

/**
 * Reads one page. `list` returns at most `limit` rows after a position (null: from the beginning); `positionOf` returns the
 * unique text by which the list is sorted.
 */
export async function page<Row>(
  { first, after }: PageArguments,
  list: (position: string | null, limit: number) => Promise<readonly Row[]>,
  positionOf: (row: Row) => string,
): Promise<ConnectionPage<Row>> {
  const size = first ?? PAGE_SIZE_DEFAULT;
  if (size < 1 || size > PAGE_SIZE_MAX) {
    throw new RequestFault('BAD_USER_INPUT', `first: ${size} was given; 1 to ${PAGE_SIZE_MAX} are allowed.`);
  }
  const position = after === null || after === undefined ? null : decodeCursor(after);
  const rows = await list(position, size + 1);
  const nodes = rows.slice(0, size);
  const edges = nodes.map((node) => ({ cursor: encodeCursor(positionOf(node)), node }));
  return {
    edges,
    nodes,
    pageInfo: {
      hasNextPage: rows.length > size,
      hasPreviousPage: position !== null,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

/** Reads one page of a list that can be counted cheaply; the count runs only when it is selected. */
export async function countedPage<Row>(
  args: PageArguments,
  list: (position: string | null, limit: number) => Promise<readonly Row[]>,
  positionOf: (row: Row) => string,
  count: () => Promise<number>,
): Promise<CountedConnection<Row>> {
  return { ...(await page(args, list, positionOf)), count };
}

const CURSOR_PREFIX = 'after:';

function encodeCursor(position: string): string {
  return Buffer.from(CURSOR_PREFIX + position, 'utf8').toString('base64url');
}

function decodeCursor(cursor: string): string {
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (!text.startsWith(CURSOR_PREFIX) || text.includes('\u0000') || Buffer.from(text, 'utf8').toString('base64url') !== cursor) {
    throw new RequestFault('BAD_USER_INPUT', 'after: not a valid cursor for this connection.');
  }
  return text.slice(CURSOR_PREFIX.length);
}
