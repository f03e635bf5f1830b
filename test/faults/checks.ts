/** Promises that must hold after every fault, whatever it was; each broken one is a sentence. */
import { digestOf, hashOf, type Recorder } from '../support/recorder';
import { until, type Cluster, type ClusterEnvironment } from './cluster';
import type { Writers } from './writers';

interface StoredEvent {
  readonly kind: string;
  readonly flagKey?: string;
  readonly segmentKey?: string;
  readonly flag?: { readonly wire: object } | null;
  readonly segment?: object | null;
}

interface RevisionRow {
  readonly epoch: string;
  readonly revision: number;
  readonly change_id: string;
  readonly events: readonly StoredEvent[];
}

const SENTENCES_MAX = 20;
/** The time to converge after everything works again (docs/OPERATIONS.md). */
export const CONVERGENCE_MS = 5_000;
/** The time that a busy machine may take on top. */
const MACHINE_MS = 15_000;

/** Waits until every recorder has the newest revision of the database; answers after how many milliseconds that was. */
export async function convergence(cluster: Cluster, recorders: readonly Recorder[], place?: ClusterEnvironment): Promise<number> {
  const head = await cluster.head(place);
  return until(`all subscribers are at revision ${head.revision}`, CONVERGENCE_MS + MACHINE_MS, () =>
    recorders.every((recorder) => recorder.has(head)),
  );
}

/**
 * Checks subscribers: contiguous revisions or a RESYNC in between, nothing that is not in the database or is there otherwise, and in
 * the end the state of the database. They must have converged.
 */
export async function problemsOfSubscribers(
  cluster: Cluster,
  recorders: readonly Recorder[],
  place?: ClusterEnvironment,
): Promise<string[]> {
  const { environment } = place ?? cluster.places[0]!;
  const rows = await cluster.postgres.query<RevisionRow>(
    'SELECT epoch, revision, change_id, events FROM environment_revision WHERE environment_id = $1 AND events IS NOT NULL',
    [environment.id],
  );
  const state = new Map(rows.map((row) => [`${row.epoch} ${row.revision}`, digestOf(row.events.map(asDelivered))]));
  const truth = await cluster.snapshot(place);
  const problems: string[] = [];
  for (const [index, recorder] of recorders.entries()) {
    const say = (what: string): void => void problems.push(`Subscriber ${index}: ${what}`);
    recorder.problems.forEach(say);
    for (const { kind, epoch, revision, digest } of recorder.events) {
      if (kind !== 'CHANGES') continue;
      const stored = state.get(`${epoch} ${revision}`);
      if (stored === undefined) say(`revision ${revision} of ${epoch} was never committed.`);
      else if (stored !== digest) say(`revision ${revision} was told otherwise than it was committed.`);
    }
    if (!recorder.has(truth)) say(`it is at ${recorder.position?.revision} and not at ${truth.revision}.`);
    if (recorder.hash() !== hashOf(truth)) say(`its state at revision ${recorder.position?.revision} is not the database's.`);
  }
  return problems.slice(0, SENTENCES_MAX);
}

/** Each acknowledged mutation is one change, with the revisions that were answered; each change is one issued request. */
export async function problemsOfBook(cluster: Cluster, writers: Writers): Promise<string[]> {
  const problems: string[] = [...writers.refused];
  const changes = await cluster.postgres.query<{ id: string; user_agent: string }>(
    'SELECT id, user_agent FROM change WHERE starts_with(user_agent, $1)',
    [writers.prefix],
  );
  const byMutation = new Map<string, string[]>();
  for (const { id, user_agent: requestId } of changes) {
    if (!writers.issued.has(requestId)) problems.push(`The change of ${requestId} was never asked for.`);
    const mutation = requestId.split('.')[0]!;
    byMutation.set(mutation, [...(byMutation.get(mutation) ?? []), id]);
  }
  for (const [mutation, ids] of byMutation) {
    if (ids.length > 1) problems.push(`${mutation} was applied ${ids.length} times.`);
  }
  const rows = await cluster.postgres.query<RevisionRow & { environment_id: string }>(
    `SELECT environment_id, epoch, revision, change_id FROM environment_revision`,
  );
  const changeAt = new Map(rows.map((row) => [`${row.environment_id} ${row.epoch} ${row.revision}`, row.change_id]));
  for (const { id, revisions } of writers.acknowledged) {
    const [change] = byMutation.get(id) ?? [];
    if (change === undefined) problems.push(`${id} was acknowledged and is not in the database.`);
    if (revisions.length === 0) problems.push(`${id} was acknowledged without a revision.`);
    for (const { environmentId, epoch, revision } of revisions) {
      if (changeAt.get(`${environmentId} ${epoch} ${revision}`) !== change) {
        problems.push(`${id} was told revision ${revision}, which is of another change.`);
      }
    }
  }
  problems.push(...(await gaps(cluster)));
  return problems.slice(0, SENTENCES_MAX);
}

/** Revisions of the database that are missing: each environment has every one from 1 to its head. */
async function gaps({ postgres }: Cluster): Promise<string[]> {
  const rows = await postgres.query<{ environment_id: string; revision: number; kept: number }>(
    `SELECT h.environment_id, h.revision, count(r.revision)::integer AS kept FROM environment_head h
     LEFT JOIN environment_revision r ON r.environment_id = h.environment_id AND r.revision BETWEEN 1 AND h.revision
     GROUP BY h.environment_id, h.revision HAVING count(r.revision) <> h.revision`,
  );
  return rows.map((row) => `${row.environment_id} is at ${row.revision} and has ${row.kept} revisions.`);
}

/** All of it, when writers have stopped and everything works again. Answers after how many milliseconds all had converged. */
export async function expectAllDelivered(cluster: Cluster, writers: Writers, recorders: readonly Recorder[]): Promise<number> {
  const tookMs = await convergence(cluster, recorders);
  expect(await problemsOfSubscribers(cluster, recorders)).toEqual([]);
  expect(await problemsOfBook(cluster, writers)).toEqual([]);
  expect(writers.acknowledged.length).toBeGreaterThan(0);
  expect(recorders.every(({ events }) => events.length > 0)).toBe(true);
  expect(cluster.crashes()).toEqual([]);
  return tookMs;
}

function asDelivered(event: StoredEvent): object {
  if (event.kind === 'SEGMENT_UPDATED') {
    return { kind: event.kind, flagKey: null, segmentKey: event.segmentKey, wire: event.segment ?? null };
  }
  return { kind: event.kind, flagKey: event.flagKey, segmentKey: null, wire: event.flag?.wire ?? null };
}
