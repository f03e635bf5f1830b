import type { Connection } from '../../database/transaction';
import { UserFault, type Issue } from '../../errors';
import { findLastChange } from './change-repository';

/**
 * The refusal of an update whose `expectedVersion` is not the current one, with who made the current one.
 * `what` is the noun: `flag`. Call it under the lock, so that the facts hold.
 */
export async function staleVersion(
  connection: Connection,
  what: string,
  subjectId: string,
  version: { readonly current: number; readonly expected: number },
  path: readonly string[] = ['input', 'expectedVersion'],
): Promise<UserFault> {
  const last = await findLastChange(connection, subjectId);
  const message = `The ${what} has version ${version.current}, not ${version.expected}; read it again.`;
  const stale = {
    currentVersion: version.current,
    changedBy: last && { kind: last.actorKind, id: last.actorId, name: last.actorName },
    changedAt: last?.createdAt ?? null,
  };
  return new UserFault([{ code: 'STALE_VERSION', message, path, stale }]);
}

/** The same as issues, to be told with the others; empty when the version is the expected one. */
export async function staleIssues(
  connection: Connection,
  what: string,
  subjectId: string,
  version: { readonly current: number; readonly expected: number },
  path?: readonly string[],
): Promise<readonly Issue[]> {
  if (version.current === version.expected) return [];
  return (await staleVersion(connection, what, subjectId, version, path)).issues;
}
