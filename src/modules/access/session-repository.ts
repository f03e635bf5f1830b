import type { Connection } from '../../database/transaction';
import { RefreshTokenEntity } from './refresh-token-entity';
import { SessionEntity } from './session-entity';
import { UserEntity } from './user-entity';

export async function insertSession(connection: Connection, session: SessionEntity): Promise<void> {
  await connection.insert(SessionEntity, session);
}

/** Also of a session that has ended. */
export function findSessionById(connection: Connection, id: string): Promise<SessionEntity | null> {
  return connection.findOneBy(SessionEntity, { id });
}

/** Locks the session until the transaction ends, so that of several refreshes at once each sees what the one before did. */
export function lockSession(connection: Connection, id: string): Promise<SessionEntity | null> {
  return connection.createQueryBuilder(SessionEntity, 's').where('s.id = :id', { id }).setLock('for_no_key_update').getOne();
}

/** Locks the user until the transaction ends: first, in whatever touches several sessions or a password. */
export function lockUser(connection: Connection, id: string): Promise<UserEntity | null> {
  return connection.createQueryBuilder(UserEntity, 'u').where('u.id = :id', { id }).setLock('for_no_key_update').getOne();
}

export async function touchSession(connection: Connection, id: string, lastRefreshedAt: Date): Promise<void> {
  await connection.update(SessionEntity, { id }, { lastRefreshedAt });
}

/** Those of the user that are alive, newest first, at most `limit`. */
export function listLiveSessions(connection: Connection, userId: string, now: Date, limit: number): Promise<SessionEntity[]> {
  return connection
    .createQueryBuilder(SessionEntity, 's')
    .where('s.userId = :userId AND s.endedAt IS NULL AND s.expiresAt > :now', { userId, now })
    .orderBy('s.id', 'DESC')
    .limit(limit)
    .getMany();
}

/** All live sessions of the user; the caller has locked the user. */
export function findLiveSessions(connection: Connection, userId: string, now: Date): Promise<SessionEntity[]> {
  return connection
    .createQueryBuilder(SessionEntity, 's')
    .where('s.userId = :userId AND s.endedAt IS NULL AND s.expiresAt > :now', { userId, now })
    .orderBy('s.id')
    .getMany();
}

/** Ends those that have not ended yet; answers the ids of these. */
export async function endSessions(connection: Connection, ids: readonly string[], now: Date): Promise<string[]> {
  const result = await connection
    .createQueryBuilder()
    .update(SessionEntity)
    .set({ endedAt: now })
    .where('id = ANY(:ids) AND ended_at IS NULL', { ids })
    .returning('id')
    .execute();
  return (result.raw as { id: string }[]).map(({ id }) => id);
}

export async function insertRefreshToken(connection: Connection, token: RefreshTokenEntity): Promise<void> {
  await connection.insert(RefreshTokenEntity, token);
}

export function findRefreshToken(connection: Connection, tokenHash: string): Promise<RefreshTokenEntity | null> {
  return connection.findOneBy(RefreshTokenEntity, { tokenHash });
}

export async function useRefreshToken(connection: Connection, tokenHash: string, usedAt: Date): Promise<void> {
  await connection.update(RefreshTokenEntity, { tokenHash }, { usedAt });
}

/** Forgets sessions that have ended, with their refresh tokens; answers how many. The audit log keeps that they were. */
export async function purgeSessions(connection: Connection, now: Date): Promise<number> {
  const { affected } = await connection
    .createQueryBuilder()
    .delete()
    .from(SessionEntity)
    .where('expires_at <= :now OR ended_at IS NOT NULL', { now })
    .execute();
  return affected ?? 0;
}
