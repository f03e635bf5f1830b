/**
 * Decides which pages of other sites may read an answer (Fetch standard, CORS protocol). A preflight carries no credential,
 * so it is answered for any origin; the answer to the request itself decides. The origins of ALLOWED_ORIGINS may read
 * everything. Any page may read answers to a CLIENT or MOBILE key, because a key with a list of origins is refused elsewhere,
 * and refusals: a page whose key was revoked must see that, and not a failed connection. They reveal nothing to a page that
 * does not hold the credential. Credentials are never allowed, so no page elsewhere uses the cookie of a session.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../modules/access/actor';
import { isClientKind } from '../modules/access/api-key-format';

const actors = new WeakMap<FastifyRequest, Actor>();

/** Remembers the actor for the headers of the answer. */
export function notedFor(request: FastifyRequest, actor: Actor): void {
  actors.set(request, actor);
}

const refused = new WeakSet<FastifyRequest>();

/** Remembers that the answer is a refusal, whatever its status says. */
export function notedAsRefused(request: FastifyRequest): void {
  refused.add(request);
}

export function addCors(app: FastifyInstance, allowedOrigins: readonly string[]): void {
  app.addHook('onRequest', async (request, reply) => {
    if (isPreflight(request)) return reply.code(204).send();
  });
  app.addHook('onSend', async (request, reply, payload) => {
    for (const [name, value] of Object.entries(corsHeaders(request, reply.statusCode, allowedOrigins))) reply.header(name, value);
    reply.header('vary', withOrigin(reply));
    return payload;
  });
}

/** The headers that let the page read the answer; empty when it must not. */
function corsHeaders(
  request: FastifyRequest,
  status: number,
  allowedOrigins: readonly string[],
): Readonly<Record<string, string>> {
  const { origin } = request.headers;
  if (origin === undefined || !mayRead(request, status, allowedOrigins)) return {};
  return isPreflight(request) ? preflightHeaders(request, origin) : headersFor(origin);
}

/** The same for the answer to a known actor, but not for a preflight. */
export function corsHeadersFor(
  origin: string,
  actor: Actor,
  allowedOrigins: readonly string[],
): Readonly<Record<string, string>> {
  return allowedOrigins.includes(origin) || isForPages(actor) ? headersFor(origin) : {};
}

const READABLE_HEADERS = 'allow, etag, ratelimit, ratelimit-policy, retry-after, x-request-id';
const NAMES_OF_HEADERS = /^[\w!#$%&'*+.^`|~-]+(\s*,\s*[\w!#$%&'*+.^`|~-]+)*$/;

function headersFor(origin: string): Readonly<Record<string, string>> {
  return { 'access-control-allow-origin': origin, 'access-control-expose-headers': READABLE_HEADERS };
}

/**
 * Allows all headers that the page names: tracing and monitoring libraries add their own, such as `traceparent`, and a
 * header lets a page do nothing that a program could not.
 */
function preflightHeaders({ headers }: FastifyRequest, origin: string): Readonly<Record<string, string>> {
  const named = headers['access-control-request-headers'];
  return {
    ...headersFor(origin),
    'access-control-allow-methods': 'GET, POST',
    'access-control-allow-headers':
      typeof named === 'string' && NAMES_OF_HEADERS.test(named) ? named : 'authorization, content-type',
    'access-control-max-age': '600',
  };
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers.origin !== undefined && headers['access-control-request-method'] !== undefined;
}

function mayRead(request: FastifyRequest, status: number, allowedOrigins: readonly string[]): boolean {
  if (isPreflight(request) || allowedOrigins.includes(request.headers.origin ?? '')) return true;
  const actor = actors.get(request);
  return status >= 400 || refused.has(request) || (actor !== undefined && isForPages(actor));
}

/** Whether the credential is of a kind that pages hold. Its list of origins was checked when it was verified. */
export function isForPages(actor: Actor): boolean {
  return actor.kind === 'API_KEY' && isClientKind(actor.keyKind);
}

/** Makes caches keep answers per origin. */
function withOrigin(reply: FastifyReply): string {
  const vary = String(reply.getHeader('vary') ?? '');
  if (/(^|,)\s*(origin|\*)\s*(,|$)/i.test(vary)) return vary;
  return vary === '' ? 'Origin' : `${vary}, Origin`;
}
