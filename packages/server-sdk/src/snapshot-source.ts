/** How a server's snapshot is read and followed: `snapshot`, then `flagChanged` from there (docs/PROTOCOL.md). */
import type { SnapshotChange } from '@flagstaff/evaluation';
import type { Position } from '../../client/src/api';
import type { Followed } from '../../client/src/connection';
import { broken, FaultError } from '../../client/src/faults';
import { request, type Endpoint } from '../../client/src/http';
import type { SnapshotKeeper } from './snapshot-keeper';

const SNAPSHOT = `query ($environmentId: ID, $have: RevisionInput, $min: RevisionInput) {
  snapshot(environmentId: $environmentId, minRevision: $min) { epoch revision snapshotIfNewer(than: $have) }
}`;
const CHANGES = `subscription ($environmentId: ID, $since: RevisionInput) {
  flagChanged(environmentId: $environmentId, since: $since) {
    kind epoch revision changes { flagKey segmentKey wire }
  }
}`;

interface Event extends Position {
  readonly kind: 'CHANGES' | 'RESYNC';
  readonly changes: readonly SnapshotChange[];
}

export function snapshotSource(endpoint: Endpoint, keeper: SnapshotKeeper, environmentId: string | null): Followed {
  const ask = async (variables: object, signal: AbortSignal): Promise<unknown> => {
    const data = await request(endpoint, { query: SNAPSHOT, variables: { environmentId, ...variables } }, signal);
    const { snapshot } = (data ?? {}) as { readonly snapshot?: { readonly snapshotIfNewer?: unknown } | null };
    if (snapshot === undefined) throw broken('The server answers without the snapshot that was asked for.');
    if (snapshot === null)
      throw new FaultError({ kind: 'GONE', message: 'There is no such environment, or the key may not read it.' });
    return snapshot.snapshotIfNewer;
  };
  return {
    startsWhole: false,
    hasData: () => keeper.position !== null,
    read: async (signal) => {
      const newer = await ask({ have: keeper.position }, signal);
      if (newer) keeper.commit(newer);
    },
    operation: () => ({ query: CHANGES, variables: { environmentId, since: keeper.position } }),
    apply: async (data, _isFirst, signal) => {
      const { kind, epoch, revision, changes } = readEvent(data);
      if (kind === 'RESYNC') {
        // Waits up to 2 seconds until the server has that revision.
        keeper.replace(await ask({ min: { epoch, revision } }, signal));
        return 'APPLIED';
      }
      return keeper.apply({ epoch, revision }, changes) === 'GAP' ? 'ANEW' : 'APPLIED';
    },
  };
}

function readEvent(data: unknown): Event {
  const { flagChanged } = (data ?? {}) as { readonly flagChanged?: Partial<Event> | null };
  const { kind, epoch, revision, changes } = flagChanged ?? {};
  if (typeof epoch !== 'string' || typeof revision !== 'number' || (kind !== 'CHANGES' && kind !== 'RESYNC') || !changes)
    throw broken('An event of the stream has no kind, epoch, revision and changes.');
  return { kind, epoch, revision, changes };
}
