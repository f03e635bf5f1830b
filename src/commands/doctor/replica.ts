/** Looks at the replica of the database, as a server does before it reads from it. */
import { withDataSource } from '../../composition/with-database';
import type { Config } from '../../config';
import { readReplicaFacts, replicaFaultOf } from '../../database/replica-fault';
import type { Connection } from '../../database/transaction';
import { StartFault } from '../../errors';
import { countChanges } from '../../modules/changes/head-repository';
import { ok, warning, wrong, type Finding } from './finding';

const LAG_WARNING_S = 10;
const SUBJECT = 'replica';

/** Says nothing without a replica, and where the primary, which is looked at before, cannot be reached. */
export async function checkReplica(config: Config): Promise<Finding[]> {
  const { databaseReplicaUrl, dataDir } = config;
  if (databaseReplicaUrl === null) return [];
  const factsOf = async (connection: Connection) => ({
    ...(await readReplicaFacts(connection, countChanges)),
    lagSeconds: await lagOf(connection),
  });
  const location = { databaseUrl: databaseReplicaUrl, dataDir, variable: 'DATABASE_REPLICA_URL' };
  try {
    const replica = await withDataSource(location, ({ manager }) => factsOf(manager));
    const primary = await withDataSource(config, ({ manager }) => factsOf(manager)).catch(() => null);
    if (primary === null) return [];
    const fault = replicaFaultOf(replica, primary);
    if (fault !== null) return [wrong(SUBJECT, `is ${fault.kind}. ${fault.sentence}`)];
    return [lagFinding(primary.changeCount - replica.changeCount, replica.lagSeconds)];
  } catch (error) {
    // Servers do without it.
    if (error instanceof StartFault) return [warning(SUBJECT, error.message)];
    throw error;
  }
}

/** Seconds since the commit of the newest transaction that a standby has. */
async function lagOf(connection: Connection): Promise<number> {
  const [row] = await connection.query<{ seconds: number | null }[]>(
    'SELECT extract(epoch FROM clock_timestamp() - pg_last_xact_replay_timestamp())::float8 AS seconds',
  );
  return row?.seconds ?? 0;
}

function lagFinding(changes: number, seconds: number): Finding {
  if (changes === 0) return ok(SUBJECT, 'a standby that has every change');
  const says = `a standby that lacks ${changes} changes, and has what was committed ${Math.round(seconds)} s ago`;
  return seconds > LAG_WARNING_S ? warning(SUBJECT, `${says}; look at its replication.`) : ok(SUBJECT, says);
}
