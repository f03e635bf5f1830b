/** Finds and erases the bodies and events of recorded changes that name a targeting key. */
import { newEpoch } from './epoch-repository';
import type { Connection } from '../../database/transaction';
import { mentionsTargetingKey, type BodyPath } from './change-rules';
import type { EnvironmentRevision } from './head-repository';

/** A body that is to be erased. */
export interface FoundBody {
  readonly changeId: string;
  readonly path: BodyPath;
}

/** The end of a search; what is committed later lies after it. */
export interface SearchedTo {
  readonly sequence: number;
  /** Environment id -> revision. */
  readonly revisions: ReadonlyMap<string, number>;
}

// Bounds of one step, in rows of a chain, bodies and revisions: a body may have a megabyte.
const SEQUENCES_PER_STEP = 2_000;
const BODIES_PER_STEP = 50;
const REVISIONS_PER_STEP = 500;
const POSITION_MAX = 2_147_483_647;

/** Finds the newest sequence of an organization's chain and the newest revisions of its environments. */
export async function findEnds(connection: Connection, organizationId: string): Promise<SearchedTo> {
  const [head] = await connection.query<{ sequence: string }[]>('SELECT sequence FROM audit_head WHERE organization_id = $1', [
    organizationId,
  ]);
  const heads = await connection.query<EnvironmentRevision[]>(
    `SELECT h.environment_id AS "environmentId", h.revision FROM environment_head h
     JOIN project p ON p.id = h.project_id WHERE p.organization_id = $1`,
    [organizationId],
  );
  return {
    sequence: Number(head?.sequence ?? 0),
    revisions: new Map(heads.map(({ environmentId, revision }) => [environmentId, revision])),
  };
}

/** Finds the bodies that name the key and are not erased yet, in changes after the sequence `from`, up to `to`; in order. */
export async function findBodiesWithKey(
  connection: Connection,
  organizationId: string,
  targetingKey: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<FoundBody[]> {
  const found: FoundBody[] = [];
  for (let start = from; start < to; start += SEQUENCES_PER_STEP) {
    const end = Math.min(start + SEQUENCES_PER_STEP, to);
    // Each page begins after the last body of the page before.
    for (let last: BodyPath = [start, POSITION_MAX]; ;) {
      const rows: { changeId: string; sequence: string; position: number; before: string | null; after: string | null }[] =
        await connection.query(
          `SELECT b.change_id AS "changeId", c.sequence, b.position, b.before, b.after
           FROM change c JOIN change_body b ON b.change_id = c.id
           WHERE c.organization_id = $1 AND c.sequence >= $2 AND c.sequence <= $3 AND c.kind <> 'PERSONAL_DATA_ERASED'
             AND (c.sequence > $2 OR b.position > $4)
             AND (strpos(b.before, $5) > 0 OR strpos(b.after, $5) > 0)
           ORDER BY c.sequence, b.position LIMIT ${BODIES_PER_STEP}`,
          [organizationId, last[0], end, last[1], JSON.stringify(targetingKey)],
        );
      for (const { changeId, sequence, position, before, after } of rows) {
        last = [Number(sequence), position];
        const isNamed = [before, after].some((text) => text !== null && mentionsTargetingKey(JSON.parse(text), targetingKey));
        if (isNamed) found.push({ changeId, path: last });
      }
      if (rows.length < BODIES_PER_STEP) break;
    }
  }
  return found;
}

/** Performs the one UPDATE that the audit log allows. Answers the bodies that no other request has erased meanwhile; in order. */
export async function eraseBodies(connection: Connection, bodies: readonly FoundBody[]): Promise<FoundBody[]> {
  const rows: { changeId: string; position: number }[] = await connection.query(
    `WITH erased AS (
       UPDATE change_body b SET before = NULL, after = NULL, salt = NULL
       FROM unnest($1::text[], $2::integer[]) AS e(change_id, position)
       WHERE b.change_id = e.change_id AND b.position = e.position AND b.salt IS NOT NULL
       RETURNING b.change_id, b.position
     ) SELECT change_id AS "changeId", position FROM erased`,
    [bodies.map(({ changeId }) => changeId), bodies.map(({ path }) => path[1])],
  );
  const erased = new Set(rows.map(({ changeId, position }) => `${changeId} ${position}`));
  return bodies.filter(({ changeId, path }) => erased.has(`${changeId} ${path[1]}`));
}

/** Finds the last revision after `from`, up to `to`, whose events name the key. Null when none do. */
export async function findLastRevisionWithKey(
  connection: Connection,
  environmentId: string,
  targetingKey: string,
  { from, to }: { readonly from: number; readonly to: number },
): Promise<number | null> {
  for (let end = to; end > from; end -= REVISIONS_PER_STEP) {
    const rows: { revision: number; events: string }[] = await connection.query(
      `SELECT revision, events::text AS events FROM environment_revision
       WHERE environment_id = $1 AND revision > $2 AND revision <= $3 AND strpos(events::text, $4) > 0 ORDER BY revision DESC`,
      [environmentId, Math.max(from, end - REVISIONS_PER_STEP), end, JSON.stringify(targetingKey)],
    );
    const last = rows.find(({ events }) => mentionsTargetingKey(JSON.parse(events), targetingKey));
    if (last) return last.revision;
  }
  return null;
}

/**
 * Removes the events from the revisions of each environment up to the given one, and begins new epochs, in id order; answers
 * the heads. The change that made each revision stays on record, for it names no context. The new epoch makes the servers
 * forget, too: their memory holds revisions of the old one.
 */
export async function forgetRevisions(
  connection: Connection,
  lasts: ReadonlyMap<string, number>,
): Promise<EnvironmentRevision[]> {
  const environmentIds = [...lasts.keys()].sort();
  if (environmentIds.length === 0) return [];
  await connection.query('SELECT 1 FROM environment_head WHERE environment_id = ANY($1) ORDER BY environment_id FOR UPDATE', [
    environmentIds,
  ]);
  return connection.query(
    `WITH gone AS (
       UPDATE environment_revision r SET events = NULL FROM unnest($1::text[], $2::integer[]) AS e(environment_id, last)
       WHERE r.environment_id = e.environment_id AND r.revision <= e.last AND r.events IS NOT NULL
     ), begun AS (
       UPDATE environment_head h SET epoch = e.epoch FROM unnest($1::text[], $3::text[]) AS e(environment_id, epoch)
       WHERE h.environment_id = e.environment_id RETURNING h.environment_id, h.epoch, h.revision
     )
     SELECT environment_id AS "environmentId", epoch, revision FROM begun ORDER BY environment_id`,
    [environmentIds, environmentIds.map((id) => lasts.get(id)), environmentIds.map(() => newEpoch())],
  );
}
