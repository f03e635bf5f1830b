/** GraphQL over WebSocket: graphql-ws with the same parsing, limits, authentication and masking as HTTP. */
import { getOperationAST, GraphQLError, parse, validate, type ExecutionArgs, type GraphQLFormattedError } from 'graphql';
import { GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer, type SubscribePayload } from 'graphql-ws';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Context } from './context';
import { RequestFault, Unauthenticated } from './errors';
import { formatError } from './graphql/errors';
import { DOCUMENT_TOKENS_MAX, validationRules, variablesProblem } from './graphql/limits';
import { connectSocket, type SocketExtra } from './socket-connection';
import { offersWebSocket, serveWithoutUpgrade } from './ignored-upgrade';
import { requestInfoOf, type TransportOptions } from './transport';

export interface SocketServer {
  /** Ends all operations and closes all sockets with 1001. */
  readonly close: () => Promise<void>;
}

const FRAME_BYTES_MAX = 64 * 1024;
const CONNECTION_INIT_TIMEOUT_MS = 3_000;
const OPERATIONS_PER_SOCKET_MAX = 100;
/** Close code 1013 of the WebSocket registry: the server cannot serve now. */
const TRY_AGAIN_LATER = 1013;
/** A client that does not answer the close within this time is cut off. */
const CLOSE_TIMEOUT_MS = 2_000;

type ConnectionParams = { readonly authorization?: unknown };

export function createSocketServer(http: HttpServer, options: TransportOptions): SocketServer {
  const { schema, log, createContext, allowedOrigins } = options;
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: FRAME_BYTES_MAX,
    perMessageDeflate: false,
    handleProtocols: (protocols) => protocols.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) && GRAPHQL_TRANSPORT_WS_PROTOCOL,
  });
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (!offersWebSocket(request)) return serveWithoutUpgrade(http, request, socket, head);
    socket.on('error', () => socket.destroy());
    if (request.url?.split('?')[0] !== '/graphql') return refuseUpgrade(socket, '404 Not Found');
    if (!isAllowedOrigin(request, allowedOrigins)) return refuseUpgrade(socket, '403 Forbidden');
    sockets.handleUpgrade(request, socket, head, (webSocket) => sockets.emit('connection', webSocket, request));
  };
  http.on('upgrade', upgrade);

  const createOperationContext = async (params: ConnectionParams | undefined, { request }: SocketExtra): Promise<Context> => {
    const info = requestInfoOf(randomUUID(), request.socket.remoteAddress ?? '', request.headers);
    return createContext(authorizationOf(params), { ...info, idempotency: null });
  };
  const mask = (errors: readonly (GraphQLError | GraphQLFormattedError)[], requestId: string): GraphQLFormattedError[] =>
    errors.map((error) => formatError(error, reporter(log, requestId)));

  const graphql = makeServer<ConnectionParams, SocketExtra>({
    schema,
    connectionInitWaitTimeout: CONNECTION_INIT_TIMEOUT_MS,
    // A credential that is not valid is refused at once, with 4403, and not only by the first operation.
    onConnect: async ({ connectionParams, extra }) => {
      try {
        await createOperationContext(connectionParams, extra);
        return true;
      } catch (error) {
        if (error instanceof RequestFault && error.code === 'UNAUTHENTICATED') return false;
        // graphql-ws would close with 4500, after which its clients never come back; ours is to be tried again.
        log.error({ err: error }, 'a socket could not be authenticated');
        extra.socket.close(TRY_AGAIN_LATER, 'Try again later');
        return false;
      }
    },
    onSubscribe: async ({ connectionParams, extra, subscriptions }, _id, payload) => {
      // graphql-ws has noted this operation already.
      if (Object.keys(subscriptions).length > OPERATIONS_PER_SOCKET_MAX) {
        const message = `A socket may have ${OPERATIONS_PER_SOCKET_MAX} operations at once.`;
        return [toGraphqlError(new RequestFault('OPERATION_LIMIT_EXCEEDED', message))];
      }
      const document = checkDocument(payload);
      if (Array.isArray(document)) return document;
      try {
        const contextValue = await createOperationContext(connectionParams, extra);
        logOperation(log, contextValue, payload);
        return { ...document, schema, contextValue };
      } catch (error) {
        return [toGraphqlError(error)];
      }
    },
    onNext: (_context, _id, _payload, { contextValue }, result) =>
      result.errors ? { ...result, errors: mask(result.errors, (contextValue as Context).requestId) } : undefined,
    onError: (_context, _id, _payload, errors) => mask(errors, randomUUID()),
  });
  sockets.on('connection', (socket: WebSocket, request: IncomingMessage) => connectSocket(graphql, { socket, request }, log));

  return {
    close: async () => {
      http.off('upgrade', upgrade);
      for (const socket of sockets.clients) socket.close(1001, 'Going away');
      const cutOff = setTimeout(() => {
        for (const socket of sockets.clients) socket.terminate();
      }, CLOSE_TIMEOUT_MS);
      await new Promise((resolve) => sockets.close(resolve));
      clearTimeout(cutOff);
    },
  };

  function checkDocument(payload: SubscribePayload): Omit<ExecutionArgs, 'schema' | 'contextValue'> | GraphQLError[] {
    try {
      const document = parse(payload.query, { maxTokens: DOCUMENT_TOKENS_MAX });
      const errors = validate(schema, document, validationRules);
      if (errors.length > 0) return errors.map(asInvalid);
      const problem = variablesProblem(payload.variables);
      if (problem !== null) return [toGraphqlError(new RequestFault('OPERATION_LIMIT_EXCEEDED', problem))];
      if (!getOperationAST(document, payload.operationName)) {
        const message = 'The document has no such operation, or several and no operationName.';
        return [new GraphQLError(message, { extensions: { code: 'OPERATION_RESOLUTION_FAILURE' } })];
      }
      return { document, operationName: payload.operationName, variableValues: payload.variables };
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return [new GraphQLError(error.message, { ...error, extensions: { code: 'GRAPHQL_PARSE_FAILED' } })];
    }
  }
}

function reporter(log: TransportOptions['log'], requestId: string): Parameters<typeof formatError>[1] {
  return { requestId, report: (cause) => log.error({ requestId, err: cause }, 'operation failed') };
}

/** Of a document that a rule refuses; the code of the rule, where it has one, goes before. */
function asInvalid(error: GraphQLError): GraphQLError {
  const extensions = { code: 'GRAPHQL_VALIDATION_FAILED', ...error.extensions };
  return new GraphQLError(error.message, { ...error, nodes: error.nodes, extensions });
}

/** graphql-ws asks for the class; what it means is kept as the original error until `onError` masks it. */
function toGraphqlError(error: unknown): GraphQLError {
  const originalError = error instanceof Error ? error : new Error(String(error));
  return new GraphQLError(originalError.message, { originalError });
}

function authorizationOf(params: ConnectionParams | undefined): string | undefined {
  const authorization = params?.authorization;
  if (authorization === undefined || authorization === null) return undefined;
  if (typeof authorization !== 'string') throw new Unauthenticated('The connection parameter authorization must be text.');
  return authorization;
}

function logOperation(log: TransportOptions['log'], context: Context, payload: SubscribePayload): void {
  const { address } = context.actor.request;
  log.info(
    { requestId: context.requestId, path: '/graphql', socket: true, operationName: payload.operationName, address },
    'operation',
  );
}

/** Browsers send their origin and do not keep it for themselves; programs send none. */
function isAllowedOrigin({ headers }: IncomingMessage, allowedOrigins: readonly string[]): boolean {
  const { origin, host } = headers;
  if (origin === undefined || allowedOrigins.includes(origin)) return true;
  return URL.canParse(origin) && new URL(origin).host === host;
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
