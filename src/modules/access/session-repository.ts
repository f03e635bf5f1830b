import type { Connection } from '../../database/transaction';
import { RefreshTokenEntity } from './refresh-token-entity';
import { SessionEntity } from './session-entity';
import { UserEntity } from './user-entity';

export async function insertSession(connection: Connection, session: SessionEntity): Promise<void> {
  await connection.insert(SessionEntity, session);
}

/** Also finds sessions that have ended. */
export function findSessionById(connection: Connection, id: string): Promise<SessionEntity | null> {
  return connection.findOneBy(SessionEntity, { id });
}

/** Finds the session of a browser's cookie. Also finds one that has ended. */
export function findSessionByCookieHash(connection: Connection, cookieHash: string): Promise<SessionEntity | null> {
  return connection.findOneBy(SessionEntity, { cookieHash });
}

/** Locks the session until the transaction ends, so that concurrent refreshes see each other's result. */
export function lockSession(connection: Connection, id: string): Promise<SessionEntity | null> {
  return connection.createQueryBuilder(SessionEntity, 's').where('s.id = :id', { id }).setLock('for_no_key_update').getOne();
}

/** Locks the user until the transaction ends. Taken first by everything that changes several sessions or a password. */
export function lockUser(connection: Connection, id: string): Promise<UserEntity | null> {
  return connection.createQueryBuilder(UserEntity, 'u').where('u.id = :id', { id }).setLock('for_no_key_update').getOne();
}

export async function touchSession(connection: Connection, id: string, lastRefreshedAt: Date): Promise<void> {
  await connection.update(SessionEntity, { id }, { lastRefreshedAt });
}

/** Lists the user's live sessions, newest first, at most `limit`. */
export function listLiveSessions(connection: Connection, userId: string, now: Date, limit: number): Promise<SessionEntity[]> {
  return connection
    .createQueryBuilder(SessionEntity, 's')
    .where('s.userId = :userId AND s.endedAt IS NULL AND s.expiresAt > :now', { userId, now })
    .orderBy('s.id', 'DESC')
    .limit(limit)
    .getMany();
}

/** Finds all live sessions of the user; the caller holds the lock on the user. */
export function findLiveSessions(connection: Connection, userId: string, now: Date): Promise<SessionEntity[]> {
  return connection
    .createQueryBuilder(SessionEntity, 's')
    .where('s.userId = :userId AND s.endedAt IS NULL AND s.expiresAt > :now', { userId, now })
    .orderBy('s.id')
    .getMany();
}

/** Ends the sessions that have not ended yet, and returns their ids. */
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

/** Deletes ended sessions with their refresh tokens, and returns how many. The audit log keeps a record of them. */
export async function purgeSessions(connection: Connection, now: Date): Promise<number> {
  const { affected } = await connection
    .createQueryBuilder()
    .delete()
    .from(SessionEntity)
    .where('expires_at <= :now OR ended_at IS NOT NULL', { now })
    .execute();
  return affected ?? 0;
}
