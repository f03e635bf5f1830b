/**
 * The cookie of a browser's session, and where it counts (docs/adr/0022). A browser sends it along with requests that other pages
 * cause, so it counts only for requests of which the browser says that a page of this server made them. Other requests that it could
 * count for are refused, and not answered as to anybody.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { RequestFault, Unauthenticated } from '../errors';
import type { SessionCookie } from '../modules/access/credential';
import type { BrowserSession } from '../modules/accounts/session-service';
import { basePathOf } from './base-path';
import { cookieValues } from './cookies';

const NAME = 'flagstaff_session';

export interface SessionCookieOptions {
  readonly isProduction: boolean;
  /** The base URL of the installation; null when it is not known. */
  readonly publicUrl: string | null;
}

export interface SessionCookies {
  /** A `Set-Cookie` header. */
  readonly set: (session: BrowserSession) => string;
  /** A `Set-Cookie` header that deletes the cookie. */
  readonly clear: () => string;
  /**
   * The cookie as a credential. Undefined: there is none, or an Authorization header beside it. Throws `Unauthenticated` when it is
   * there and does not count.
   */
  readonly read: (headers: IncomingHttpHeaders) => SessionCookie | undefined;
  /** All cookies of the name, for a log-out, which must leave none. Call `requireOwnPage` before. */
  readonly readAll: (headers: IncomingHttpHeaders) => SessionCookie[];
  /** Throws FORBIDDEN for a request that no page of this server has made. */
  readonly requireOwnPage: (headers: IncomingHttpHeaders) => void;
  /** Throws FORBIDDEN for a page whose browser would not keep the cookie. */
  readonly requireKept: (headers: IncomingHttpHeaders) => void;
}

export function createSessionCookies(options: SessionCookieOptions): SessionCookies {
  const isSecure = options.isProduction || options.publicUrl?.startsWith('https:') === true;
  const basePath = basePathOf(options.publicUrl);
  const name = nameOf(isSecure, basePath);
  const attributes = `Path=${basePath || '/'}; ${isSecure ? 'Secure; ' : ''}HttpOnly; SameSite=Strict`;
  const own: OwnPages = { isSecure, origin: options.publicUrl === null ? null : new URL(options.publicUrl).origin };
  return {
    set: ({ secret, lifetimeSeconds }) => `${name}=${secret}; ${attributes}; Max-Age=${lifetimeSeconds}`,
    clear: () => `${name}=; ${attributes}; Max-Age=0`,
    read: (headers) => {
      const [sessionSecret, ...more] = cookieValues(headers.cookie, name);
      if (sessionSecret === undefined || headers.authorization !== undefined) return undefined;
      // One of them may be planted by another host of the domain.
      if (more.length > 0) throw new Unauthenticated(`There are several cookies ${name}; delete them, and log in again.`);
      if (sessionSecret === '') return undefined;
      if (isFromOwnPage(headers, own)) return { sessionSecret };
      throw new Unauthenticated(`The cookie of a session counts only for ${OWN_PAGES}.`);
    },
    readAll: (headers) => cookieValues(headers.cookie, name).map((sessionSecret) => ({ sessionSecret })),
    requireOwnPage: (headers) => {
      if (isFromOwnPage(headers, own)) return;
      throw new RequestFault('FORBIDDEN', `This serves only ${OWN_PAGES}; programs log in with the mutation logIn.`);
    },
    requireKept: ({ origin }) => {
      if (!isSecure || origin === undefined || !URL.canParse(origin) || mayHaveSecureCookies(new URL(origin))) return;
      throw new RequestFault('FORBIDDEN', 'Browsers keep the cookie of a session only of pages over https, and this one is not.');
    },
  };
}

const OWN_PAGES = 'pages of this server, by Sec-Fetch-Site or Origin';

/**
 * Browsers take `__Host-` only over TLS, from the host itself, and for all of its paths (RFC 6265bis, section 4.1.3.2). Under a base
 * path other applications share the host, maybe other installations, too: they must not get each other's cookies, so it has the
 * path instead, and `__Secure-`. Pages below two base paths are sent the cookies of both, so the path is in the name, too.
 */
function nameOf(isSecure: boolean, basePath: string): string {
  const name = `${NAME}${basePath.replaceAll(/[^A-Za-z0-9]/g, '-')}`;
  if (!isSecure) return name;
  return basePath === '' ? `__Host-${name}` : `__Secure-${name}`;
}

/** Whether browsers keep a cookie with `Secure` of pages there: over TLS, and of this machine. */
function mayHaveSecureCookies({ protocol, hostname }: URL): boolean {
  return protocol === 'https:' || /^(localhost|.+\.localhost|127\.[\d.]+|\[::1\])$/.test(hostname);
}

interface OwnPages {
  readonly isSecure: boolean;
  /** The origin of PUBLIC_URL; null when there is none. */
  readonly origin: string | null;
}

/**
 * Browsers state the site of the page (Fetch Metadata) over TLS and to this machine; Chromium not for WebSockets. Else its origin
 * decides, compared with port and all: pages of other ports are of the same site, and get `SameSite` cookies sent.
 */
function isFromOwnPage({ 'sec-fetch-site': site, origin, host }: IncomingHttpHeaders, own: OwnPages): boolean {
  if (site !== undefined) return site === 'same-origin';
  if (origin === undefined || !URL.canParse(origin)) return false;
  if (origin === own.origin) return true;
  const page = new URL(origin);
  if (own.isSecure && !mayHaveSecureCookies(page)) return false;
  return origin === originOfHost(page.protocol, host ?? '');
}

function originOfHost(protocol: string, host: string): string | null {
  const address = `${protocol}//${host}`;
  return URL.canParse(address) ? new URL(address).origin : null;
}
