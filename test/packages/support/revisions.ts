/** Revisions that are written behind the server's back, as many as a test has no time to make. */
import type { Served } from './served';

interface Raise {
  readonly count: number;
  /** Of so many, the newest, the events are there; those before are as if they had been purged. */
  readonly kept: number;
  /** The flag that each of them changes, to what it is. Left out: none is changed. */
  readonly flagKey?: string;
}

/** The server learns of it within a second. */
export async function raiseRevisions({ world, environment, snapshot }: Served, { count, kept, flagKey }: Raise): Promise<void> {
  const wire = (await snapshot()).flags.find(({ key }) => key === flagKey) ?? null;
  const label = { name: 'none', tags: [] };
  const event =
    wire === null ? { kind: 'DELETED', flagKey: 'none', flag: null } : { kind: 'UPDATED', flagKey, flag: { wire, label } };
  await world.app.database.connection.query(
    `WITH head AS (SELECT environment_id, epoch, revision FROM environment_head WHERE environment_id = $1),
     written AS (
       INSERT INTO environment_revision (environment_id, revision, epoch, change_id, events, created_at)
       SELECT head.environment_id, head.revision + n, head.epoch, 'change_of_the_test', json_build_array($4::json), now()
       FROM head, generate_series($2::integer - $3::integer + 1, $2::integer) n)
     UPDATE environment_head SET revision = revision + $2::integer WHERE environment_id = $1`,
    [environment.id, count, kept, JSON.stringify(event)],
  );
}
