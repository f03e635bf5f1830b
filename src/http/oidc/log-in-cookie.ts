/**
 * Keeps the secrets of a log-in while its user is at the provider: in an encrypted cookie of the browser that began it, so
 * that any server with the same secret can complete it, and no other browser.
 */
import type { Clock } from '../../clock';
import type { Cipher } from '../../database/cipher';
import { cookieValues } from '../cookies';
import type { LogInSecrets } from './provider';

const NAME = 'flagstaff_oidc';
/**
 * Browsers accept such a cookie only over TLS, from the host itself and for all of its paths, so that neither another host
 * of the domain nor an attacker on the way can plant one of their own log-ins (RFC 6265bis, section 4.1.3.2).
 */
const HOST_PREFIX = '__Host-';
const LIFETIME_SECONDS = 600;

export interface LogInCookieOptions {
  readonly cipher: Cipher;
  readonly clock: Clock;
}

/** A log-in that a browser began, as the browser keeps it until its callback. */
export interface BegunLogIn extends LogInSecrets {
  /** The path that the browser is sent to with a cookie of its session. Null: the callback answers tokens. */
  readonly to: string | null;
}

/** Path and security of the cookie. */
export interface CookieOptions {
  /** Used over plain HTTP; over TLS the path is /. */
  readonly path: string;
  /** True: only over TLS. */
  readonly isSecure: boolean;
}

export class LogInCookie {
  constructor(private readonly options: LogInCookieOptions) {}

  /** Returns a `Set-Cookie` header. */
  set({ state, nonce, codeVerifier, to }: BegunLogIn, options: CookieOptions): string {
    const endsAt = this.options.clock.now().getTime() + LIFETIME_SECONDS * 1_000;
    const text = JSON.stringify([endsAt, state, nonce, codeVerifier, to]);
    return header(this.options.cipher.encrypt(text), LIFETIME_SECONDS, options);
  }

  /** Returns a `Set-Cookie` header that deletes the cookie. */
  clear(options: CookieOptions): string {
    return header('', 0, options);
  }

  /** Null when the `Cookie` header has none that this installation encrypted within the last 10 minutes. */
  read(cookies: string | undefined, { isSecure }: CookieOptions): BegunLogIn | null {
    const [encrypted] = cookieValues(cookies, nameOf(isSecure));
    if (encrypted === undefined) return null;
    try {
      // One that a server of the release before has set has no path.
      const [endsAt, state, nonce, codeVerifier, to = null] = JSON.parse(this.options.cipher.decrypt(encrypted)) as [
        number,
        string,
        string,
        string,
        (string | null)?,
      ];
      return this.options.clock.now().getTime() < endsAt ? { state, nonce, codeVerifier, to } : null;
    } catch {
      return null;
    }
  }
}

/** Uses SameSite=Lax, because the browser comes back from another site. */
function header(value: string, lifetimeSeconds: number, { path, isSecure }: CookieOptions): string {
  const attributes = isSecure ? 'Path=/; Secure' : `Path=${path}`;
  return `${nameOf(isSecure)}=${value}; ${attributes}; Max-Age=${lifetimeSeconds}; HttpOnly; SameSite=Lax`;
}

function nameOf(isSecure: boolean): string {
  return isSecure ? `${HOST_PREFIX}${NAME}` : NAME;
}
