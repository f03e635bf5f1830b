/** Reads the messages of graphql-transport-ws, and bounds the reasons with which sockets are closed. */
import { parseMessage } from 'graphql-ws';
import type { IncomingHttpHeaders } from 'node:http';
import { RequestFault, Unauthenticated } from '../errors';
import { isMisplacedKey } from '../http/credential-header';

/** Null when the data is not a message of the protocol. */
export function readMessage(data: Buffer): ReturnType<typeof parseMessage> | null {
  try {
    return parseMessage(data.toString('utf8'));
  } catch {
    return null;
  }
}

type Params = Readonly<Record<string, unknown>>;

/**
 * Reads the credential from where clients put it: `authorization`, in capitals or not, or the same among `headers`. Throws for
 * a credential elsewhere, because the socket would be anonymous without a word.
 */
export function authorizationOf(params: Params | undefined, ofUpgrade: string | null = null): string | undefined {
  const { headers, ...named } = params ?? {};
  const all = { ...(isRecord(headers) ? headers : {}), ...named };
  const authorization = memberOf(named, 'authorization') ?? memberOf(all, 'authorization') ?? ofUpgrade ?? undefined;
  if (authorization !== undefined) return authorization;
  if (Object.entries(all).some(([name, value]) => (CREDENTIAL_NAME.test(name) ? isGiven(value) : isCredential(value)))) {
    throw new RequestFault('FORBIDDEN', 'The credential must be in the connection parameter "authorization", as "Bearer ...".');
  }
  return undefined;
}

/** Matches `token`, `authToken`, `apiKey`, `X-API-Key`, `access_token` and their like, whose value can only be meant as a credential. */
const CREDENTIAL_NAME = /^(x[-_]?)?((api|auth|access|bearer)[-_]?)?(key|token)$/i;

function isGiven(value: unknown): boolean {
  return typeof value === 'string' && value !== '';
}

/** The text of the member with this name, whatever its case. Throws when it is no text. */
function memberOf(record: Params, name: string): string | undefined {
  const found = Object.keys(record).find(
    (key) => key.toLowerCase() === name && record[key] !== undefined && record[key] !== null,
  );
  if (found === undefined) return undefined;
  const value = record[found];
  if (typeof value !== 'string') throw new Unauthenticated(`The connection parameter ${name} must be a string.`);
  return value;
}

/** Whether a text is an API key or an access token, with or without `Bearer`. */
function isCredential(value: unknown): boolean {
  return typeof value === 'string' && (isMisplacedKey(value) || /^(Bearer\s+)?eyJ[\w-]{10,}\./i.test(value));
}

function isRecord(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The bearer token of the upgrade itself; null when there is none. Browsers send other kinds by themselves. */
export function bearerOf({ authorization }: IncomingHttpHeaders): string | null {
  if (authorization !== undefined && /^Bearer\s/i.test(authorization)) return authorization;
  return null;
}

/** Keeps the reason within the 123 bytes that a close frame has room for (RFC 6455, section 5.5.1). */
export function closeReason(message: string, otherwise = 'Forbidden'): string {
  return /^[\x20-\x7e]{1,123}$/.test(message) ? message : otherwise;
}
