/**
 * Serves `/metrics`: on a port of its own, for networks that only the monitoring reaches, or beside the rest behind a token.
 * Neither is on by itself, so that numbers never become public by accident.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { RequestFault, Unauthenticated } from '../errors';
import type { Metrics } from '../telemetry/metrics';
import type { TransportOptions } from './transport';

export interface MetricsSettings {
  /** Null: no port of its own. */
  readonly port: number | null;
  /** Null: `/metrics` is not served beside the rest, and needs no token at its own port. */
  readonly token: string | null;
}

const PATH = '/metrics';

/** Adds the route beside the others, if there is a token. */
export function addMetrics(app: FastifyInstance, { metrics, metricsToken: token }: TransportOptions): void {
  app.get(PATH, async (request: FastifyRequest, reply) => {
    if (token === null) {
      const how = 'set METRICS_TOKEN to have them here, or METRICS_PORT to have them at a port of their own';
      throw new RequestFault('NOT_FOUND', `Metrics are not served here: ${how}.`);
    }
    if (!isAuthorized(request.raw, token)) {
      reply.header('www-authenticate', 'Bearer');
      throw new Unauthenticated('Metrics need the METRICS_TOKEN of this server: Authorization: Bearer <token>.');
    }
    return reply.type(metrics.contentType).send(await metrics.text());
  });
}

export interface MetricsServer {
  readonly url: string;
  readonly close: () => Promise<void>;
}

/** Resolves when the port listens. Rejects when it cannot be bound. */
export async function startMetricsServer(
  metrics: Metrics,
  { host, port, token }: { readonly host: string; readonly port: number; readonly token: string | null },
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    answer(request, response, { metrics, token }).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}${PATH}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  { metrics, token }: { readonly metrics: Metrics; readonly token: string | null },
): Promise<void> {
  const { method, url } = request;
  const refuse = (status: number, sentence: string, headers = {}): void => {
    response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8', ...headers }).end(`${sentence}\n`);
  };
  if (url?.split('?')[0] !== PATH) return refuse(404, `There is only ${PATH} at this port.`);
  if (method !== 'GET' && method !== 'HEAD') return refuse(405, `${PATH} answers GET.`, { allow: 'GET, HEAD' });
  if (token !== null && !isAuthorized(request, token)) {
    const headers = { 'www-authenticate': 'Bearer' };
    return refuse(401, 'Metrics need the METRICS_TOKEN of this server: Authorization: Bearer <token>.', headers);
  }
  const text = await metrics.text();
  response.writeHead(200, { 'content-type': metrics.contentType }).end(method === 'HEAD' ? undefined : text);
}

/** Compares in constant time. */
function isAuthorized({ headers }: IncomingMessage, token: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(headers.authorization ?? '')?.[1] ?? '';
  return timingSafeEqual(digestOf(given), digestOf(token));
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
