import { createHash } from 'node:crypto';
import { createSecretText, kindOfSecretText } from './secret-text';

/**
 * The proof of who the caller is: the text of the Authorization header, or the cookie of a session. Kept apart by type, so
 * that no header can carry a cookie's secret to where cookies do not count.
 */
export type Credential = string | SessionCookie;

export interface SessionCookie {
  readonly sessionSecret: string;
}

const SESSION = 'session';

/** The secret of a session's cookie, which is stored nowhere else. */
export function createSessionSecret(): string {
  return createSecretText(SESSION);
}

/** Whether the text has the form and the checksum of such a secret; the session need not exist. */
export function isSessionSecret(text: string): boolean {
  return kindOfSecretText(text) === SESSION;
}

/** The hash to store. The secret is random, so a plain digest reveals nothing. */
export function hashSessionSecret(secret: string): string {
  return createHash('sha256').update(secret).digest('base64url');
}
