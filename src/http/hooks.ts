/** Handles every HTTP request, regardless of its route: its id, headers of the answer, one log line. */
import type { FastifyInstance } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { addCompression } from './compression';
import { addCors } from './cors';
import { createRequestLog } from '../log';
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

export function addHooks(app: FastifyInstance, { log, allowedOrigins, addressOf }: TransportOptions): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ 'x-request-id': request.id, ...SECURITY_HEADERS });
  });
  addCors(app, allowedOrigins);
  addCompression(app);
  const logRequest = createRequestLog(log);
  let isDraining = false;
  app.addHook('preClose', async () => {
    isDraining = true;
  });
  app.addHook('onSend', async (_request, reply, payload) => {
    // This is the last answer on a kept-alive connection; otherwise the drain would wait until the connection idles out.
    if (isDraining) reply.header('connection', 'close');
    return payload;
  });
  app.addHook('onResponse', async (request, reply) => {
    const { id: requestId, method, url, headers } = request;
    const address = addressOf(request.raw);
    const path = url.split('?')[0] ?? '';
    const clientRequestId = clientRequestIdOf(headers);
    logRequest({ requestId, clientRequestId, method, path, status: reply.statusCode, durationMs: reply.elapsedTime, address });
  });
}
