import type { Connection } from '../../database/transaction';
import type { Issue } from '../../errors';
import { findLastChange } from './change-repository';

export interface ExpectedVersion {
  readonly subjectId: string;
  readonly current: number;
  readonly expected: number;
}

/**
 * Refuses an update whose `expectedVersion` is not the current one, and says who made the current one; empty when it is.
 * `what` is the noun: `flag`. Call it under the lock, so that the facts hold.
 */
export async function staleIssues(
  connection: Connection,
  what: string,
  { subjectId, current, expected }: ExpectedVersion,
  path: readonly string[] = ['input', 'expectedVersion'],
): Promise<readonly Issue[]> {
  if (current === expected) return [];
  const last = await findLastChange(connection, subjectId);
  const message = `The ${what} has version ${current}, not ${expected}; read it again.`;
  const stale = {
    currentVersion: current,
    changedBy: last && { kind: last.actorKind, id: last.actorId, name: last.actorName },
    changedAt: last?.createdAt ?? null,
  };
  return [{ code: 'STALE_VERSION', message, path, stale }];
}
