/** The transports: GraphQL over HTTP and WebSocket, health, GraphiQL. No business words in here. */
import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled, ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { fastifyApolloHandler } from '@as-integrations/fastify';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { GraphQLError, OperationTypeNode } from 'graphql';
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { Transform } from 'node:stream';
import type { Logger } from 'pino';
import type { Context } from './context';
import { addAuditExport } from './audit-export';
import { RequestFault, type RequestErrorCode } from './errors';
import { addGraphiql } from './graphiql';
import { formatError, type ErrorContext } from './graphql/errors';
import { DOCUMENT_TOKENS_MAX, ownValidationRules, variablesProblem } from './graphql/limits';
import { createSocketServer, type SocketServer } from './socket-server';
import { requestInfoOf, type TransportOptions } from './transport';

export interface Server {
  /** `http://host:port`, with the port that was really taken. */
  readonly url: string;
  /** Lets running requests end, closes sockets with 1001, then closes. */
  readonly close: () => Promise<void>;
}

const BODY_BYTES_MAX = 8 * 1024 * 1024;
const BODY_BYTES_MAX_ANONYMOUS = 256 * 1024;
/** A client that sends its headers or body more slowly is cut off. */
const REQUEST_TIMEOUT_MS = 30_000;

export async function startServer(options: TransportOptions & { readonly host: string; readonly port: number }): Promise<Server> {
  const app = Fastify({
    logger: false,
    bodyLimit: BODY_BYTES_MAX_ANONYMOUS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    genReqId: (request) => requestIdOf(request.headers['x-request-id']),
    // Idle keep-alive connections must not hold up the drain.
    forceCloseConnections: 'idle',
  });
  const apollo = createApollo(options);
  await apollo.start();
  // Fastify takes plain text too, which a page of another site may send without asking first.
  app.removeContentTypeParser('text/plain');
  addHooks(app, options);
  addHealth(app, options);
  addGraphql(app, apollo, options);
  addAuditExport(app, (request) => contextOf(request, options));
  if (!options.isProduction) addGraphiql(app);
  await app.listen({ host: options.host, port: options.port });
  const sockets = createSocketServer(app.server, options);
  return {
    url: urlOf(options.host, app.server.address() as AddressInfo),
    close: () => drain(app, apollo, sockets),
  };
}

async function drain(app: FastifyInstance, apollo: ApolloServer<Context>, sockets: SocketServer): Promise<void> {
  // New requests are refused first; then the sockets, which hold the HTTP server open, are told to go.
  const closed = app.close();
  await sockets.close();
  await closed;
  await apollo.stop();
}

function urlOf(host: string, address: AddressInfo): string {
  const name = ['127.0.0.1', '0.0.0.0', '::'].includes(host) ? 'localhost' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${address.port}`;
}

/** A client's own id is kept when it is harmless, so that its logs and ours can be joined. */
function requestIdOf(header: string | string[] | undefined): string {
  return typeof header === 'string' && /^[A-Za-z0-9._-]{1,100}$/.test(header) ? header : randomUUID();
}

/** Which request Apollo formats an error for: its hook is not told. */
const errorScope = new AsyncLocalStorage<ErrorContext>();

function createApollo({ schema, log, isProduction }: TransportOptions): ApolloServer<Context> {
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
function contextOf(request: FastifyRequest, { createContext }: TransportOptions): Promise<Context> {
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

function addGraphql(app: FastifyInstance, apollo: ApolloServer<Context>, options: TransportOptions): void {
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

function errorContextOf(request: FastifyRequest, log: Logger): ErrorContext {
  return {
    requestId: request.id,
    report: (cause) => log.error({ requestId: request.id, err: cause }, 'request failed'),
  };
}

function addHealth(app: FastifyInstance, { unreadiness }: TransportOptions): void {
  app.get('/livez', async () => ({ status: 'live' }));
  app.get('/readyz', async (_request, reply) => {
    const reason = await unreadiness();
    return reason === null ? { status: 'ready' } : reply.code(503).send({ status: 'unready', reason });
  });
}

function addHooks(app: FastifyInstance, { log, allowedOrigins }: TransportOptions): void {
  app.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff');
    const { origin } = request.headers;
    if (origin !== undefined && allowedOrigins.includes(origin)) allowOrigin(reply, origin);
  });
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
    log.info(
      {
        requestId: request.id,
        method: request.method,
        path: request.url.split('?')[0],
        status: reply.statusCode,
        durationMs: Math.round(reply.elapsedTime * 10) / 10,
        address: request.ip,
      },
      'request',
    );
  });
  app.setNotFoundHandler((request, reply) => {
    sendError(reply, 404, new RequestFault('NOT_FOUND', `There is nothing at ${request.url.split('?')[0]}.`), request, log);
  });
  app.setErrorHandler((error: FastifyError | RequestFault, request, reply) => {
    const fault = error instanceof RequestFault ? error : faultOfFastify(error, request.routeOptions.bodyLimit);
    sendError(reply, STATUS_OF_CODE[fault?.code ?? 'INTERNAL_SERVER_ERROR'] ?? 400, fault ?? error, request, log);
  });
}

function allowOrigin(reply: FastifyReply, origin: string): void {
  reply
    .header('access-control-allow-origin', origin)
    .header('vary', 'Origin')
    .header('access-control-allow-methods', 'GET, POST')
    .header('access-control-allow-headers', 'authorization, content-type, idempotency-key, x-api-key, apollo-require-preflight')
    .header('access-control-max-age', '600');
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

function bodyTooLarge(bytesMax: number): RequestFault {
  return new RequestFault('PAYLOAD_TOO_LARGE', `The body is larger than ${bytesMax} bytes, the most that is allowed here.`);
}

const STATUS_OF_CODE: Partial<Record<RequestErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  UNAVAILABLE: 503,
  INTERNAL_SERVER_ERROR: 500,
};

/** Errors that Fastify raises about a request before it reaches GraphQL; null for our own faults. */
function faultOfFastify(error: FastifyError, bodyBytesMax = BODY_BYTES_MAX_ANONYMOUS): RequestFault | null {
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return bodyTooLarge(bodyBytesMax);
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return new RequestFault('UNSUPPORTED_MEDIA_TYPE', 'The content type must be application/json.');
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return new RequestFault('BAD_REQUEST', 'The body is not valid JSON.');
    default:
      if (error instanceof SyntaxError) return new RequestFault('BAD_REQUEST', 'The body is not valid JSON.');
      return (error.statusCode ?? 500) < 500 ? new RequestFault('BAD_REQUEST', 'The request is malformed.') : null;
  }
}

function sendError(reply: FastifyReply, status: number, error: Error, request: FastifyRequest, log: Logger): void {
  const formatted = formatError(error, errorContextOf(request, log));
  void reply
    .code(status)
    .type('application/json; charset=utf-8')
    .send({ errors: [formatted] });
}
