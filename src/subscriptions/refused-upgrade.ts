/** Refuses the upgrade to a WebSocket by an ordinary answer, and logs it as any other request. */
import { randomUUID } from 'node:crypto';
import { STATUS_CODES, type IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { RequestErrorCode } from '../errors';
import { clientRequestIdOf } from '../http/hooks';
import { createRequestEnd } from '../http/request-end';
import type { TransportOptions } from '../http/transport';

export interface UpgradeRefusal {
  readonly status: number;
  readonly errorCode: RequestErrorCode;
  readonly headers?: Readonly<Record<string, string>>;
  /** One sentence, for people. */
  readonly message?: string;
}

export type RefuseUpgrade = (request: IncomingMessage, socket: Duplex, refusal: UpgradeRefusal) => void;

export function createUpgradeRefusals(options: TransportOptions): RefuseUpgrade {
  const endRequest = createRequestEnd(options);
  return (request, socket, { status, errorCode, headers = {}, message = '' }) => {
    const requestId = randomUUID();
    const all = {
      connection: 'close',
      'x-request-id': requestId,
      'content-type': 'text/plain; charset=utf-8',
      'content-length': String(Buffer.byteLength(message)),
      ...headers,
    };
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`);
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('\r\n')}\r\n\r\n${message}`);
    const { method = 'GET', url = '' } = request;
    const asked = { clientRequestId: clientRequestIdOf(request.headers), method, path: url.split('?')[0] ?? '' };
    const answered = {
      requestId,
      status,
      durationMs: 0,
      address: options.addressOf(request),
      actor: null,
      outcome: null,
      errorCode,
    };
    endRequest({ ...asked, ...answered, route: null, traceId: null });
  };
}

/** The refusal of a handshake that does not conform (RFC 6455, section 4.2.1); `error` is what ws says about it. */
export function handshakeRefusal({ message }: Error): UpgradeRefusal {
  if (message === 'Invalid HTTP method')
    return { status: 405, errorCode: 'METHOD_NOT_ALLOWED', message, headers: { allow: 'GET' } };
  return { status: 400, errorCode: 'BAD_REQUEST', message, headers: { 'sec-websocket-version': '13, 8' } };
}
