/**
 * GraphQL over WebSocket by the protocol `graphql-transport-ws`: one operation for each socket. Of the library graphql-ws, whose
 * client keeps a socket for many operations and comes back by itself, only this is needed, at a third of its size.
 */
import type { Fault, WebSocketClass } from './api';
import type { Clock } from './clock';
import { broken, FaultError, faultOf, faultOfErrors, type GraphQLError } from './faults';
import { dataOf, type GraphQLResult, type Operation } from './http';
import { CONNECT_TIMEOUT_MS, ENDED_BY_SERVER, type RunStream, type StreamEnd, type StreamListener } from './stream';

const PING_AFTER_MS = 25_000;
const PONG_TIMEOUT_MS = 5_000;

/** The part of a WebSocket that browsers, Node and `ws` have in common. */
interface Socket {
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  onerror: ((event: unknown) => void) | null;
  send(text: string): void;
  close(code?: number): void;
}

interface Message {
  readonly type?: string;
  readonly payload?: unknown;
}

export interface WebSocketParts {
  readonly WebSocket: WebSocketClass;
  /** `wss://…/graphql`. */
  readonly url: string;
  readonly key: string;
  readonly clock: Clock;
}

export function webSocketStream(parts: WebSocketParts): RunStream {
  return (operation, listener, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) resolve({ kind: 'CUT', fault: faultOf(signal.reason) });
      else new SocketRun(parts, operation, { listener, signal, resolve });
    });
}

class SocketRun {
  private socket: Socket | null = null;
  private cancel: () => void = () => undefined;
  private readonly abort = (): void => this.end({ kind: 'CUT', fault: faultOf(this.outside.signal.reason) });
  private isOver = false;

  constructor(
    private readonly parts: WebSocketParts,
    private readonly operation: Operation,
    private readonly outside: {
      readonly listener: StreamListener;
      readonly signal: AbortSignal;
      readonly resolve: (end: StreamEnd) => void;
    },
  ) {
    outside.signal.addEventListener('abort', this.abort);
    this.expect(CONNECT_TIMEOUT_MS, `its WebSocket was not ready within ${CONNECT_TIMEOUT_MS / 1_000} s.`);
    try {
      this.socket = new parts.WebSocket(parts.url, 'graphql-transport-ws') as Socket;
    } catch (error) {
      this.fail(error);
      return;
    }
    this.socket.onopen = () => this.send({ type: 'connection_init', payload: { authorization: `Bearer ${parts.key}` } });
    this.socket.onmessage = ({ data }) => this.onText(data);
    this.socket.onclose = ({ code, reason }) => this.end(endOfCode(code, reason));
    // Always followed by a close.
    this.socket.onerror = () => undefined;
  }

  private onText(text: unknown): void {
    if (this.isOver) return;
    try {
      this.onMessage(readMessage(text));
    } catch (error) {
      this.fail(error);
    }
  }

  private onMessage({ type, payload }: Message): void {
    if (type === 'connection_ack') {
      this.send({ id: '1', type: 'subscribe', payload: this.operation });
      this.outside.listener.onOpen();
    }
    if (type === 'error') throw new FaultError(faultOfErrors(payload as readonly GraphQLError[]));
    if (type === 'complete') {
      this.end(ENDED_BY_SERVER);
      return;
    }
    this.pingLater();
    if (type === 'ping') this.send({ type: 'pong', payload });
    if (type === 'next') this.outside.listener.onData(dataOf(payload as GraphQLResult));
  }

  /** The server's own pings are invisible to browsers. */
  private pingLater(): void {
    this.cancel();
    this.cancel = this.parts.clock.after(PING_AFTER_MS, () => {
      this.expect(PONG_TIMEOUT_MS, `it did not answer a ping within ${PONG_TIMEOUT_MS / 1_000} s.`);
      this.send({ type: 'ping' });
    });
  }

  private expect(ms: number, message: string): void {
    this.cancel();
    this.cancel = this.parts.clock.after(ms, () => this.fail(new Error(message)));
  }

  private send(message: object): void {
    try {
      this.socket?.send(JSON.stringify(message));
    } catch (error) {
      this.fail(error);
    }
  }

  private fail(error: unknown): void {
    this.end({ kind: 'CUT', fault: faultOf(error) });
  }

  private end(end: StreamEnd): void {
    if (this.isOver) return;
    this.isOver = true;
    this.cancel();
    this.outside.signal.removeEventListener('abort', this.abort);
    try {
      this.socket?.close(1000);
    } catch {
      // It was never open.
    }
    this.outside.resolve(end);
  }
}

/** Codes of docs/PROTOCOL.md, "Close codes". */
function endOfCode(code: number, reason: string): StreamEnd {
  if (code === 1001) return ENDED_BY_SERVER;
  const kinds: Readonly<Record<number, Fault['kind']>> = {
    4403: 'REFUSED',
    1013: 'BUSY',
    4500: 'BUSY',
    4406: 'BROKEN',
    4400: 'BROKEN',
  };
  const why = reason === '' ? '' : `: ${reason}`;
  return { kind: 'CUT', fault: { kind: kinds[code] ?? 'NETWORK', message: `The WebSocket was closed with code ${code}${why}` } };
}

function readMessage(text: unknown): Message {
  try {
    const message = JSON.parse(String(text)) as Message | null;
    if (typeof message === 'object' && message !== null) return message;
  } catch {
    // The same fault.
  }
  throw broken('A message of the WebSocket is no JSON object.');
}
