import { groupRows } from '../../database/group-rows';
import type { Connection } from '../../database/transaction';
import { ClientInstanceEntity } from './client-instance-entity';

/** The state of instances at one position. Epoch and revision are null for those that have no flags yet. */
export interface ClientPosition {
  readonly environmentId: string;
  readonly epoch: string | null;
  readonly revision: number | null;
  readonly clients: number;
}

export type ReportOutcome = 'RECORDED' | 'REPEATED' | 'GONE';

/**
 * Records a report. REPEATED: a batch that is not above the recorded one, which changes nothing. GONE: there is no such environment
 * any more. Two reports of one instance wait for each other.
 */
export async function recordReport(connection: Connection, instance: ClientInstanceEntity): Promise<ReportOutcome> {
  const { environmentId, instanceId, sdk, epoch, revision, batch, liveUntil } = instance;
  const [row] = await connection.query<{ isFound: boolean; isRecorded: boolean }[]>(
    `WITH found AS (SELECT id FROM environment WHERE id = $1 FOR KEY SHARE), recorded AS (
       INSERT INTO client_instance AS known (environment_id, instance_id, sdk, epoch, revision, batch, live_until)
       SELECT id, $2, $3, $4, $5::integer, $6::integer, $7::timestamptz FROM found
       ON CONFLICT ON CONSTRAINT client_instance_pkey
       DO UPDATE SET sdk = excluded.sdk, epoch = excluded.epoch, revision = excluded.revision, batch = excluded.batch,
         live_until = excluded.live_until
       WHERE known.batch < excluded.batch
       RETURNING 1
     )
     SELECT EXISTS (SELECT FROM found) AS "isFound", EXISTS (SELECT FROM recorded) AS "isRecorded"`,
    [environmentId, instanceId, sdk, epoch, revision, batch, liveUntil],
  );
  if (row?.isFound !== true) return 'GONE';
  return row.isRecorded ? 'RECORDED' : 'REPEATED';
}

/** Lists how many instances are at which position: one list for each environment, in the order given, the newest revision first. */
export async function listClientPositions(
  connection: Connection,
  environmentIds: readonly string[],
  now: Date,
): Promise<ClientPosition[][]> {
  const rows = await connection.query<ClientPosition[]>(
    `SELECT environment_id AS "environmentId", epoch, revision, count(*)::int AS clients
     FROM client_instance WHERE environment_id = ANY($1) AND live_until > $2
     GROUP BY environment_id, epoch, revision ORDER BY revision DESC NULLS LAST, epoch`,
    [environmentIds, now],
  );
  const positions = groupRows(rows, ({ environmentId }) => environmentId);
  return environmentIds.map((id) => positions.get(id) ?? []);
}

/** Deletes instances that were gone before. Their reports would be taken for new ones. */
export async function purgeClients(connection: Connection, before: Date): Promise<void> {
  await connection.createQueryBuilder().delete().from(ClientInstanceEntity).where('live_until < :before', { before }).execute();
}
