/** Reads the messages of graphql-transport-ws, and bounds the reasons with which sockets are closed. */
import { parseMessage } from 'graphql-ws';
import type { IncomingHttpHeaders } from 'node:http';
import { RequestFault, Unauthenticated } from '../errors';

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
 * a credential under another name, because the socket would be anonymous without a word.
 */
export function authorizationOf(params: Params | undefined): string | undefined {
  if (params === undefined) return undefined;
  const headers = isRecord(params.headers) ? params.headers : {};
  const authorization = memberOf(params, 'authorization') ?? memberOf(headers, 'authorization');
  if (authorization !== undefined) return authorization;
  if ([...Object.values(params), ...Object.values(headers)].some(isCredential)) {
    // The reason of the close says it; that of a credential that is not valid says nothing.
    throw new RequestFault('FORBIDDEN', 'The credential must be in the connection parameter "authorization", as "Bearer ...".');
  }
  return undefined;
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
  return typeof value === 'string' && /^(Bearer\s+)?(fs_[a-z]{5,10}_|eyJ[\w-]{10,}\.)/i.test(value);
}

function isRecord(value: unknown): value is Params {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The bearer token of the upgrade itself; null when there is none. Browsers send other kinds by themselves. */
export function bearerOf({ authorization }: IncomingHttpHeaders): string | null {
  return authorization !== undefined && /^Bearer\s/i.test(authorization) ? authorization : null;
}

/** Keeps the reason within the 123 bytes that a close frame has room for (RFC 6455, section 5.5.1). */
export function closeReason(message: string, otherwise = 'Forbidden'): string {
  return /^[\x20-\x7e]{1,123}$/.test(message) ? message : otherwise;
}
