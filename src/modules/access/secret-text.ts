/**
 * The text of a secret that is sent again and again: `fs_<kind>_` + 30 random base62 characters + 6 base62 characters of the
 * CRC-32 of everything before, so that scanners of leaked secrets recognize a real one without asking the server.
 */
import { randomInt } from 'node:crypto';
import { crc32 } from 'node:zlib';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const RANDOM_LENGTH = 30;
const CHECKSUM_LENGTH = 6;
const FORM = /^fs_([a-z]+)_[0-9A-Za-z]{36}$/;

/** `kind` in lower case. */
export function createSecretText(kind: string): string {
  const random = Array.from({ length: RANDOM_LENGTH }, () => BASE62[randomInt(BASE62.length)]).join('');
  const text = `fs_${kind}_${random}`;
  return text + checksumOf(text);
}

/** The kind that a text of this form, with the right checksum, is of; null for any other. There need not be such a secret. */
export function kindOfSecretText(text: string): string | null {
  const [, kind] = FORM.exec(text) ?? [];
  return kind !== undefined && checksumOf(text.slice(0, -CHECKSUM_LENGTH)) === text.slice(-CHECKSUM_LENGTH) ? kind : null;
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
