/**
 * Speaks the protocol graphql-transport-ws on one WebSocket, as the library graphql-ws specifies it (its PROTOCOL.md; here
 * docs/PROTOCOL.md). Kept lean, because a server has tens of thousands of these (docs/adr/0011).
 */
import { CloseCode, GRAPHQL_TRANSPORT_WS_PROTOCOL, MessageType, type SubscribePayload } from 'graphql-ws';
import type { Duplex } from 'node:stream';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';
import type { OperationLog, SocketLog } from '../http/request-log';
import type { Context } from '../modules/context';
import { RequestFault, TryLater } from '../errors';
import type { Credential, SessionCookie } from '../modules/access/credential';
import type { Connected, TrackedCredential, LiveAccess } from '../modules/access/live-access';
import type { LiveOperations } from './live-operations';
import type { Actor, RequestInfo } from '../modules/access/actor';
import { authorizationOf, closeReason, readMessage } from './socket-message';
import { isAscii, textFrame, type AsciiPayloads } from './socket-frame';
import { SocketOperation, type OperationSocket } from './socket-operation';

/** The parts of the upgrade request that are kept for the life of the socket. */
export type SocketRequest = Pick<RequestInfo, 'address' | 'userAgent' | 'origin'> & {
  readonly host: string;
  /** The host before a proxy; empty when none states it. */
  readonly forwardedHost: string;
  /** Programs may send the header with the upgrade, as with any request; null when there is no bearer token. */
  readonly authorization: string | null;
  /** The cookie of a browser, or why it does not count; null when there is none. Used only without another credential. */
  readonly sessionCookie: SessionCookie | RequestFault | null;
};

/** The dependencies that all sockets of a server share. */
export interface SocketHost {
  readonly live: LiveOperations;
  readonly access: LiveAccess;
  readonly log: Logger;
  readonly logOperation: OperationLog;
  readonly logClosed: SocketLog;
  /** Authenticates the caller for each operation. Throws `RequestFault`. */
  readonly createContext: (credential: Credential | undefined, request: SocketRequest) => Promise<Context>;
  readonly ascii: AsciiPayloads;
  /** Called when the socket has sent `connection_init`. */
  readonly onBegun: (connection: SocketConnection) => void;
  /** Called once, when the connection handles no more messages. */
  readonly onClosed: (connection: SocketConnection) => void;
}

const CONNECTION_INIT_TIMEOUT_MS = 3_000;
const OPERATIONS_PER_SOCKET_MAX = 100;
/** Subscriptions of a socket are paused while more bytes than this are unsent: about 256 events. */
const WAITING_BYTES_MAX = 64 * 1024;
/** Reading is paused while more bytes than this are unsent, because the client sends operations and does not read the answers. */
const WAITING_BYTES_BEFORE_PAUSE = 1024 * 1024;
/** Close code from the registry of the WebSocket protocol (IANA): the server cannot serve now. */
const TRY_AGAIN_LATER = 1013;

export class SocketConnection implements Connected, OperationSocket {
  private phase: 'NEW' | 'BEGINNING' | 'ACKNOWLEDGED' | 'CLOSED' = 'NEW';
  private credential: Credential | undefined;
  private tracked: TrackedCredential | null = null;
  private readonly operations = new Map<string, SocketOperation>();
  private isPaused = false;
  private isAnswered = true;
  private initTimer: NodeJS.Timeout | undefined;

  constructor(
    private readonly socket: WebSocket,
    /** The stream that the socket writes its frames to. */
    private readonly wire: Duplex,
    private readonly request: SocketRequest,
    private readonly host: SocketHost,
  ) {
    if (socket.protocol !== GRAPHQL_TRANSPORT_WS_PROTOCOL) {
      this.close(CloseCode.SubprotocolNotAcceptable, 'Subprotocol not acceptable');
    } else {
      // Waits two more turns of the event loop: a message that came in time while this process was busy is read in the first
      // and emitted by ws in the second.
      this.initTimer = setTimeout(() => setImmediate(() => setImmediate(() => this.expire())), CONNECTION_INIT_TIMEOUT_MS);
    }
    connections.set(socket, this);
    socket.on('message', receive).on('error', logError).on('pong', pong).on('close', forget);
  }

  /** Pings the client; terminates the connection when the previous ping was not answered. */
  ping(): void {
    const { socket } = this;
    if (!this.isAnswered) return socket.terminate();
    if (socket.readyState !== socket.OPEN) return;
    this.isAnswered = false;
    socket.ping();
  }

  review(actor: Actor): void {
    for (const operation of this.operations.values()) operation.review(actor);
  }

  refuse(fault: RequestFault): void {
    if (fault.code === 'UNAVAILABLE') this.close(TRY_AGAIN_LATER, 'Try again later');
    else this.close(CloseCode.Forbidden, closeReason(fault.message));
  }

  /** Writes a result. Answers like `write`. */
  writeNext(id: string, payload: string): boolean {
    const head = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
    return this.write(`${head}${payload}}`, this.host.ascii.has(payload) && isAscii(head));
  }

  /** False when the text was accepted, but subscriptions must pause until they are resumed. */
  write(text: string, isKnownAscii = false): boolean {
    const { socket } = this;
    if (socket.readyState !== socket.OPEN) return true;
    const waiting = socket.bufferedAmount + text.length;
    if (waiting <= WAITING_BYTES_MAX || this.isPaused) {
      if (waiting > WAITING_BYTES_BEFORE_PAUSE) this.sendPaused(text);
      else this.send(text, isKnownAscii);
      return !this.isPaused;
    }
    this.isPaused = true;
    socket.send(text, () => this.resume());
    return false;
  }

  drop(id: string, operation: SocketOperation): void {
    if (this.operations.get(id) === operation) this.operations.delete(id);
  }

  /** May bypass ws: it writes frames whole and synchronously, as long as it does not compress, so that none interleave. */
  private send(text: string, isKnownAscii: boolean): void {
    const frame = isKnownAscii ? textFrame(text) : null;
    if (frame === null) this.socket.send(text);
    else this.wire.write(frame, 'latin1');
  }

  /** Stops reading until the text is written. */
  private sendPaused(text: string): void {
    this.socket.pause();
    this.socket.send(text, () => this.socket.resume());
  }

  private resume(): void {
    this.isPaused = false;
    for (const operation of this.operations.values()) {
      if (this.isPaused) return;
      operation.resume();
    }
  }

  pong(): void {
    this.isAnswered = true;
  }

  logError(err: Error): void {
    this.host.log.info({ err: err.message, address: this.request.address }, 'a socket was closed');
  }

  receive(data: Buffer): void {
    this.handle(data).catch((err: unknown) => {
      this.host.log.error({ err }, 'a socket message could not be handled');
      this.close(CloseCode.InternalServerError, 'Internal server error');
    });
  }

  private async handle(data: Buffer): Promise<void> {
    if (this.phase === 'CLOSED') return;
    const message = readMessage(data);
    switch (message?.type) {
      case MessageType.ConnectionInit:
        return this.begin(message.payload);
      case MessageType.Ping: {
        const { payload } = message;
        this.write(JSON.stringify(payload ? { type: MessageType.Pong, payload } : { type: MessageType.Pong }));
        return;
      }
      case MessageType.Pong:
        return;
      case MessageType.Subscribe:
        return this.subscribe(message.id, message.payload);
      case MessageType.Complete:
        this.operations.get(message.id)?.end();
        this.operations.delete(message.id);
        return;
      // The message is invalid, or one that only servers send.
      case undefined:
      case MessageType.ConnectionAck:
      case MessageType.Next:
      case MessageType.Error:
        this.close(CloseCode.BadRequest, 'Invalid message received');
    }
  }

  private expire(): void {
    if (this.phase !== 'NEW') return;
    this.close(CloseCode.ConnectionInitialisationTimeout, 'Connection initialisation timeout');
  }

  private async begin(params: Readonly<Record<string, unknown>> | undefined): Promise<void> {
    if (this.phase !== 'NEW') return this.close(CloseCode.TooManyInitialisationRequests, 'Too many initialisation requests');
    this.phase = 'BEGINNING';
    clearTimeout(this.initTimer);
    this.initTimer = undefined;
    this.host.onBegun(this);
    const since = this.host.access.generation;
    try {
      this.credential = authorizationOf(params, this.request.authorization) ?? this.cookie();
      const { actor } = await this.host.createContext(this.credential, this.request);
      if (this.isClosed) return;
      // An invalid credential is refused here, with 4403, and not only by the first operation.
      this.phase = 'ACKNOWLEDGED';
      this.write(`{"type":"${MessageType.ConnectionAck}"}`);
      if (this.credential === undefined || actor.kind === 'ANONYMOUS') return;
      this.tracked = this.host.access.track(this.credential, actor.request, this, since);
      // Sockets with the same credential share one copy of it.
      this.credential = this.tracked.credential;
    } catch (error) {
      if (error instanceof RequestFault && (error.code === 'UNAUTHENTICATED' || error.code === 'FORBIDDEN'))
        return this.refuse(error);
      // Clients of graphql-ws do not reconnect after 4500; here they must.
      if (!(error instanceof TryLater)) this.host.log.error({ err: error }, 'a socket could not be authenticated');
      this.close(TRY_AGAIN_LATER, 'Try again later');
    }
  }

  /** Throws when there is one that does not count. */
  private cookie(): SessionCookie | undefined {
    const { sessionCookie } = this.request;
    if (sessionCookie instanceof RequestFault) throw sessionCookie;
    return sessionCookie ?? undefined;
  }

  private async subscribe(id: string, payload: SubscribePayload): Promise<void> {
    if (this.phase !== 'ACKNOWLEDGED') return this.close(CloseCode.Unauthorized, 'Unauthorized');
    if (this.operations.has(id)) {
      return this.close(
        CloseCode.SubscriberAlreadyExists,
        closeReason(`Subscriber for ${id} already exists`, 'Subscriber already exists'),
      );
    }
    const { host, credential, request } = this;
    const operation = new SocketOperation(id, this, host.live.format);
    if (this.operations.size >= OPERATIONS_PER_SOCKET_MAX) {
      const message = `A socket may have at most ${OPERATIONS_PER_SOCKET_MAX} operations at once.`;
      return operation.fail(new RequestFault('OPERATION_LIMIT_EXCEEDED', message));
    }
    this.operations.set(id, operation);
    const since = host.access.generation;
    await host.live.run(operation, payload, {
      transport: 'WebSocket',
      createContext: () => host.createContext(credential, request),
      onOutcome: (context, durationMs) => host.logOperation(context, { path: '/graphql', socket: true, durationMs }),
      onRequiredPermission: (requiredPermission) => {
        operation.requiredPermission = requiredPermission;
        if (this.tracked) host.access.checkUnlessVerified(this.tracked, since);
      },
    });
  }

  get isClosed(): boolean {
    return this.phase === 'CLOSED';
  }

  private close(code: number, reason: string): void {
    this.socket.close(code, reason);
    this.host.logClosed({ address: this.request.address, closeCode: code, reason });
    this.forget();
  }

  /** Ends all operations; no message is handled or sent afterwards. */
  forget(): void {
    if (this.isClosed) return;
    this.phase = 'CLOSED';
    clearTimeout(this.initTimer);
    this.host.onClosed(this);
    if (this.tracked) this.host.access.release(this.tracked, this);
    for (const operation of this.operations.values()) operation.end();
    this.operations.clear();
  }
}

/** Used by shared event handlers, which cost less memory than four closures for each socket. */
const connections = new WeakMap<WebSocket, SocketConnection>();

function receive(this: WebSocket, data: Buffer): void {
  connections.get(this)?.receive(data);
}

/** ws closes the socket with the right code: 1009 for a frame that is too large, 1007 for text that is not UTF-8. */
function logError(this: WebSocket, error: Error): void {
  connections.get(this)?.logError(error);
}

function pong(this: WebSocket): void {
  connections.get(this)?.pong();
}

function forget(this: WebSocket): void {
  connections.get(this)?.forget();
}
