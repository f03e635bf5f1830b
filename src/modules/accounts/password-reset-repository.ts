import type { Connection } from '../../database/transaction';
import { PasswordResetEntity } from './password-reset-entity';
import { UserEntity } from '../access/user-entity';

export async function updatePassword(connection: Connection, user: UserEntity): Promise<void> {
  const { id, passwordHash, version } = user;
  await connection.update(UserEntity, { id }, { passwordHash, version });
}

export async function insertPasswordReset(connection: Connection, reset: PasswordResetEntity): Promise<void> {
  await connection.insert(PasswordResetEntity, reset);
}

export function findPasswordReset(connection: Connection, tokenHash: string): Promise<PasswordResetEntity | null> {
  return connection.findOneBy(PasswordResetEntity, { tokenHash });
}

/** Counts the user's tokens that have not expired, including used ones. */
export function countPasswordResets(connection: Connection, userId: string, now: Date): Promise<number> {
  return connection
    .createQueryBuilder(PasswordResetEntity, 'r')
    .where('r.userId = :userId AND r.expiresAt > :now', { userId, now })
    .getCount();
}

/** Ends all of the user's tokens that have not ended yet. */
export async function endPasswordResets(connection: Connection, userId: string, endedAt: Date): Promise<void> {
  await connection
    .createQueryBuilder()
    .update(PasswordResetEntity)
    .set({ endedAt })
    .where('user_id = :userId AND ended_at IS NULL', { userId })
    .execute();
}

/** Deletes expired tokens, and returns how many. */
export async function purgePasswordResets(connection: Connection, now: Date): Promise<number> {
  const { affected } = await connection
    .createQueryBuilder()
    .delete()
    .from(PasswordResetEntity)
    .where('expires_at <= :now', { now })
    .execute();
  return affected ?? 0;
}
