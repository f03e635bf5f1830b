/** GraphQL over WebSocket: graphql-ws, with the same way for each operation as over any other transport (`operations.ts`). */
import { type GraphQLError, subscribe, type ExecutionArgs, type GraphQLFormattedError } from 'graphql';
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, makeServer, type SubscribePayload } from 'graphql-ws';
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import type { Context } from './context';
import { mayConnect } from './cors';
import { RequestFault, TryLater, Unauthenticated } from './errors';
import { offersWebSocket, serveWithoutUpgrade } from './ignored-upgrade';
import { quote } from './modules/input-rules';
import { asGraphqlError, type Operations, type Ticket } from './operations';
import { SocketAdmission } from './socket-admission';
import { connectSocket, type SocketExtra } from './socket-connection';
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

/** What graphql-ws hands on to `execute` and `subscribe`. */
interface TicketArgs extends ExecutionArgs {
  readonly contextValue: Context;
  readonly ticket: Ticket;
}

export function createSocketServer(http: HttpServer, operations: Operations, options: TransportOptions): SocketServer {
  const { schema, log, createContext, allowedOrigins, limits } = options;
  const admission = new SocketAdmission({ acceptRate: limits.socketAcceptRate, pendingMax: limits.socketsPendingMax });
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
    const refusal = admission.refusal();
    if (refusal !== null) return refuseUpgrade(socket, '503 Service Unavailable', refusal.retryAfterSeconds);
    sockets.handleUpgrade(request, socket, head, (webSocket) => sockets.emit('connection', webSocket, request));
  };
  http.on('upgrade', upgrade);

  const createOperationContext = async (params: ConnectionParams | undefined, { request }: SocketExtra): Promise<Context> => {
    const info = requestInfoOf(randomUUID(), request.socket.remoteAddress ?? '', request.headers);
    const context = await createContext(authorizationOf(params), { ...info, idempotency: null });
    // Decided here and not by the upgrade, which does not tell the key that a page may have.
    if (mayConnect(request.headers, context.actor, allowedOrigins)) return context;
    throw new RequestFault('FORBIDDEN', `Pages of the origin ${quote(info.origin ?? '')} may not connect.`);
  };
  /** Of operations that were refused: graphql-ws asks for errors of its class, and hands them to `onError`. */
  const masked = new WeakMap<GraphQLError, GraphQLFormattedError>();
  const refused = (errors: readonly unknown[], context: Parameters<Operations['formatError']>[1]): GraphQLError[] =>
    errors.map((error) => {
      const asked = asGraphqlError(error);
      masked.set(asked, operations.formatError(asked, context));
      return asked;
    });

  const graphql = makeServer<ConnectionParams, SocketExtra>({
    schema,
    connectionInitWaitTimeout: CONNECTION_INIT_TIMEOUT_MS,
    // A credential that is not valid is refused at once, with 4403, and not only by the first operation.
    onConnect: async ({ connectionParams, extra }) => {
      admission.settle(extra.socket);
      try {
        await createOperationContext(connectionParams, extra);
        return true;
      } catch (error) {
        if (error instanceof RequestFault && error.code === 'UNAUTHENTICATED') return false;
        if (error instanceof RequestFault && error.code === 'FORBIDDEN') {
          extra.socket.close(CloseCode.Forbidden, closeReason(error.message));
          return false;
        }
        // graphql-ws would close with 4500, after which its clients never come back; ours is to be tried again.
        if (!(error instanceof TryLater)) log.error({ err: error }, 'a socket could not be authenticated');
        extra.socket.close(TRY_AGAIN_LATER, 'Try again later');
        return false;
      }
    },
    onSubscribe: async ({ connectionParams, extra, subscriptions }, _id, payload) => {
      let context: Context | null = null;
      try {
        // graphql-ws has noted this operation already.
        if (Object.keys(subscriptions).length > OPERATIONS_PER_SOCKET_MAX) {
          const message = `A socket may have ${OPERATIONS_PER_SOCKET_MAX} operations at once.`;
          throw new RequestFault('OPERATION_LIMIT_EXCEEDED', message);
        }
        context = await createOperationContext(connectionParams, extra);
        logOperation(log, context, payload);
        const begun = await operations.begin(context);
        const preparation = operations.prepare(payload.query, payload.operationName);
        if (!preparation.isReady) {
          await operations.countRefused(context);
          return refused(preparation.errors, context);
        }
        const { variables } = payload;
        const ticket = await operations.admit(preparation.prepared, { variables, context, begun });
        return argsOf(ticket, options);
      } catch (error) {
        return refused([error], context ?? nobody());
      }
    },
    execute: (args) => operations.execute((args as unknown as TicketArgs).ticket),
    subscribe: (args) => subscribe(args),
    onNext: (_context, _id, _payload, { contextValue }, result) =>
      result.errors ? operations.mask(result, contextValue as Context) : undefined,
    onError: (_context, _id, _payload, errors) =>
      errors.map((error) => masked.get(error) ?? operations.formatError(error, nobody())),
  });
  sockets.on('connection', (socket: WebSocket, request: IncomingMessage) => {
    admission.await(socket);
    socket.once('close', () => admission.settle(socket));
    connectSocket(graphql, { socket, request }, log);
  });

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
}

function argsOf(ticket: Ticket, { schema }: TransportOptions): TicketArgs {
  const { prepared, variables, context } = ticket;
  const operationName = prepared.operation.name?.value;
  return { schema, document: prepared.document, operationName, variableValues: variables, contextValue: context, ticket };
}

/** For an error of an operation that nobody could be found for. */
function nobody(): Pick<Context, 'requestId' | 'actor'> {
  const requestId = randomUUID();
  return {
    requestId,
    actor: { kind: 'ANONYMOUS', request: { requestId, address: '', userAgent: '', origin: null, idempotency: null } },
  };
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

/** A frame has room for 123 bytes of it (RFC 6455, section 5.5.1). */
function closeReason(message: string): string {
  return /^[\x20-\x7e]{1,123}$/.test(message) ? message : 'Forbidden';
}

function refuseUpgrade(socket: Duplex, status: string, retryAfterSeconds: number | null = null): void {
  const retry = retryAfterSeconds === null ? '' : `Retry-After: ${retryAfterSeconds}\r\n`;
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n${retry}Content-Length: 0\r\n\r\n`);
}
