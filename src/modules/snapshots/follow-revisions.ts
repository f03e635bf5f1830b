/** Brings a book up to where its environment stands, by the revision rows, and notices when the rows are of another history. */
import type { Connection } from '../../database/transaction';
import { listRevisionsAfter } from '../changes/change-repository';
import type { EnvironmentPlace } from '../changes/head-repository';
import { REVISIONS_KEPT, type EnvironmentBook } from './environment-book';

const PAGE_ROWS = 200;

/**
 * LEVEL: the book is where the environment is, or further. FAR: it must be read whole. FOREIGN: the environment bears the
 * epoch of the book and has lost or replaced revisions that the book has seen: a backup was restored.
 */
export type Standing = 'LEVEL' | 'FAR' | 'FOREIGN';

/** Whether nothing has to be read. `place` may be older than the book: then `followRevisions` with a new one decides. */
export function isLevel(book: EnvironmentBook, place: EnvironmentPlace | undefined): boolean {
  return place?.epoch === book.epoch && place.revision === book.revision && !differs(place.changeId, book.changeId);
}

/** `place` must have been read after whatever the book shows was committed; otherwise an old answer looks like a restore. */
export async function followRevisions(connection: Connection, book: EnvironmentBook, place: EnvironmentPlace): Promise<Standing> {
  if (place.epoch !== book.epoch) return 'FAR';
  if (place.revision < book.revision) return 'FOREIGN';
  if (place.revision === book.revision) return differs(place.changeId, book.changeId) ? 'FOREIGN' : 'LEVEL';
  const isFar = place.revision - book.revision > REVISIONS_KEPT;
  while (book.revision < place.revision) {
    // From the row of the book's own revision on: it tells whether what follows is the same history.
    const { environmentId } = book.scope;
    const rows = await listRevisionsAfter(connection, environmentId, book.revision - 1, isFar ? 1 : PAGE_ROWS + 1);
    const own = rows[0]?.revision === book.revision ? rows.shift() : undefined;
    if (own && differs(own.changeId, book.changeId)) return 'FOREIGN';
    if (isFar || rows.length === 0 || !book.apply(rows)) return 'FAR';
  }
  return 'LEVEL';
}

/** Null: not known, so it tells nothing. */
function differs(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && a !== b;
}
