/**
 * What a log-in must remember while its user is at the provider: in a sealed cookie of the browser that began it, so that any
 * server with the same secret can end it, and no other browser.
 */
import type { Clock } from '../clock';
import type { Seal } from '../database/seal';
import type { LogInSecrets } from './provider';

const NAME = 'flagstaff_oidc';
const LIFETIME_SECONDS = 600;

export interface LogInCookieOptions {
  readonly seal: Seal;
  readonly clock: Clock;
}

/** Where the cookie goes. */
export interface CookiePlace {
  readonly path: string;
  /** Only over TLS. */
  readonly isSecure: boolean;
}

export class LogInCookie {
  constructor(private readonly options: LogInCookieOptions) {}

  /** A `Set-Cookie` header. */
  set(secrets: LogInSecrets, place: CookiePlace): string {
    const endsAt = this.options.clock.now().getTime() + LIFETIME_SECONDS * 1_000;
    const { state, nonce, codeVerifier } = secrets;
    return header(this.options.seal.seal(JSON.stringify([endsAt, state, nonce, codeVerifier])), LIFETIME_SECONDS, place);
  }

  /** A `Set-Cookie` header that takes it away. */
  clear(place: CookiePlace): string {
    return header('', 0, place);
  }

  /** Null when the `Cookie` header has none that this installation sealed within the last 10 minutes. */
  read(cookies: string | undefined): LogInSecrets | null {
    const sealed = valueOf(cookies);
    if (sealed === null) return null;
    try {
      const [endsAt, state, nonce, codeVerifier] = JSON.parse(this.options.seal.open(sealed)) as [number, string, string, string];
      return this.options.clock.now().getTime() < endsAt ? { state, nonce, codeVerifier } : null;
    } catch {
      return null;
    }
  }
}

/** Lax: the browser comes back from another site. */
function header(value: string, lifetimeSeconds: number, { path, isSecure }: CookiePlace): string {
  const attributes = `Path=${path}; Max-Age=${lifetimeSeconds}; HttpOnly; SameSite=Lax${isSecure ? '; Secure' : ''}`;
  return `${NAME}=${value}; ${attributes}`;
}

/** RFC 6265, section 5.4. */
function valueOf(cookies: string | undefined): string | null {
  const pairs = (cookies ?? '').split(';').map((pair) => pair.trim());
  return pairs.find((pair) => pair.startsWith(`${NAME}=`))?.slice(NAME.length + 1) ?? null;
}
