/** GraphQL over HTTP: Apollo behind one route of Fastify. */
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled, ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { GraphQLError, OperationTypeNode } from 'graphql';
import { AsyncLocalStorage } from 'node:async_hooks';
import { Transform } from 'node:stream';
import type { Logger } from 'pino';
import type { Context } from './context';
import { RequestFault } from './errors';
import { formatError, type ErrorContext } from './graphql/errors';
import { DOCUMENT_TOKENS_MAX, ownValidationRules, variablesProblem } from './graphql/limits';
import { BODY_BYTES_MAX, BODY_BYTES_MAX_ANONYMOUS, bodyTooLarge, errorContextOf } from './http-errors';
import { requestInfoOf, type TransportOptions } from './transport';

/** Which request Apollo formats an error for: its hook is not told. */
const errorScope = new AsyncLocalStorage<ErrorContext>();

export function createApollo({ schema, log, isProduction }: TransportOptions): ApolloServer<Context> {
  return new ApolloServer<Context>({
    schema,
    introspection: !isProduction,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: false,
    hideSchemaDetailsFromClientErrors: isProduction,
    parseOptions: { maxTokens: DOCUMENT_TOKENS_MAX },
    validationRules: [...ownValidationRules],
    formatError: (_formatted, error) => formatError(error, errorScope.getStore() ?? unknownRequest(log)),
    plugins: [ApolloServerPluginLandingPageDisabled(), ApolloServerPluginCacheControlDisabled(), refuseSubscriptions],
    logger: log,
  });
}

function unknownRequest(log: Logger): ErrorContext {
  return { requestId: '', report: (cause) => log.error({ err: cause }, 'request failed') };
}

/** graphql-js would try to execute a subscription that came by POST as if it were a query. */
const refuseSubscriptions: ApolloServerPlugin<Context> = {
  requestDidStart: async () => ({
    didResolveOperation: async ({ operation, response }) => {
      if (operation?.operation !== OperationTypeNode.SUBSCRIPTION) return;
      response.http.status = 400;
      const message =
        'Subscriptions are served over WebSocket (subprotocol graphql-transport-ws) at the same path, not over HTTP.';
      throw new GraphQLError(message, { extensions: { code: 'SUBSCRIPTION_OVER_HTTP' } });
    },
  }),
};

/** Who asks, and what it is given. Throws `Unauthenticated`. */
export function contextOf(request: FastifyRequest, { createContext }: TransportOptions): Promise<Context> {
  return createContext(request.headers.authorization, requestInfoOf(request.id, request.ip, request.headers));
}

/** Of a body, or of a query string, where they are text. What is no JSON is refused elsewhere. */
function refuseDeepVariables({ body, query }: FastifyRequest): void {
  const { variables } = (body ?? query ?? {}) as { readonly variables?: unknown };
  const problem = variablesProblem(typeof variables === 'string' ? jsonOrNull(variables) : variables);
  if (problem !== null) throw new RequestFault('OPERATION_LIMIT_EXCEEDED', problem);
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function addGraphql(app: FastifyInstance, apollo: ApolloServer<Context>, options: TransportOptions): void {
  const contexts = new WeakMap<FastifyRequest, Context>();
  const handle = fastifyApolloHandler(apollo, {
    context: async (request) => {
      const context = contexts.get(request);
      if (!context) throw new Error('The request was not authenticated.');
      return context;
    },
  });
  app.route({
    method: ['GET', 'POST', 'OPTIONS'],
    url: '/graphql',
    bodyLimit: BODY_BYTES_MAX,
    // Who asks is decided before the body is read: a bad credential is refused as a whole, and buys no large body.
    onRequest: async (request) => {
      if (request.method === 'OPTIONS') return;
      contexts.set(request, await contextOf(request, options));
    },
    preParsing: async (request, _reply, payload) => {
      if (contexts.get(request)?.actor.kind !== 'ANONYMOUS') return payload;
      const declared = Number(request.headers['content-length'] ?? 0);
      if (declared > BODY_BYTES_MAX_ANONYMOUS) throw bodyTooLarge(BODY_BYTES_MAX_ANONYMOUS);
      return payload.pipe(countingBytes(BODY_BYTES_MAX_ANONYMOUS));
    },
    handler: async (request, reply) => {
      if (request.method === 'OPTIONS') return reply.code(204).send();
      refuseDeepVariables(request);
      return errorScope.run(errorContextOf(request, options.log), () => handle.call(app, request, reply));
    },
  });
  app.route({
    method: ['PUT', 'PATCH', 'DELETE'],
    url: '/graphql',
    // Before the body is looked at: there is none that would help.
    onRequest: async (request, reply) => {
      reply.header('allow', 'GET, POST');
      throw new RequestFault('METHOD_NOT_ALLOWED', `GraphQL is served by GET and POST, not by ${request.method}.`);
    },
    handler: async () => undefined,
  });
}

/** Passes bytes on, and fails when there are more than allowed: not every client declares a length. */
function countingBytes(bytesMax: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      bytes += chunk.length;
      callback(bytes > bytesMax ? bodyTooLarge(bytesMax) : null, chunk);
    },
  });
}
