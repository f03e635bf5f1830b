/** Brings an environment state up to the head by the revision rows, and detects rows of another history. */
import type { Connection } from '../../database/transaction';
import type { EnvironmentHead } from '../changes/head-repository';
import { findRevision, listRevisionsAfter } from '../changes/revision-repository';
import { REVISIONS_KEPT, type EnvironmentState } from './environment-state';

const PAGE_ROWS = 200;

/**
 * Compares an environment state with the head. LEVEL: the state is at the head, or beyond it. FAR: the environment must be read
 * whole. FOREIGN: the head has the epoch of the state, and revisions that the state has seen were lost or replaced: a backup
 * was restored.
 */
export type SyncState = 'LEVEL' | 'FAR' | 'FOREIGN';

/** Tells whether nothing has to be read. `head` may be older than the state: then `followRevisions` with a new one decides. */
export function isLevel(state: EnvironmentState, head: EnvironmentHead | undefined): boolean {
  return head?.epoch === state.epoch && head.revision === state.revision && !differs(head.changeId, state.changeId);
}

/** Follows to `head`, which must be read after the commit of all that the state holds; an older one would look like a restore. */
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
    // The row of the state's own revision tells whether the next rows are of the same history, even when its events are gone.
    const rows = await listRevisionsAfter(connection, environmentId, state.revision - 1, PAGE_ROWS + 1);
    const own = rows[0]?.revision === state.revision ? rows.shift() : undefined;
    if (own && differs(own.changeId, state.changeId)) return 'FOREIGN';
    if (rows.length === 0 || !state.apply(rows)) return 'FAR';
  }
  return 'LEVEL';
}

/** Tells whether two changes are known to differ. Null: not known. */
function differs(a: string | null, b: string | null): boolean {
  return a !== null && b !== null && a !== b;
}
