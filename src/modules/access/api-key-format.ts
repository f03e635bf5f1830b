/** The kinds of API keys, and the text of a key (`secret-text.ts`). */
import { createHmac } from 'node:crypto';
import { createSecretText, kindOfSecretText } from './secret-text';

export type ApiKeyKind = 'SERVER' | 'CLIENT' | 'MOBILE' | 'ADMIN';

/** The role of an ADMIN key. Never OWNER: an organization belongs to people. */
export type KeyRole = 'VIEWER' | 'EDITOR' | 'ADMIN';

/** Whether anybody who inspects a page or an app can read the key. Such a key gets answers, never rules. */
export function isClientKind(kind: ApiKeyKind): boolean {
  return kind === 'CLIENT' || kind === 'MOBILE';
}

/** How many random characters of the secret stay visible. */
const VISIBLE_LENGTH = 4;
const KINDS: ReadonlySet<string | null> = new Set(['server', 'client', 'mobile', 'admin']);

export interface NewApiKeyText {
  /** The whole key; shown once. */
  readonly secret: string;
  /** The beginning of the key, which may be stored and shown. */
  readonly prefix: string;
}

export function createApiKeyText(kind: ApiKeyKind): NewApiKeyText {
  const secret = createSecretText(kind.toLowerCase());
  return { secret, prefix: secret.slice(0, `fs_${kind}_`.length + VISIBLE_LENGTH) };
}

/** Whether the text has the form and the checksum of a key; the key need not exist. */
export function isApiKeyText(text: string): boolean {
  return KINDS.has(kindOfSecretText(text));
}

/** The hash to store, which is useless to a thief of the database without the pepper. */
export function hashApiKey(secret: string, pepper: string): string {
  return createHmac('sha256', pepper).update(secret).digest('base64url');
}
