import type { Connection } from '../../src/database/transaction';
import type { Scene } from './scene';

/** Adds revisions as mutations would write them, all at once; each says that the flag is gone. */
export async function writeRevisions(
  connection: Connection,
  { environment, flag }: Pick<Scene, 'environment' | 'flag'>,
  count: number,
): Promise<void> {
  await connection.query(
    `WITH head AS (SELECT environment_id, epoch, revision FROM environment_head WHERE environment_id = $1),
     written AS (
       INSERT INTO environment_revision (environment_id, revision, epoch, change_id, events, created_at)
       SELECT head.environment_id, head.revision + n, head.epoch, 'change_of_the_test',
         json_build_array(json_build_object('kind', 'DELETED', 'flagKey', $3::text, 'flag', NULL)), now()
       FROM head, generate_series(1, $2::integer) n)
     UPDATE environment_head SET revision = revision + $2::integer WHERE environment_id = $1`,
    [environment.id, count, flag.key],
  );
}
