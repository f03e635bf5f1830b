/** Rules for the web origins (RFC 6454) from which a key may be used. Pure. */
import { RequestFault, type Issue } from '../../errors';
import { quote } from '../../evaluation';
import { countIssues, unstorable, type Path } from '../../validation/input-rules';
import type { Actor } from './actor';

const ORIGINS_MAX = 50;
/** A host has at most 253 characters. */
const ORIGIN_LENGTH_MAX = 270;
/** Allows only the scheme before the host, and only a port after it. */
const FORM = /^(https?):\/\/([^\s/\\?#@%*:]+|\[[0-9a-f:.]+\])(:\d{1,5})?$/i;
const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])$/;

/**
 * Returns the origin as browsers write it in the Origin header: lower case, punycode, no default port. Null when it is not
 * an origin.
 */
export function normalizeOrigin(text: string): string | null {
  if (text.length > ORIGIN_LENGTH_MAX || unstorable(text) || !FORM.test(text) || !URL.canParse(text)) return null;
  const { protocol, hostname, origin } = new URL(text);
  if (!/^[a-z0-9.-]+$|^\[/.test(hostname)) return null;
  return protocol === 'https:' || LOOPBACK.test(hostname) ? origin : null;
}

/** Null: any origin. Invalid entries are left out; `originIssues` reports them. */
export function normalizeOrigins(texts: readonly string[] | null | undefined): readonly string[] | null {
  const origins = (texts ?? []).map(normalizeOrigin).filter((origin) => origin !== null);
  return origins.length === 0 ? null : [...new Set(origins)];
}

export function originIssues(texts: readonly string[] | null | undefined, path: Path): Issue[] {
  if (texts === null || texts === undefined) return [];
  const tooMany = countIssues('Allowed origins', texts.length, { min: 0, max: ORIGINS_MAX }, path);
  if (tooMany.length > 0) return tooMany;
  return texts.flatMap((text, i): Issue[] => {
    if (normalizeOrigin(text) !== null) return [];
    const at = [...path, String(i)];
    if (text === '') return [{ code: 'BLANK', message: 'Origin must not be empty.', path: at }];
    if (text.length > ORIGIN_LENGTH_MAX) {
      const message = `Origin has ${text.length} characters; at most ${ORIGIN_LENGTH_MAX} are allowed.`;
      return [{ code: 'TOO_LONG', message, path: at }];
    }
    const form = 'https://host or https://host:port, without path or wildcard; http is for localhost only';
    return [{ code: 'INVALID', message: `Origin ${quote(text)} must have the form ${form}.`, path: at }];
  });
}

/**
 * Throws FORBIDDEN for a key used on a page of another site. A request without an origin does not come from a page and
 * passes.
 */
export function requireOrigin(actor: Actor): void {
  if (isOriginAllowed(actor)) return;
  throw new RequestFault('FORBIDDEN', `This API key may not be used from the origin ${quote(actor.request.origin ?? '')}.`);
}

/**
 * Whether the actor's credential may be used from the origin of the request. A request without one does not come from a
 * page.
 */
export function isOriginAllowed(actor: Actor): boolean {
  const { origin } = actor.request;
  return actor.kind !== 'API_KEY' || actor.allowedOrigins === null || origin === null || actor.allowedOrigins.includes(origin);
}
