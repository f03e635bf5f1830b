/** What happens around every HTTP request, whatever its route: its id, headers of the answer, one log line. */
import type { FastifyInstance } from 'fastify';
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { addCompression } from './compression';
import { addCors } from './cors';
import { createRequestLog } from '../log';
import { SECURITY_HEADERS } from './security-headers';
import type { TransportOptions } from './transport';

/** By which a request is known in its answer, in errors, in the log and in the record of changes. Never of the client's choice. */
export function newRequestId(): string {
  return randomUUID();
}

/** A client's own id, for the log alone, so that its logs and ours can be joined. Null when there is none that is harmless. */
export function clientRequestIdOf({ 'x-request-id': id }: IncomingHttpHeaders): string | null {
  return typeof id === 'string' && /^[A-Za-z0-9._-]{1,100}$/.test(id) ? id : null;
}

export function addHooks(app: FastifyInstance, { log, allowedOrigins }: TransportOptions): void {
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
    // The last answer on a kept-alive connection: otherwise the drain would wait until the connection has idled out.
    if (isDraining) reply.header('connection', 'close');
    return payload;
  });
  app.addHook('onResponse', async (request, reply) => {
    const { id: requestId, method, url, ip: address, headers } = request;
    const path = url.split('?')[0] ?? '';
    const clientRequestId = clientRequestIdOf(headers);
    logRequest({ requestId, clientRequestId, method, path, status: reply.statusCode, durationMs: reply.elapsedTime, address });
  });
}
