/** Handles every HTTP request, regardless of its route: its id, headers of the answer, one log line. */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { addCompression } from './compression';
import { addCors } from './cors';
import { addEarlyAnswers } from './early-answers';
import { RequestFault } from '../errors';
import { createRequestEnd } from './request-end';
import { CLIENT_LEFT } from './request-log';
import { addRequestTraces, traceIdOfRequest } from './request-traces';
import { notesOf } from './request-notes';
import { SECURITY_HEADERS } from './security-headers';
import type { TransportOptions } from './transport';

/** The id of a request in its answer, in errors, in the log and in the audit log. Never chosen by the client. */
export function newRequestId(): string {
  return randomUUID();
}

/** The client's own id, used only in the log, to join its logs with ours. Null when there is none, or an unsafe one. */
export function clientRequestIdOf({ 'x-request-id': id }: IncomingHttpHeaders): string | null {
  return typeof id === 'string' && /^[A-Za-z0-9._-]{1,100}$/.test(id) ? id : null;
}

/** Refuses compressed bodies, which would be taken for malformed ones (RFC 9110, section 15.5.16). */
function refuseEncoded(encoding: string | undefined, method: string, reply: FastifyReply): void {
  if (encoding === undefined || method === 'GET' || method === 'HEAD' || encoding.toLowerCase() === 'identity') return;
  reply.header('accept-encoding', 'identity');
  throw new RequestFault('UNSUPPORTED_MEDIA_TYPE', 'The body must not be compressed: send it without Content-Encoding.');
}

export function addHooks(app: FastifyInstance, options: TransportOptions): void {
  addRequestTraces(app, options.tracing);
  addRequestEnd(app, options);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'x-request-id': request.id, ...SECURITY_HEADERS });
  });
  addCors(app, options.allowedOrigins);
  app.addHook('preParsing', async ({ headers, method }, reply) => refuseEncoded(headers['content-encoding'], method, reply));
  addCompression(app);
  addEarlyAnswers(app);
}

/** Ends each request once, when its answer has left or the client has: also one whose body was refused or never came. */
function addRequestEnd(app: FastifyInstance, options: TransportOptions): void {
  const { addressOf } = options;
  const endRequest = createRequestEnd(options);
  app.addHook('onRequest', async (request, reply) => {
    // A connection that has ended does not know its address any more.
    const address = addressOf(request.raw);
    reply.raw.once('close', () => {
      const { id: requestId, method, url, headers } = request;
      const path = url.split('?')[0] ?? '';
      const status = reply.raw.headersSent ? reply.raw.statusCode : CLIENT_LEFT;
      const clientRequestId = clientRequestIdOf(headers);
      const { context, errorCode } = notesOf(request);
      const { actor = null, outcome = null } = context ?? {};
      const durationMs = reply.elapsedTime;
      const route = request.routeOptions.url ?? null;
      const traceId = traceIdOfRequest(request);
      const ended = { requestId, clientRequestId, method, path, route, status, durationMs, address };
      endRequest({ ...ended, actor, outcome, errorCode, traceId });
    });
  });
}
