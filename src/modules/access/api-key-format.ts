/**
 * The text of an API key: `fs_<kind>_` + 30 random base62 characters + 6 base62 characters of the CRC-32 of everything
 * before, so that scanners of leaked secrets recognize a real key without asking the server.
 */
import { createHmac, randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

export type ApiKeyKind = 'SERVER' | 'CLIENT' | 'MOBILE' | 'ADMIN';

/** The role of an ADMIN key. Never OWNER: an organization belongs to people. */
export type KeyRole = 'VIEWER' | 'EDITOR' | 'ADMIN';

/** Whether anybody who inspects a page or an app can read the key. Such a key gets answers, never rules. */
export function isClientKind(kind: ApiKeyKind): boolean {
  return kind === 'CLIENT' || kind === 'MOBILE';
}

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_LENGTH = 30;
const CHECKSUM_LENGTH = 6;
/** How many random characters of the secret stay visible. */
const VISIBLE_LENGTH = 4;
const FORM = /^fs_(server|client|mobile|admin)_([0-9A-Za-z]{30})([0-9A-Za-z]{6})$/;

export interface NewApiKeyText {
  /** The whole key; shown once. */
  readonly secret: string;
  /** The beginning of the key, which may be stored and shown. */
  readonly prefix: string;
}

export function createApiKeyText(kind: ApiKeyKind): NewApiKeyText {
  const head = `fs_${kind.toLowerCase()}_`;
  const random = Array.from({ length: RANDOM_LENGTH }, () => BASE62[randomInt(BASE62.length)]).join('');
  return { secret: head + random + checksumOf(head + random), prefix: head + random.slice(0, VISIBLE_LENGTH) };
}

/** Whether the text has the form and the checksum of a key; the key need not exist. */
export function isApiKeyText(text: string): boolean {
  return FORM.test(text) && checksumOf(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH);
}

/** The hash to store, which is useless to a thief of the database without the pepper. */
export function hashApiKey(secret: string, pepper: string): string {
  return createHmac('sha256', pepper).update(secret).digest('base64url');
}

function checksumOf(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let i = 0; i < CHECKSUM_LENGTH; i++) {
    digits = BASE62.charAt(rest % 62) + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
