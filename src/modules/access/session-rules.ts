/** Rules for the life of sessions and one-time tokens. Pure. */
import type { Issue } from '../../errors';
import type { RefreshTokenEntity } from './refresh-token-entity';
import type { SessionEntity } from './session-entity';

const DAY_MS = 24 * 3_600_000;

/** Why a session ended. Kept in the audit log. */
export type SessionEndReason =
  | 'LOGGED_OUT'
  | 'LOGGED_OUT_EVERYWHERE'
  | 'ENDED_BY_USER'
  | 'REFRESH_TOKEN_REUSED'
  | 'PASSWORD_CHANGED'
  | 'PASSWORD_RESET'
  | 'IDENTITY_LINKED';

/** Applies to sessions and one-time tokens. */
export function isLive({ endedAt, expiresAt }: Pick<SessionEntity, 'endedAt' | 'expiresAt'>, now: Date): boolean {
  return endedAt === null && expiresAt > now;
}

/** Refreshes do not extend a session, so a stolen one expires too. */
export function sessionEnd(createdAt: Date, days: number): Date {
  return new Date(createdAt.getTime() + days * DAY_MS);
}

/**
 * Decides about a presented refresh token. REUSED: two parties have it and one is a thief; since nobody knows which, the
 * session must end for both (RFC 9700, section 4.14.2). There is no leeway.
 */
export function judgeRefresh(
  token: Pick<RefreshTokenEntity, 'usedAt'> | null,
  session: Pick<SessionEntity, 'endedAt' | 'expiresAt'> | null,
  now: Date,
): 'ROTATE' | 'REUSED' | 'REFUSE' {
  if (token === null || session === null || !isLive(session, now)) return 'REFUSE';
  return token.usedAt === null ? 'ROTATE' : 'REUSED';
}

/** Gives the same answer for a token that is unknown, used, or of an ended session, so that a thief learns nothing. */
export function refusedRefreshToken(): Issue {
  const message = 'The refresh token is invalid or expired; log in again.';
  return { code: 'WRONG_CREDENTIALS', message, path: ['input', 'refreshToken'] };
}

/** Gives the same answer for a token that is unknown, used, expired, or ended together with another one. */
export function refusedResetToken(): Issue {
  const message = 'The token is invalid, expired or already used; ask for another one.';
  return { code: 'EXPIRED', message, path: ['input', 'token'] };
}
