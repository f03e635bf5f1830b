/** Serves GraphQL over WebSocket: admits sockets and closes all of them at the end. Each is a `SocketConnection`. */
import { GRAPHQL_TRANSPORT_WS_PROTOCOL } from 'graphql-ws';
import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders, IncomingMessage, Server as HttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer, type WebSocket } from 'ws';
import { createOperationEnd } from '../http/request-end';
import { createSocketLog } from '../http/request-log';
import type { Context } from '../modules/context';
import { basePathOf, withoutBasePath } from '../http/base-path';
import { mayConnect } from '../http/origins';
import { RequestFault } from '../errors';
import { offersWebSocket, serveWithoutUpgrade } from './ignored-upgrade';
import type { SessionCookies } from '../http/session-cookie';
import type { Credential } from '../modules/access/credential';
import type { LiveAccess } from '../modules/access/live-access';
import type { LiveOperations } from './live-operations';
import { quote } from '../evaluation';
import { createUpgradeRefusals, handshakeRefusal } from './refused-upgrade';
import type { SocketAdmission } from './socket-admission';
import { AsciiPayloads } from './socket-frame';
import { SocketConnection, type SocketHost, type SocketRequest } from './socket-connection';
import { bearerOf } from './socket-message';
import { SocketPings } from './socket-pings';
import { USER_AGENT_LENGTH_MAX, type TransportOptions } from '../http/transport';

export interface SocketServer {
  /** Ends all operations and closes all sockets with 1001. */
  readonly close: () => Promise<void>;
}

/** Options that WebSockets and Server-Sent Events share. */
export interface LiveOptions {
  readonly live: LiveOperations;
  readonly access: LiveAccess;
  readonly admission: SocketAdmission;
}

const FRAME_BYTES_MAX = 64 * 1024;
/** Connections are terminated when the client does not answer the close within this time. */
const CLOSE_TIMEOUT_MS = 2_000;

export function createSocketServer(http: HttpServer, shared: LiveOptions, options: TransportOptions): SocketServer {
  const { admission } = shared;
  const basePath = basePathOf(options.publicUrl);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: FRAME_BYTES_MAX,
    perMessageDeflate: false,
    // Handles one message of a socket per turn of the event loop, so that a client that sends thousands delays no other.
    allowSynchronousEvents: false,
    handleProtocols: (protocols) => protocols.has(GRAPHQL_TRANSPORT_WS_PROTOCOL) && GRAPHQL_TRANSPORT_WS_PROTOCOL,
  });
  options.metrics.observe('flagstaff_connections', () => [{ labels: { transport: 'websocket' }, value: sockets.clients.size }]);
  const refuse = createUpgradeRefusals(options);
  sockets.on('wsClientError', (error, socket, request) => refuse(request, socket, handshakeRefusal(error)));
  const pings = new SocketPings();
  const host = createHost(shared, pings, options);
  const connect = (socket: WebSocket, request: IncomingMessage): void => {
    const connection = new SocketConnection(socket, request.socket, keptOf(request, options), host);
    if (connection.isClosed) return;
    admission.await(connection);
    pings.add(connection);
  };
  const upgrade = (request: IncomingMessage, socket: Duplex, head: Buffer): void => {
    if (!offersWebSocket(request)) return serveWithoutUpgrade(http, request, socket, head);
    socket.on('error', destroy);
    if (withoutBasePath(request.url ?? '', basePath).split('?')[0] !== '/graphql') {
      return refuse(request, socket, { status: 404, errorCode: 'NOT_FOUND' });
    }
    const refusal = admission.refusal();
    if (refusal !== null) {
      const headers = { 'retry-after': String(refusal.retryAfterSeconds) };
      return refuse(request, socket, { status: 503, errorCode: 'UNAVAILABLE', headers });
    }
    sockets.handleUpgrade(request, socket, head, connect);
    // ws has its own listener now.
    socket.off('error', destroy);
  };
  http.on('upgrade', upgrade);
  return {
    close: async () => {
      http.off('upgrade', upgrade);
      pings.close();
      await closeAll(sockets);
    },
  };
}

function createHost({ live, access, admission }: LiveOptions, pings: SocketPings, options: TransportOptions): SocketHost {
  return {
    live,
    access,
    log: options.log,
    logOperation: createOperationEnd(options),
    logClosed: createSocketLog(options.log, options.logRequests),
    ascii: new AsciiPayloads(),
    createContext: (credential, request) => contextOf(credential, request, options),
    onBegun: (connection) => admission.settle(connection),
    onClosed: (connection) => {
      admission.settle(connection);
      pings.delete(connection);
    },
  };
}

async function closeAll(sockets: WebSocketServer): Promise<void> {
  for (const socket of sockets.clients) socket.close(1001, 'Going away');
  const cutOff = setTimeout(() => {
    for (const socket of sockets.clients) socket.terminate();
  }, CLOSE_TIMEOUT_MS);
  await new Promise((resolve) => sockets.close(resolve));
  clearTimeout(cutOff);
}

/** Copies the parts that are needed, so that a socket does not keep the whole request in memory. */
function keptOf(request: IncomingMessage, { addressOf, sessionCookies }: TransportOptions): SocketRequest {
  const { headers } = request;
  return {
    address: addressOf(request),
    userAgent: (headers['user-agent'] ?? '').slice(0, USER_AGENT_LENGTH_MAX),
    origin: headers.origin ?? null,
    host: headers.host ?? '',
    forwardedHost: forwardedHostOf(headers),
    authorization: bearerOf(headers),
    sessionCookie: cookieOf(headers, sessionCookies),
  };
}

/** A refusal is kept, too: a socket that brings another credential does not need the cookie. */
function cookieOf(headers: IncomingHttpHeaders, { read }: SessionCookies): SocketRequest['sessionCookie'] {
  try {
    return read(headers) ?? null;
  } catch (error) {
    if (error instanceof RequestFault) return error;
    throw error;
  }
}

async function contextOf(
  credential: Credential | undefined,
  { address, userAgent, origin, host, forwardedHost }: SocketRequest,
  { createContext, tracing, ...own }: TransportOptions,
): Promise<Context> {
  const traceParent = tracing?.traceParent() ?? null;
  const info = { requestId: randomUUID(), address, userAgent, origin, idempotency: null, traceParent };
  const context = await createContext(credential, info);
  // The origin is checked here and not at the upgrade, because the API key that allows it is not known there.
  if (origin === null || mayConnect({ origin, hosts: [host, forwardedHost] }, context.actor, own)) return context;
  throw new RequestFault('FORBIDDEN', `Pages from the origin ${quote(origin ?? '')} may not connect.`);
}

/** Proxies that replace the Host header say here what it was. No page can set it. */
function forwardedHostOf({ 'x-forwarded-host': host }: IncomingHttpHeaders): string {
  return typeof host === 'string' ? host : '';
}

function destroy(this: Duplex): void {
  this.destroy();
}
