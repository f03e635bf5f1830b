/** `POST /auth/session` and `DELETE /auth/session`: a browser logs in and out, and keeps its session in a cookie. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RequestFault, Unauthenticated, UserFault } from '../errors';
import type { SessionCookie } from '../modules/access/credential';
import type { LogInInput } from '../modules/accounts/access-service';
import type { Context } from '../modules/context';
import type { Operations } from '../operations/operations';
import { contextFor } from './graphql';
import { rateLimitHeaders } from './rate-limit-headers';
import type { TransportOptions } from './transport';

const SESSION_PATH = '/auth/session';
/** More than this many of one name are no accident. */
const COOKIES_MAX = 4;

export function addSessionRoutes(app: FastifyInstance, operations: Operations, options: TransportOptions): void {
  const { sessionCookies } = options;
  const requireOwnPage = async ({ headers }: FastifyRequest): Promise<void> => sessionCookies.requireOwnPage(headers);
  app.post(SESSION_PATH, { onRequest: requireOwnPage }, async (request, reply) => {
    sessionCookies.requireKept(request.headers);
    const input = inputOf(request.body);
    const { actor, services } = await withoutIdempotency(request, options);
    const admission = operations.admitLogIn(actor);
    const session = await services.access.logInBrowser(actor, input).catch(refuseAsRequest);
    // The browser forgets the cookie that it sent.
    await logOut(request, options);
    return noContent(reply, sessionCookies.set(session)).headers(rateLimitHeaders(admission)).send();
  });
  app.delete(SESSION_PATH, { onRequest: requireOwnPage }, async (request, reply) => {
    await logOut(request, options);
    return noContent(reply, sessionCookies.clear()).send();
  });
}

/** Ends the session of each cookie that was sent, and does nothing for one that has ended already. */
async function logOut(request: FastifyRequest, options: TransportOptions): Promise<void> {
  for (const cookie of options.sessionCookies.readAll(request.headers).slice(0, COOKIES_MAX)) {
    try {
      const { actor, services } = await withoutIdempotency(request, options, cookie);
      await services.sessions.logOut(actor, { everywhere: false });
    } catch (error) {
      if (!(error instanceof Unauthenticated)) throw error;
    }
  }
}

/** A cookie cannot be set once for two answers, so an Idempotency-Key says nothing here. */
async function withoutIdempotency(
  request: FastifyRequest,
  options: TransportOptions,
  cookie?: SessionCookie,
): Promise<Pick<Context, 'actor' | 'services'>> {
  const { actor, services } = await contextFor(request, cookie, options);
  return { actor: { ...actor, request: { ...actor.request, idempotency: null } }, services };
}

function inputOf(body: unknown): LogInInput {
  const { email, password } = (body ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof email === 'string' && typeof password === 'string') return { email, password };
  throw new RequestFault('BAD_USER_INPUT', 'The body must be a JSON object with the texts "email" and "password".');
}

/** There is no payload here: what would be among its errors refuses the request. */
function refuseAsRequest(error: unknown): never {
  if (error instanceof UserFault) throw new Unauthenticated(error.message);
  throw error;
}

function noContent(reply: FastifyReply, setCookie: string): FastifyReply {
  return reply.code(204).headers({ 'set-cookie': setCookie, 'cache-control': 'no-store' });
}
