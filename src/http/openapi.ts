/** `GET /openapi.json`: describes every HTTP route. The document is `schema/openapi.json`; a test compares it with the routes. */
import type { FastifyInstance } from 'fastify';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../package-root';
import type { TransportOptions } from './transport';

/** The routes are below `publicUrl`; null: at the root of the origin that the document came from. */
export function addOpenapi(app: FastifyInstance, { publicUrl }: Pick<TransportOptions, 'publicUrl'>): void {
  const document = JSON.parse(readFileSync(join(PACKAGE_ROOT, 'schema', 'openapi.json'), 'utf8')) as object;
  const text = JSON.stringify({ ...document, servers: [{ url: publicUrl ?? '/' }] });
  app.get('/openapi.json', async (_request, reply) => {
    reply.type('application/json; charset=utf-8').header('cache-control', 'no-cache');
    return reply.send(text);
  });
}
