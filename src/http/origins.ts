/** Compares origins of pages (RFC 6454) with the addresses at which this server is reached, as URLs and not as texts. */
import type { Actor } from '../modules/access/actor';
import { isForPages } from './cors';

/** `https://host` or `https://host:port`, as browsers write it; null for a text that is no origin, or not that alone. */
export function originOf(text: string): string | null {
  if (!URL.canParse(text)) return null;
  const { protocol, host, origin, username, password, pathname, search, hash } = new URL(text);
  if (host === '' || host.includes('*') || username + password + search + hash !== '' || !/^\/?$/.test(pathname)) return null;
  // Pages come from none of the others that the URL standard knows, such as ftp.
  if (origin !== 'null' && !['http:', 'https:'].includes(protocol)) return null;
  // URLs of other protocols, as of pages in a mobile app, have no origin of their own here.
  return origin === 'null' ? `${protocol}//${host}` : origin;
}

export interface OwnAddress {
  /** Origins of browsers, in addition to the server's own. */
  readonly allowedOrigins: readonly string[];
  /** The base URL of the installation; null when it is not known. */
  readonly publicUrl: string | null;
}

export interface Page {
  readonly origin: string;
  /** Hosts that the request was sent to: as its Host header says, and as proxies say that it was. */
  readonly hosts: readonly string[];
}

/** Whether a page may open a WebSocket for the actor. Programs have no origin. */
export function mayConnect({ origin, hosts }: Page, actor: Actor, { allowedOrigins, publicUrl }: OwnAddress): boolean {
  const normal = originOf(origin);
  if (isForPages(actor) || (normal !== null && allowedOrigins.includes(normal))) return true;
  if (normal !== null && publicUrl !== null && new URL(publicUrl).origin === normal) return true;
  return hosts.some((host) => isAt(origin, host));
}

/**
 * Whether a page of this origin came from this host. A host without a port is that of any: some proxies pass on the name
 * alone. Cookies are stricter (`session-cookie.ts`), so a page of another port can do nothing with a connection that a program could not.
 */
function isAt(origin: string, host: string): boolean {
  if (host === '' || !URL.canParse(origin)) return false;
  const page = new URL(origin);
  const address = `${page.protocol}//${host}`;
  if (!URL.canParse(address)) return false;
  const own = new URL(address);
  return own.host === page.host || (own.hostname === page.hostname && !/:\d+$/.test(host));
}
