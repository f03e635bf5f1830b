import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { errors, jwtVerify, type JWTHeaderParameters } from 'jose';

const ISSUER = 'flagstaff';
const AUDIENCE = 'flagstaff-api';
const ALGORITHM = 'HS256';
const ACCESS_TOKEN_LIFETIME_MS = 15 * 60_000;

export interface AccessToken {
  readonly text: string;
  readonly expiresAt: Date;
}

/** The claims of an access token: the user and the session. */
export interface AccessClaims {
  readonly userId: string;
  readonly sessionId: string;
}

/** Signs and reads access tokens (JWT, RFC 7519), and derives the one-time set-up token. */
export class Tokens {
  private readonly signingSecret: string;
  private readonly signingKeyId: string;
  /** Keys by the key id in a token's header. Earlier keys still verify tokens, so that the signing key can be rotated. */
  private readonly keys: ReadonlyMap<string, Uint8Array>;

  constructor(secret: string, previousSecrets: readonly string[] = []) {
    this.signingSecret = secret;
    this.signingKeyId = keyIdOf(secret);
    const encoder = new TextEncoder();
    this.keys = new Map([secret, ...previousSecrets].map((text) => [keyIdOf(text), encoder.encode(text)]));
  }

  /** The token expires after 15 minutes, or with its session. Synchronous, because transactions await nothing but SQL. */
  sign({ userId, sessionId }: AccessClaims, now: Date, sessionEnd: Date): AccessToken {
    const seconds = (date: Date): number => Math.floor(date.getTime() / 1_000);
    const end = Math.min(now.getTime() + ACCESS_TOKEN_LIFETIME_MS, sessionEnd.getTime());
    const expiresAt = new Date(seconds(new Date(end)) * 1_000);
    const header = { alg: ALGORITHM, kid: this.signingKeyId };
    const claims = { iss: ISSUER, aud: AUDIENCE, sub: userId, sid: sessionId, iat: seconds(now), exp: seconds(expiresAt) };
    // JWS Compact Serialization, RFC 7515, section 7.1.
    const input = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.');
    const signature = createHmac('sha256', this.signingSecret).update(input).digest('base64url');
    return { text: `${input}.${signature}`, expiresAt };
  }

  /** Returns null for a token that is not ours, was altered, has expired, or was signed with a key no longer in use. */
  async read(text: string, now: Date): Promise<(AccessClaims & { readonly expiresAt: Date }) | null> {
    try {
      const { payload } = await jwtVerify(text, (header) => this.keyOf(header), {
        algorithms: [ALGORITHM],
        issuer: ISSUER,
        audience: AUDIENCE,
        currentDate: now,
        requiredClaims: ['sub', 'sid', 'iat', 'exp'],
      });
      const { sub, sid, exp } = payload;
      if (typeof sub !== 'string' || typeof sid !== 'string' || exp === undefined) return null;
      return { userId: sub, sessionId: sid, expiresAt: new Date(exp * 1_000) };
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  }

  private keyOf({ kid }: JWTHeaderParameters): Uint8Array {
    const key = kid === undefined ? undefined : this.keys.get(kid);
    if (key === undefined) throw new errors.JWKSNoMatchingKey();
    return key;
  }

  /**
   * The token that creates the first user. Derived from the secret, so that all servers of an installation print the same
   * one; accepted only while there is no user.
   */
  setUpToken(): string {
    return createHmac('sha256', this.signingSecret).update('set-up token').digest('base64url').slice(0, 32);
  }

  isSetUpToken(text: string): boolean {
    const expected = createHash('sha256').update(this.setUpToken()).digest();
    return timingSafeEqual(expected, createHash('sha256').update(text).digest());
  }
}

/** Identifies a signing key without revealing it. */
function keyIdOf(secret: string): string {
  return createHash('sha256').update(`key id of ${secret}`).digest('base64url').slice(0, 12);
}

/** 256 random bits after a prefix that scanners of leaked secrets recognize. Shown once. */
export function createOpaqueToken(kind: 'refresh' | 'reset'): string {
  return `fs_${kind}_${randomBytes(32).toString('base64url')}`;
}

/** The hash to store. The token is random, so a plain digest reveals nothing. */
export function hashOpaqueToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}
