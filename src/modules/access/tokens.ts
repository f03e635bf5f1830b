import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { SignJWT, errors, jwtVerify } from 'jose';

const ISSUER = 'flagstaff';
const AUDIENCE = 'flagstaff-api';
const ALGORITHM = 'HS256';
export const ACCESS_TOKEN_LIFETIME_MS = 15 * 60_000;

export interface AccessToken {
  readonly text: string;
  readonly expiresAt: Date;
}

/** Signs and reads access tokens (JWT, RFC 7519), and knows the one-time set-up token. */
export class Tokens {
  private readonly secret: Uint8Array;
  /** Names the signing key without telling it, so that keys can rotate. */
  private readonly keyId: string;

  constructor(secretText: string) {
    this.secret = new TextEncoder().encode(secretText);
    this.keyId = createHash('sha256').update(`key id of ${secretText}`).digest('base64url').slice(0, 12);
  }

  async sign(userId: string, now: Date): Promise<AccessToken> {
    const expiresAt = new Date(Math.floor((now.getTime() + ACCESS_TOKEN_LIFETIME_MS) / 1000) * 1000);
    const text = await new SignJWT()
      .setProtectedHeader({ alg: ALGORITHM, kid: this.keyId })
      .setIssuer(ISSUER)
      .setAudience(AUDIENCE)
      .setSubject(userId)
      .setIssuedAt(now)
      .setExpirationTime(expiresAt)
      .sign(this.secret);
    return { text, expiresAt };
  }

  /** The user's id; null for a token that is not ours, was altered, or has ended. */
  async read(text: string, now: Date): Promise<string | null> {
    try {
      const { payload, protectedHeader } = await jwtVerify(text, this.secret, {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        currentDate: now,
        requiredClaims: ['sub', 'exp'],
      });
      return protectedHeader.kid === this.keyId ? (payload.sub ?? null) : null;
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }

  /**
   * The token with which the first user is made. It follows from the secret, so that all servers of an installation
   * print the same one; it is worth something only while there is no user.
   */
  setUpToken(): string {
    return createHmac('sha256', this.secret).update('set-up token').digest('base64url').slice(0, 32);
  }

  isSetUpToken(text: string): boolean {
    const expected = createHash('sha256').update(this.setUpToken()).digest();
    return timingSafeEqual(expected, createHash('sha256').update(text).digest());
  }
}
