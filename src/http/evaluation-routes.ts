/** The common parts of HTTP routes that evaluate: authentication, rate limits, and entity tags (RFC 9110). */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { createHash } from 'node:crypto';
import type { Context } from '../modules/context';
import { contextOf } from './graphql';
import type { TransportOptions } from './transport';

const contexts = new WeakMap<FastifyRequest, Context>();

/**
 * Runs before the body is read. `credentialOf` returns the text that `Authorization: Bearer …` would have; undefined when
 * there is none.
 */
export function authenticateWith(
  options: TransportOptions,
  credentialOf: (request: FastifyRequest) => string | undefined,
): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    if (request.method === 'OPTIONS') return;
    const credential = credentialOf(request);
    if (credential !== undefined) request.headers.authorization = `Bearer ${credential}`;
    contexts.set(request, await contextOf(request, options));
  };
}

/** The context of an authenticated request. */
export function contextOfRequest(request: FastifyRequest): Context {
  const context = contexts.get(request);
  if (!context) throw new Error('The request was not authenticated.');
  return context;
}

/** Runs work whose cost is the number of its evaluations, within the rate limits. Throws `RateLimited`. */
export async function withinLimits<T>(
  { rateLimits }: TransportOptions,
  { actor, budget, outcome }: Context,
  work: () => Promise<T>,
): Promise<T> {
  const admission = rateLimits.operation(actor, 1);
  try {
    return await work();
  } finally {
    outcome.cost = Math.max(1, budget.evaluations);
    admission.settle(outcome.cost);
  }
}

/** Answers preflight requests of browsers. */
export function addPreflight(app: FastifyInstance, url: string): void {
  app.options(url, async (_request, reply) => reply.code(204).send());
}

/** Sends JSON under an entity tag derived from its text; 304 without a body when the client has it already. */
export function sendTagged(request: FastifyRequest, reply: FastifyReply, body: object): FastifyReply {
  const text = JSON.stringify(body);
  const tag = `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"`;
  reply.header('etag', tag).header('cache-control', 'private, no-cache').header('vary', 'Authorization, X-API-Key, Origin');
  if (matches(request.headers['if-none-match'], tag)) return reply.code(304).send();
  return reply.type('application/json; charset=utf-8').send(text);
}

function matches(header: string | undefined, tag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((candidate) => {
    const known = candidate.trim().replace(/^W\//, '');
    return known === '*' || known === tag;
  });
}
