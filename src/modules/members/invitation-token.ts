import { createHash, randomBytes } from 'node:crypto';

/** Long enough for whoever did not find an answer by e-mail on the first day, short enough to be forgotten safely. */
export const INVITATION_LIFETIME_MS = 7 * 24 * 3_600_000;

const PREFIX = 'fs_invitation_';

/** 256 random bits; to be shown once. */
export function createInvitationToken(): string {
  return PREFIX + randomBytes(32).toString('base64url');
}

/** What is stored. The token is random, so that a plain digest tells nothing of it. */
export function hashInvitationToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
