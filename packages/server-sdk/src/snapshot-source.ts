/**
 * How a server's snapshot is read and followed (docs/PROTOCOL.md): `snapshot` once, then `flagChanged` from there, or `flagChanges`
 * for polls, which have the same events. So no poll reads again what is here.
 */
import type { SnapshotChange } from '@flagstaff/evaluation';
import type { Position } from '../../client/src/api';
import type { Followed } from '../../client/src/connection';
import { broken, FaultError } from '../../client/src/faults';
import { request, type Endpoint } from '../../client/src/http';
import type { SnapshotKeeper } from './snapshot-keeper';

const SNAPSHOT = `query ($environmentId: ID, $min: RevisionInput) {
  snapshot(environmentId: $environmentId, minRevision: $min) { snapshot }
}`;
const EVENT = 'kind epoch revision changes { flagKey segmentKey wire }';
const NEXT_CHANGES = `query ($environmentId: ID, $since: RevisionInput!) {
  flagChanges(environmentId: $environmentId, since: $since) { ${EVENT} }
}`;
const CHANGES = `subscription ($environmentId: ID, $since: RevisionInput) {
  flagChanged(environmentId: $environmentId, since: $since) { ${EVENT} }
}`;

/** How often one poll asks on, for 100 revisions each time, before it is content. */
const PAGES_MAX = 11;

interface Event extends Position {
  readonly kind: 'CHANGES' | 'RESYNC';
  readonly changes: readonly SnapshotChange[];
}

export function snapshotSource(endpoint: Endpoint, keeper: SnapshotKeeper, environmentId: string | null): Followed {
  const ask = async (query: string, variables: object, signal: AbortSignal): Promise<Readonly<Record<string, unknown>>> =>
    ((await request(endpoint, { query, variables: { environmentId, ...variables } }, signal)) ?? {}) as Record<string, unknown>;

  /** The snapshot, of a server that has the revision at least. It waits up to 2 seconds for it. */
  const readWhole = async (min: Position | null, signal: AbortSignal): Promise<unknown> => {
    const { snapshot } = (await ask(SNAPSHOT, { min }, signal)) as { readonly snapshot?: { readonly snapshot?: unknown } | null };
    return found(snapshot).snapshot;
  };
  const apply = async (event: Event, signal: AbortSignal): Promise<'APPLIED' | 'KNOWN' | 'GAP'> => {
    const { kind, epoch, revision, changes } = event;
    if (kind === 'CHANGES') return keeper.apply({ epoch, revision }, changes);
    keeper.replace(await readWhole({ epoch, revision }, signal));
    return 'APPLIED';
  };
  /** Answers whether there may be more. */
  const readPage = async (since: Position, signal: AbortSignal): Promise<boolean> => {
    const { flagChanges } = await ask(NEXT_CHANGES, { since }, signal);
    const events = found(flagChanges) as unknown;
    if (!Array.isArray(events)) throw broken('The server answers without the changes that were asked for.');
    for (const event of events) {
      // The stream, too, may have put other flags in place meanwhile.
      if ((await apply(readEvent(event), signal)) === 'GAP') return true;
    }
    return events.length > 0;
  };
  return {
    startsWhole: false,
    hasData: () => keeper.position !== null,
    read: async (signal) => {
      if (keeper.position === null) keeper.commit(await readWhole(null, signal));
      else for (let page = 0; page < PAGES_MAX && (await readPage(keeper.position, signal)); page++);
    },
    operation: () => ({ query: CHANGES, variables: { environmentId, since: keeper.position } }),
    apply: async (data, _isFirst, signal) => {
      const event = readEvent(((data ?? {}) as { readonly flagChanged?: unknown }).flagChanged);
      return (await apply(event, signal)) === 'GAP' ? 'ANEW' : 'APPLIED';
    },
  };
}

function found<T>(answer: T): NonNullable<T> {
  if (answer === undefined) throw broken('The server answers without what was asked for.');
  if (answer === null)
    throw new FaultError({ kind: 'GONE', message: 'There is no such environment, or the key may not read it.' });
  return answer;
}

function readEvent(data: unknown): Event {
  const { kind, epoch, revision, changes } = (data ?? {}) as Partial<Event>;
  if (typeof epoch !== 'string' || typeof revision !== 'number' || (kind !== 'CHANGES' && kind !== 'RESYNC') || !changes)
    throw broken('An event has no kind, epoch, revision and changes.');
  return { kind, epoch, revision, changes };
}
