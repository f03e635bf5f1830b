/** Brings a book up to where its environment stands, by the revision rows, and notices when the rows are of another history. */
import type { Connection } from '../../database/transaction';
import type { EnvironmentHead } from '../changes/head-repository';
import { findRevision, listRevisionsAfter } from '../changes/revision-repository';
import { REVISIONS_KEPT, type EnvironmentState } from './environment-state';

const PAGE_ROWS = 200;

/**
 * LEVEL: the book is where the environment is, or further. FAR: it must be read whole. FOREIGN: the environment bears the
 * epoch of the book and has lost or replaced revisions that the book has seen: a backup was restored.
 */
export type SyncState = 'LEVEL' | 'FAR' | 'FOREIGN';

/** Whether nothing has to be read. `head` may be older than the book: then `followRevisions` with a new one decides. */
export function isLevel(state: EnvironmentState, head: EnvironmentHead | undefined): boolean {
  return head?.epoch === state.epoch && head.revision === state.revision && !differs(head.changeId, state.changeId);
}

/** `head` must have been read after whatever the book shows was committed; otherwise an old answer looks like a restore. */
export async function followRevisions(
  connection: Connection,
  state: EnvironmentState,
  head: EnvironmentHead,
): Promise<SyncState> {
  if (head.epoch !== state.epoch) return 'FAR';
  if (head.revision < state.revision) return 'FOREIGN';
  if (head.revision === state.revision) return differs(head.changeId, state.changeId) ? 'FOREIGN' : 'LEVEL';
  const { environmentId } = state.scope;
  if (head.revision - state.revision > REVISIONS_KEPT) {
    const own = await findRevision(connection, environmentId, state.revision);
    return own && differs(own.changeId, state.changeId) ? 'FOREIGN' : 'FAR';
  }
  while (state.revision < head.revision) {
    // The row of the state's own revision tells whether what follows is the same history, also when its events are gone.
    const rows = await listRevisionsAfter(connection, environmentId, state.revision - 1, PAGE_ROWS + 1);
    const own = rows[0]?.revision === state.revision ? rows.shift() : undefined;
    if (own && differs(own.changeId, state.changeId)) return 'FOREIGN';
    if (rows.length === 0 || !state.apply(rows)) return 'FAR';
  }
  return 'LEVEL';
}

/** Null: not known, so it tells nothing. */
function differs(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && a !== b;
}
