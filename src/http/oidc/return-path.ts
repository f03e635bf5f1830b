/** Decides where a browser goes after its log-in: to a page of this installation, and nowhere else. */
import { RequestFault } from '../../errors';

/** Longer than any path of a page, and short enough for a cookie with it (4,096 bytes, RFC 6265). */
const LENGTH_MAX = 1_000;

/**
 * Reads `?to=/path`: the path below the base path of `base`, with its query and fragment. Null: none is given. Throws BAD_REQUEST
 * for whatever a browser would take for another place, such as `//evil.example` and `/\\evil.example`.
 */
export function returnPathOf(query: unknown, base: URL): string | null {
  const to = (query as { readonly to?: unknown }).to;
  if (to === undefined) return null;
  if (typeof to === 'string' && to.length <= LENGTH_MAX && isPathOf(to, base)) return to;
  throw new RequestFault(
    'BAD_REQUEST',
    `"to" must be a path of this server such as /o/acme, of at most ${LENGTH_MAX} characters.`,
  );
}

/** The URL of such a path. */
export function returnUrlOf(to: string, base: URL): URL {
  return new URL(`${base.href.replace(/\/$/, '')}${to}`);
}

function isPathOf(to: string, base: URL): boolean {
  // Browsers take a backslash for a slash, and drop tabs and line ends.
  if (!/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/.test(to)) return false;
  const { origin, pathname } = returnUrlOf(to, base);
  return origin === base.origin && pathname.startsWith(`${base.pathname.replace(/\/$/, '')}/`);
}
