/** Finds the credential of a request in its headers. */
import type { IncomingHttpHeaders } from 'node:http';
import { Unauthenticated } from '../errors';

const ELSEWHERE = ['x-api-key', 'api-key', 'apikey', 'x-auth-token', 'x-access-token'] as const;

/**
 * Answers the Authorization header. Throws for one of this server's API keys in another header, because the request would be
 * anonymous without a word; what else such a header has may be meant for a gateway.
 */
export function authorizationHeaderOf(headers: IncomingHttpHeaders): string | undefined {
  if (headers.authorization !== undefined) return headers.authorization;
  const name = ELSEWHERE.find((header) => isMisplacedKey(headers[header]));
  if (name === undefined) return undefined;
  throw new Unauthenticated(`The API key must be in the header "Authorization: Bearer <API key>", not in ${name}.`);
}

/** Whether a text that is not in the Authorization header is an API key, with or without `Bearer`. */
export function isMisplacedKey(value: unknown): boolean {
  return typeof value === 'string' && /^(Bearer\s+)?fs_[a-z]{5,10}_/i.test(value);
}
