/** Handles every HTTP request, regardless of its route: its id, headers of the answer, one log line. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { performance } from 'node:perf_hooks';
import { addCompression } from './compression';
import { addCors } from './cors';
import { addEarlyAnswers } from './early-answers';
import { RequestFault } from '../errors';
import { takeMalformedAnswer } from './malformed-input';
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

/** Refuses bodies in an encoding of Unicode that is not read, which would be taken for malformed JSON. */
function refuseCharset(type: string | undefined): void {
  if (type === undefined || !/;\s*charset\s*=\s*"?utf-?(16|32)/i.test(type)) return;
  throw new RequestFault('UNSUPPORTED_MEDIA_TYPE', 'The body must be UTF-8, as JSON is (RFC 8259, section 8.1).');
}

export function addHooks(app: FastifyInstance, options: TransportOptions, endWhenAnswered: EndWhenAnswered): void {
  addRequestTraces(app, options.tracing);
  app.addHook('onRequest', async (request, reply) => endWhenAnswered(request, reply));
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'x-request-id': request.id, ...SECURITY_HEADERS });
  });
  addCors(app, options.allowedOrigins);
  app.addHook('preParsing', async ({ headers, method }, reply) => {
    refuseEncoded(headers['content-encoding'], method, reply);
    refuseCharset(headers['content-type']);
  });
  addCompression(app);
  addEarlyAnswers(app);
}

/** Ends a request once, when its answer has left or the client has: also one whose body was refused or never came. */
export type EndWhenAnswered = (request: FastifyRequest, reply: FastifyReply) => void;

export function createEndWhenAnswered({ addressOf, ...options }: TransportOptions): EndWhenAnswered {
  const endRequest = createRequestEnd(options);
  return (request, reply) => {
    // The framework times requests only for hooks of its own.
    const startedAt = performance.now();
    // A connection that has ended does not know its address any more.
    const address = addressOf(request.raw);
    const { socket } = request.raw;
    reply.raw.once('close', () => {
      const { id, method, url, headers } = request;
      const path = url.split('?')[0] ?? '';
      const malformed = reply.raw.headersSent ? null : takeMalformedAnswer(socket);
      const status = reply.raw.headersSent ? reply.raw.statusCode : (malformed?.status ?? CLIENT_LEFT);
      const { context, errorCode } = notesOf(request);
      const { actor = null, outcome = null } = context ?? {};
      const route = request.routeOptions.url ?? null;
      const asked = { clientRequestId: clientRequestIdOf(headers), method, path, route, address };
      const durationMs = performance.now() - startedAt;
      const answered = { status, durationMs, actor, outcome, traceId: traceIdOfRequest(request) };
      // The client has the id of the answer.
      const requestId = malformed?.requestId ?? id;
      endRequest({ ...asked, ...answered, requestId, errorCode: malformed === null ? errorCode : 'BAD_REQUEST' });
    });
  };
}
