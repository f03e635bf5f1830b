/** Answers input that Node cannot read as HTTP, before there is a request, or in the middle of its body. */
import { randomUUID } from 'node:crypto';
import type { Socket } from 'node:net';
import { RequestFault } from '../errors';
import { formatError } from '../graphql/errors';
import { addressIn } from './client-address';
import { isAnsweredEarly } from './early-answers';
import { createRequestEnd } from './request-end';
import { SECURITY_HEADERS } from './security-headers';
import type { TransportOptions } from './transport';

const CLIENT_ERRORS: Readonly<Record<string, { readonly status: string; readonly message: string }>> = {
  HPE_HEADER_OVERFLOW: { status: '431 Request Header Fields Too Large', message: 'The headers are too large.' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: '408 Request Timeout', message: 'The request did not arrive in time.' },
};

/** How long a client may take to read such an answer before the connection is cut, and how much it may go on sending. */
const LINGER_MS = 2_000;
const LINGER_BYTES_MAX = 1024 * 1024;

/** Bytes read before the refusal, of connections that were refused. */
const refused = new WeakMap<Socket, number>();

interface MalformedAnswer {
  readonly requestId: string;
  readonly status: number;
  /** Whether the client ended the connection in the middle, and nothing else was wrong. */
  readonly isCutOff: boolean;
}

/** The answers that no line of the log tells of yet. */
const unlogged = new WeakMap<Socket, MalformedAnswer>();

/**
 * Takes the answer to malformed input in the middle of a request, whose line tells of it. Null when there was none, or when the
 * client has left.
 */
export function takeMalformedAnswer(socket: Socket): MalformedAnswer | null {
  const answer = unlogged.get(socket);
  unlogged.delete(socket);
  return answer === undefined || answer.isCutOff ? null : answer;
}

/** Answers input that is not HTTP, or arrives too slowly, and that only Node has seen. */
export function createMalformedAnswer(options: TransportOptions): (error: NodeJS.ErrnoException, socket: Socket) => void {
  const endRequest = createRequestEnd(options);
  return (error, socket) => {
    const requestId = randomUUID();
    const address = addressIn(socket.remoteAddress ?? '') ?? '';
    const status = answerMalformed(error, socket, requestId);
    if (status === null) return;
    unlogged.set(socket, { requestId, status, isCutOff: error.code === 'HPE_INVALID_EOF_STATE' });
    const nothingRead = {
      clientRequestId: null,
      method: null,
      path: null,
      route: null,
      durationMs: 0,
      actor: null,
      outcome: null,
    };
    const endUnlessTaken = (): void => {
      if (!unlogged.delete(socket)) return;
      endRequest({ requestId, ...nothingRead, status, address, errorCode: 'BAD_REQUEST', traceId: null });
    };
    // A request whose body was malformed ends with the connection, and has a line of its own.
    socket.once('close', () => setImmediate(endUnlessTaken));
  };
}

/** Returns the status of the answer; null when none was written. */
function answerMalformed(error: NodeJS.ErrnoException, socket: Socket, requestId: string): number | null {
  const bytesBefore = refused.get(socket);
  // Each further part of malformed input is another error; cutting it off would take the answer away from the client.
  if (bytesBefore !== undefined && socket.bytesRead - bytesBefore <= LINGER_BYTES_MAX) return null;
  const isUnreachable = error.code === 'ECONNRESET' || !socket.writable;
  if (isUnreachable || bytesBefore !== undefined || isAnsweredEarly(socket)) {
    socket.destroy();
    return null;
  }
  refused.set(socket, socket.bytesRead);
  const { status, message } = CLIENT_ERRORS[error.code ?? ''] ?? {
    status: '400 Bad Request',
    message: 'Malformed HTTP request.',
  };
  socket.end(malformedAnswer(status, message, requestId));
  const timer = setTimeout(() => socket.destroy(), LINGER_MS).unref();
  socket.once('close', () => clearTimeout(timer));
  return Number.parseInt(status, 10);
}

function malformedAnswer(status: string, message: string, requestId: string): string {
  const body = JSON.stringify({
    errors: [formatError(new RequestFault('BAD_REQUEST', message), { requestId, report: () => undefined })],
  });
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    'x-request-id': requestId,
    connection: 'close',
    ...SECURITY_HEADERS,
    // Readable for pages: it says nothing but that the request was malformed.
    'access-control-allow-origin': '*',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return `HTTP/1.1 ${status}\r\n${lines.join('\r\n')}\r\n\r\n${body}`;
}
