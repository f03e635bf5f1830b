import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Encrypts and authenticates data that must not be readable or changeable in the database or Redis (AES-256-GCM, NIST SP
 * 800-38D).
 */
export class Cipher {
  private readonly key: Buffer;
  private readonly fingerprintKey: Buffer;

  /** `purpose` derives a separate key for each use, so that a text of one use cannot be decrypted as another's. */
  constructor(secret: string, purpose: string) {
    this.key = Buffer.from(hkdfSync('sha256', secret, '', purpose, 32));
    this.fingerprintKey = Buffer.from(hkdfSync('sha256', secret, '', `${purpose} fingerprint`, 32));
  }

  encrypt(text: string): string {
    return this.encryptBytes(Buffer.from(text, 'utf8')).toString('base64url');
  }

  /** Throws when the text was not encrypted with this key. */
  decrypt(encrypted: string): string {
    return this.decryptBytes(Buffer.from(encrypted, 'base64url')).toString('utf8');
  }

  /** A keyed hash that distinguishes texts without revealing them: without the key, guesses cannot be tried. Base64url. */
  fingerprint(text: string): string {
    return createHmac('sha256', this.fingerprintKey).update(text, 'utf8').digest('base64url');
  }

  /** `location` is authenticated but not stored: bytes encrypted for one location cannot be decrypted at another. */
  encryptBytes(bytes: Buffer, location = ''): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv('aes-256-gcm', this.key, nonce).setAAD(Buffer.from(location, 'utf8'));
    const body = Buffer.concat([cipher.update(bytes), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), body]);
  }

  /** Throws when the bytes were not encrypted with this key for this location. */
  decryptBytes(bytes: Buffer, location = ''): Buffer {
    const decipher = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, NONCE_BYTES));
    decipher.setAAD(Buffer.from(location, 'utf8')).setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
  }
}
