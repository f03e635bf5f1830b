/** Compares a replica with its primary: whether reads may be answered from it. */
import type { EntityManager } from 'typeorm';
import { StartFault, TryLater } from '../errors';

export type ReplicaFaultKind =
  'unreachable' | 'unfit' | 'not a standby' | 'of another installation' | 'of another history' | 'behind';

export interface ReplicaFault {
  readonly kind: ReplicaFaultKind;
  /** Says what was found and what to do. Names no secret. */
  readonly sentence: string;
}

/** The state of a database, by which a replica is compared with its primary. */
export interface DatabasePosition {
  /** Null: no server has started there. */
  readonly installationId: string | null;
  /** The number of changes that were ever recorded. */
  readonly changeCount: number;
}

export interface ReplicaFacts extends DatabasePosition {
  readonly isStandby: boolean;
}

export type CountChanges = (connection: EntityManager) => Promise<number>;

export async function readReplicaFacts(connection: EntityManager, countChanges: CountChanges): Promise<ReplicaFacts> {
  const [row] = await connection.query<{ isStandby: boolean; isInstalled: boolean }[]>(
    `SELECT pg_is_in_recovery() AS "isStandby", to_regclass('installation') IS NOT NULL AS "isInstalled"`,
  );
  const isStandby = row?.isStandby ?? false;
  if (!row?.isInstalled) return { isStandby, installationId: null, changeCount: 0 };
  const [installation] = await connection.query<{ id: string }[]>('SELECT id FROM installation');
  return { isStandby, installationId: installation?.id ?? null, changeCount: await countChanges(connection) };
}

/** Compares a replica with its primary, whose position was read after the replica's. Null: nothing is wrong. */
export function replicaFaultOf(
  { isStandby, installationId, changeCount }: ReplicaFacts,
  primary: DatabasePosition,
): ReplicaFault | null {
  if (installationId !== primary.installationId) {
    const sentence = 'It is not a copy of the database at DATABASE_URL; correct host, port and database.';
    return { kind: 'of another installation', sentence };
  }
  if (!isStandby) {
    const sentence = 'It takes writes of its own: it is the primary, or was promoted; let DATABASE_REPLICA_URL name a standby.';
    return { kind: 'not a standby', sentence };
  }
  if (changeCount > primary.changeCount) {
    const changes = changeCount - primary.changeCount;
    const sentence = `It has ${changes} changes that the primary lacks, which was restored from a backup; make the replica anew.`;
    return { kind: 'of another history', sentence };
  }
  return null;
}

/** Tells why a replica could not be read. */
export function unreadReplica(error: unknown): ReplicaFault {
  const isAway = isUnavailable(error) || (error instanceof StartFault && error.cause !== undefined);
  const { message } = isUnavailable(error) && error.cause instanceof Error ? error.cause : (error as Error);
  return { kind: isAway ? 'unreachable' : 'unfit', sentence: message };
}

function isUnavailable(error: unknown): error is TryLater {
  return error instanceof TryLater && error.code === 'UNAVAILABLE';
}

/** PostgreSQL's code for a statement that it cancelled because recovery could not go on beside it. */
const CONFLICT = '40001';

export function isConflict(error: unknown): boolean {
  return (error as { readonly driverError?: { readonly code?: unknown } }).driverError?.code === CONFLICT;
}
