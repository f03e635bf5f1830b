/** Whether sessions and one-time tokens still hold. Pure. */
import type { Issue } from '../../errors';
import type { RefreshTokenEntity } from './refresh-token-entity';
import type { SessionEntity } from './session-entity';

const DAY_MS = 24 * 3_600_000;

/** Why a session ended; the audit log keeps it. */
export type SessionEndReason =
  | 'LOGGED_OUT'
  | 'LOGGED_OUT_EVERYWHERE'
  | 'ENDED_BY_USER'
  | 'REFRESH_TOKEN_REUSED'
  | 'PASSWORD_CHANGED'
  | 'PASSWORD_RESET'
  | 'IDENTITY_LINKED';

/** Of a session or a one-time token. */
export function isLive({ endedAt, expiresAt }: Pick<SessionEntity, 'endedAt' | 'expiresAt'>, now: Date): boolean {
  return endedAt === null && expiresAt > now;
}

/** No refresh moves the end of a session: a stolen one dies of age, too. */
export function sessionEnd(createdAt: Date, days: number): Date {
  return new Date(createdAt.getTime() + days * DAY_MS);
}

/**
 * What to do with a refresh token that is presented. REUSED: two parties have it, one of them a thief, and nobody knows
 * which, so that the session must end for both (RFC 9700, section 4.14.2). There is no leeway.
 */
export function judgeRefresh(
  token: Pick<RefreshTokenEntity, 'usedAt'> | null,
  session: Pick<SessionEntity, 'endedAt' | 'expiresAt'> | null,
  now: Date,
): 'ROTATE' | 'REUSED' | 'REFUSE' {
  if (token === null || session === null || !isLive(session, now)) return 'REFUSE';
  return token.usedAt === null ? 'ROTATE' : 'REUSED';
}

/** The same for a token that is unknown, was used or belongs to a session that has ended: a thief learns nothing. */
export function refusedRefreshToken(): Issue {
  const message = 'The refresh token is invalid or expired; log in again.';
  return { code: 'WRONG_CREDENTIALS', message, path: ['input', 'refreshToken'] };
}

/** The same for a token that is unknown, was used, or has ended by age or with another one. */
export function refusedResetToken(): Issue {
  const message = 'The token is invalid, expired or already used; ask for another one.';
  return { code: 'EXPIRED', message, path: ['input', 'token'] };
}
