import { createHash, randomBytes } from 'node:crypto';

/** Long enough to find the e-mail after the first day, short enough to be forgotten safely. */
export const INVITATION_LIFETIME_MS = 7 * 24 * 3_600_000;

const PREFIX = 'fs_invitation_';

/** 256 random bits; shown once. */
export function createInvitationToken(): string {
  return PREFIX + randomBytes(32).toString('base64url');
}

/** The hash to store. The token is random, so a plain digest reveals nothing. */
export function hashInvitationToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
