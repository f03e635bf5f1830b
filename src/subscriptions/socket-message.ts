/** Reads the messages of graphql-transport-ws, and bounds the reasons with which sockets are closed. */
import { parseMessage } from 'graphql-ws';
import { Unauthenticated } from '../errors';

/** Null when the data is not a message of the protocol. */
export function readMessage(data: Buffer): ReturnType<typeof parseMessage> | null {
  try {
    return parseMessage(data.toString('utf8'));
  } catch {
    return null;
  }
}

export function authorizationOf(params: Readonly<Record<string, unknown>> | undefined): string | undefined {
  const authorization = params?.authorization;
  if (authorization === undefined || authorization === null) return undefined;
  if (typeof authorization !== 'string') throw new Unauthenticated('The connection parameter authorization must be a string.');
  return authorization;
}

/** Keeps the reason within the 123 bytes that a close frame has room for (RFC 6455, section 5.5.1). */
export function closeReason(message: string, otherwise = 'Forbidden'): string {
  return /^[\x20-\x7e]{1,123}$/.test(message) ? message : otherwise;
}
