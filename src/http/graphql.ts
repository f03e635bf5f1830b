/**
 * GraphQL over HTTP. Apollo reads requests and negotiates answers; in between, an operation is handled as over any other
 * transport (`operations.ts`): Apollo gets the document ready made, and the answer as well.
 */
import { authorizationHeaderOf } from './credential-header';
import { ApolloServer, HeaderMap, type ApolloServerPlugin, type GraphQLRequest } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled, ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { parse, type DocumentNode, type ExecutionResult, type FormattedExecutionResult } from 'graphql';
import type { IncomingHttpHeaders } from 'node:http';
import { Transform } from 'node:stream';
import type { Logger } from 'pino';
import type { Credential } from '../modules/access/credential';
import type { Context } from '../modules/context';
import { notedAsRefused, notedFor } from './cors';
import { RequestFault, TryLater, type RequestErrorCode } from '../errors';
import type { Preparation } from '../operations/documents';
import { formatError, type ErrorContext } from '../graphql/errors';
import { bodyTooLarge, statusOf } from './errors';
import {
  asGraphqlError,
  BODY_BYTES_MAX,
  BODY_BYTES_MAX_ORDINARY,
  refuseSubscription,
  type Operations,
} from '../operations/operations';
import type { Admission } from '../operations/rate-limits';
import { noteContext, noteErrorCode } from './request-notes';
import { rateLimitHeaders } from './rate-limit-headers';
import { requestInfoOf, type TransportOptions } from './transport';

/** The state of a request before Apollo has read it. */
interface Arrival {
  readonly context: Context;
  readonly begun: Admission | null;
  bodyBytes: number;
  /** True when the answer is ours, not Apollo's refusal of a request that is not GraphQL over HTTP. */
  isAnswered: boolean;
  /** True when the answer has errors and nothing else. */
  isRefused: boolean;
}

/**
 * The context that Apollo copies to its hooks. Not kept in an AsyncLocalStorage: using one makes every callback and promise
 * of the process slower.
 */
interface ApolloContext {
  readonly arrival: Arrival;
}

export function createApollo({ schema, log }: TransportOptions, operations: Operations): ApolloServer<ApolloContext> {
  return new ApolloServer<ApolloContext>({
    schema,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    persistedQueries: false,
    documentStore: null,
    stopOnTerminationSignals: false,
    includeStacktraceInErrorResponses: false,
    // `operations` decides what may be asked; nothing relies on these.
    introspection: true,
    hideSchemaDetailsFromClientErrors: true,
    // Called for what Apollo itself refuses, without the request; the handler adds its id.
    formatError: (_formatted, error) => formatError(error, unknownRequest(log)),
    plugins: [
      ApolloServerPluginLandingPageDisabled(),
      ApolloServerPluginCacheControlDisabled(),
      answerFromOperations(operations),
    ],
    logger: log,
  });
}

function unknownRequest(log: Logger): ErrorContext {
  return { requestId: '', report: (cause) => log.error({ err: cause }, 'request failed') };
}

const NOT_ACCEPTABLE = 406;

/** Apollo continues only with a document; it gets this one when the real one was refused. */
const STAND_IN = parse('{ __typename }');

function answerFromOperations(operations: Operations): ApolloServerPlugin<ApolloContext> {
  return {
    requestDidStart: async () => {
      let preparation: Preparation | null = null;
      return {
        didResolveSource: async (request) => {
          preparation = prepareOrRefuse(operations, request.source, request.request.operationName);
          // Apollo neither parses nor validates when it is given a document.
          const document = preparation.isReady ? preparation.prepared.document : STAND_IN;
          (request as { document?: DocumentNode }).document = document;
        },
        responseForOperation: async ({ request, contextValue: { arrival } }) => {
          if (preparation === null) throw new Error('The operation was not prepared.');
          arrival.isAnswered = true;
          const answer = await answerOf(operations, preparation, request, arrival);
          arrival.isRefused = hasOnlyErrors(answer.result);
          return {
            http: { status: answer.status, headers: new HeaderMap(Object.entries(answer.headers)) },
            body: { kind: 'single', singleResult: answer.result },
          };
        },
      };
    },
  };
}

/** Returns unexpected errors instead of throwing: they are masked where the request is known. */
function prepareOrRefuse(operations: Operations, source: string, operationName: string | undefined): Preparation {
  try {
    return operations.prepare(source, operationName);
  } catch (error) {
    return { isReady: false, errors: [asGraphqlError(error)] };
  }
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly result: FormattedExecutionResult;
}

/** Never rejects. */
async function answerOf(
  operations: Operations,
  preparation: Preparation,
  { variables, operationName }: GraphQLRequest,
  { context, begun, bodyBytes }: Arrival,
): Promise<HttpAnswer> {
  const refused = (errors: ExecutionResult['errors'], admission: Admission | null): HttpAnswer => {
    const result = operations.mask({ errors }, context);
    const cause = errors?.[0]?.originalError;
    const retry: Record<string, string> = cause instanceof TryLater ? { 'retry-after': String(cause.retryAfterSeconds) } : {};
    const code = result.errors?.[0]?.extensions?.code as RequestErrorCode;
    return { status: statusOf(code), headers: { ...rateLimitHeaders(admission), ...retry }, result };
  };
  try {
    if (!preparation.isReady) {
      operations.countRefused(context, operationName);
      return refused(preparation.errors, begun);
    }
    refuseSubscription(preparation.prepared);
    const ticket = await operations.admit(preparation.prepared, { variables, context, begun, bodyBytes });
    const result = await operations.execute(ticket);
    // Missing data means that nothing was executed: the variables do not fit, or the deadline has passed.
    if (result.data === undefined) return refused(result.errors, ticket.admission);
    const answer = { headers: rateLimitHeaders(ticket.admission), result: operations.mask(result, context) };
    return result.data === null ? postponed(result.errors, answer) : { status: 200, ...answer };
  } catch (error) {
    return refused([asGraphqlError(error)], begun);
  }
}

/** Whether every root field was refused, whatever the status says. */
function hasOnlyErrors({ data, errors }: FormattedExecutionResult): boolean {
  return errors !== undefined && Object.values(data ?? {}).every((value) => value === null);
}

/** An answer without data that may be retried later: the status says so to proxies and clients. */
function postponed(errors: ExecutionResult['errors'], answer: Omit<HttpAnswer, 'status'>): HttpAnswer {
  const cause = errors?.[0]?.originalError;
  if (!(cause instanceof TryLater)) return { status: 200, ...answer };
  const headers = { ...answer.headers, 'retry-after': String(cause.retryAfterSeconds) };
  return { ...answer, status: statusOf(cause.code), headers };
}

/** Authenticates the request by its Authorization header, and creates its context. Throws `Unauthenticated`. */
export function contextOf(request: FastifyRequest, options: TransportOptions): Promise<Context> {
  return contextFor(request, authorizationHeaderOf(request.headers), options);
}

/** The same with a credential that was found already. Undefined: anonymous. */
export async function contextFor(
  request: FastifyRequest,
  credential: Credential | undefined,
  { createContext, addressOf, tracing }: TransportOptions,
): Promise<Context> {
  const info = requestInfoOf(request.id, addressOf(request.raw), request.headers, tracing?.traceParent());
  const context = await createContext(credential, info);
  notedFor(request, context.actor);
  noteContext(request, context);
  return context;
}

export function addGraphql(
  app: FastifyInstance,
  apollo: ApolloServer<ApolloContext>,
  operations: Operations,
  options: TransportOptions,
): void {
  const arrivals = new WeakMap<FastifyRequest, Arrival>();
  const arrivalOf = (request: FastifyRequest): Arrival => {
    const arrival = arrivals.get(request);
    if (!arrival) throw new Error('The request was not authenticated.');
    return arrival;
  };
  app.route({
    method: ['GET', 'POST', 'OPTIONS'],
    url: '/graphql',
    bodyLimit: BODY_BYTES_MAX,
    // Authentication comes before the body is read: an invalid credential is refused as a whole, and gets no large body
    // accepted.
    onRequest: async (request) => {
      if (request.method === 'OPTIONS') return;
      const context = await contextFor(request, credentialOf(request, options), options);
      arrivals.set(request, { context, begun: operations.begin(context), bodyBytes: 0, isAnswered: false, isRefused: false });
    },
    preParsing: async (request, _reply, payload) => {
      if (request.method === 'OPTIONS') return payload;
      const arrival = arrivalOf(request);
      const bytesMax = arrival.context.actor.kind === 'ANONYMOUS' ? BODY_BYTES_MAX_ORDINARY : BODY_BYTES_MAX;
      arrival.bodyBytes = Number(request.headers['content-length'] ?? 0);
      if (arrival.bodyBytes > bytesMax) throw bodyTooLarge(bytesMax);
      return payload.pipe(countingBytes(bytesMax, (bytes) => (arrival.bodyBytes = bytes)));
    },
    handler: async (request, reply) => {
      if (request.method === 'OPTIONS') return reply.code(204).send();
      refuseNullQuery(request);
      const arrival = arrivalOf(request);
      const text = await executeHttp(apollo, arrival, request, reply);
      if (arrival.isRefused) notedAsRefused(request);
      // Apollo checks last whether the client accepts any form of the answer.
      const isOurs = arrival.isAnswered && reply.statusCode !== NOT_ACCEPTABLE;
      return isOurs ? text : withRequestId(text, request);
    },
  });
  refuseOtherMethods(app);
}

/**
 * The Authorization header or, for what only a page's script can send, the cookie: neither a form nor a link has such a content
 * type.
 */
function credentialOf({ method, headers }: FastifyRequest, { sessionCookies }: TransportOptions): Credential | undefined {
  const isJson = method === 'POST' && /^application\/json\s*(;|$)/i.test(headers['content-type'] ?? '');
  return authorizationHeaderOf(headers) ?? (isJson ? sessionCookies.read(headers) : undefined);
}

/**
 * Hands the request to Apollo and returns the text of the answer. Not by Apollo's integration for Fastify: that builds a URL
 * from the Host header, which may be absent or any text.
 */
async function executeHttp(
  apollo: ApolloServer<ApolloContext>,
  arrival: Arrival,
  { method, url, headers, body: requestBody }: FastifyRequest,
  reply: FastifyReply,
): Promise<string> {
  const [path = ''] = url.split('?');
  const answer = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: { method, headers: headerMapOf(headers), search: url.slice(path.length), body: requestBody },
    context: async () => ({ arrival }),
  });
  for (const [name, value] of answer.headers) reply.header(name, value);
  reply.code(answer.status ?? 200);
  if (answer.body.kind !== 'complete') throw new Error('Apollo answered in parts.');
  return answer.body.string;
}

function headerMapOf(headers: IncomingHttpHeaders): HeaderMap {
  const map = new HeaderMap();
  for (const [name, value] of Object.entries(headers)) {
    if (value) map.set(name, Array.isArray(value) ? value.join(', ') : value);
  }
  return map;
}

function refuseOtherMethods(app: FastifyInstance): void {
  app.route({
    method: ['PUT', 'PATCH', 'DELETE'],
    url: '/graphql',
    // Checked before the body, since no body could help.
    onRequest: async (request, reply) => {
      reply.header('allow', 'GET, POST');
      throw new RequestFault('METHOD_NOT_ALLOWED', `GraphQL is served over GET and POST, not ${request.method}.`);
    },
    handler: async () => undefined,
  });
}

/** Adds the request id to errors of Apollo, which does not know it. */
function withRequestId(text: string, request: FastifyRequest): string {
  const { errors } = JSON.parse(text) as Required<FormattedExecutionResult>;
  noteErrorCode(request, String(errors[0]?.extensions?.code));
  const { id: requestId } = request;
  return JSON.stringify({ errors: errors.map((error) => ({ ...error, extensions: { ...error.extensions, requestId } })) });
}

/** Refuses a null query, which Apollo would take for a persisted query; these are not supported. */
function refuseNullQuery({ method, body }: FastifyRequest): void {
  const extensions = (body as { readonly extensions?: { readonly persistedQuery?: unknown } | null } | null)?.extensions;
  if (method === 'POST' && extensions?.persistedQuery !== undefined) {
    throw new RequestFault('BAD_REQUEST', 'Persisted queries are not supported; send the text of the operation as `query`.');
  }
}

/** Passes bytes on, and fails when there are more than allowed: not every client declares a length. */
function countingBytes(bytesMax: number, note: (bytes: number) => void): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, callback) {
      bytes += chunk.length;
      note(bytes);
      callback(bytes > bytesMax ? bodyTooLarge(bytesMax) : null, chunk);
    },
  });
}
