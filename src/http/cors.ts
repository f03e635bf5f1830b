/**
 * Decides which pages of other sites may read an answer (Fetch standard, CORS protocol). A preflight carries no credential,
 * so it is answered for any origin; the answer to the request itself decides: the origins of ALLOWED_ORIGINS may read
 * everything, and any page may read answers to a CLIENT or MOBILE key, because a key with a list of origins is refused
 * elsewhere. Credentials are never allowed: there are no cookies.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { IncomingHttpHeaders } from 'node:http';
import type { Actor } from '../modules/access/actor';
import { isClientKind } from '../modules/access/api-key-format';

const actors = new WeakMap<FastifyRequest, Actor>();

/** Remembers the actor for the headers of the answer. */
export function notedFor(request: FastifyRequest, actor: Actor): void {
  actors.set(request, actor);
}

export function addCors(app: FastifyInstance, allowedOrigins: readonly string[]): void {
  app.addHook('onSend', async (request, reply, payload) => {
    for (const [name, value] of Object.entries(corsHeaders(request, allowedOrigins))) reply.header(name, value);
    reply.header('vary', withOrigin(reply));
    return payload;
  });
}

/** The headers that let the page read the answer; empty when it must not. Also used for answers that bypass Fastify. */
export function corsHeaders(request: FastifyRequest, allowedOrigins: readonly string[]): Readonly<Record<string, string>> {
  const { origin } = request.headers;
  return origin === undefined || !mayRead(request, origin, allowedOrigins) ? {} : headersFor(origin);
}

/** The same for the answer to a known actor, but not for a preflight. */
export function corsHeadersFor(
  origin: string,
  actor: Actor,
  allowedOrigins: readonly string[],
): Readonly<Record<string, string>> {
  return allowedOrigins.includes(origin) || isForPages(actor) ? headersFor(origin) : {};
}

function headersFor(origin: string): Readonly<Record<string, string>> {
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers':
      'authorization, content-type, idempotency-key, x-api-key, apollo-require-preflight, if-none-match, x-flagstaff-environment',
    'access-control-expose-headers': 'etag, retry-after, x-request-id',
    'access-control-max-age': '600',
  };
}

/** Whether a page of this origin may open a WebSocket for the actor. Programs send no origin. */
export function mayConnect({ origin, host }: IncomingHttpHeaders, actor: Actor, allowedOrigins: readonly string[]): boolean {
  if (origin === undefined || allowedOrigins.includes(origin) || isForPages(actor)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

function mayRead(request: FastifyRequest, origin: string, allowedOrigins: readonly string[]): boolean {
  if (allowedOrigins.includes(origin)) return true;
  if (request.method === 'OPTIONS') return request.headers['access-control-request-method'] !== undefined;
  const actor = actors.get(request);
  return actor !== undefined && isForPages(actor);
}

/** Whether the credential is of a kind that pages hold. Its list of origins was checked when it was verified. */
function isForPages(actor: Actor): boolean {
  return actor.kind === 'API_KEY' && isClientKind(actor.keyKind);
}

/** Makes caches keep answers per origin. */
function withOrigin(reply: FastifyReply): string {
  const vary = String(reply.getHeader('vary') ?? '');
  if (/(^|,)\s*(origin|\*)\s*(,|$)/i.test(vary)) return vary;
  return vary === '' ? 'Origin' : `${vary}, Origin`;
}
