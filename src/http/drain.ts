/**
 * Takes a server out of service without losing a request (docs/OPERATIONS.md, "Rolling restart"). Kept-alive connections are
 * closed with their next answer, so that a proxy never writes a request to one that ends in the same instant. The server stops
 * accepting at a moment when no connection is on its way: one that the system has taken, and this process has not, is reset.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { Server as SocketServer, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';

/**
 * Requests are held back for so long after the last new connection before the server stops accepting. A client that waits for
 * an answer opens no other connection, and a proxy that counts waiting requests prefers another server.
 */
const QUIET_MS = 10;
/** Requests are held back no longer than this, however many connections come. */
const HELD_MS_MAX = 150;
/** A turn of the event loop that took less had nothing to do. */
const IDLE_TURN_MS = 0.1;
const TURNS_MAX = 500;
const SWEEP_MS = 50;
/** How long a connection may stay on which nothing has come. */
const SILENT_MS = 1_000;
/** How long a client may take to read an answer. */
const READING_MS = 10_000;
/** How much later than its limit Node finds an overdue request; see `slowRequests` of the server. */
const CHECKING_MS = 5_000;

export interface DrainLimits {
  readonly requestTimeoutMs: number;
  readonly executionTimeoutMs: number;
}

/** The longest that connections are waited for: for a request that comes as slowly as it may, is executed, and read slowly. */
export function drainMsMax({ requestTimeoutMs, executionTimeoutMs }: DrainLimits): number {
  return requestTimeoutMs + CHECKING_MS + executionTimeoutMs + READING_MS;
}

type Serve = (request: IncomingMessage, response: ServerResponse) => void;

export class Drain {
  private isBegun = false;
  private lastConnectedAt = 0;
  /** The last answer of each open connection; null before its first request. */
  private readonly connections = new Map<Socket, ServerResponse | null>();
  /** Requests that wait until the server has stopped accepting; null when none need to. */
  private held: (() => void)[] | null = null;

  /** Puts itself before everything that listens for requests. Must be called before the server listens. */
  constructor(
    private readonly server: Server,
    private readonly limits: DrainLimits,
  ) {
    const ordinary = server.listeners('request') as Serve[];
    const serve: Serve = (request, response) => {
      for (const listener of ordinary) listener.call(server, request, response);
    };
    server.removeAllListeners('request');
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      this.connections.set(request.socket, response);
      if (this.isBegun) this.serveLast(request, response, serve);
      else serve(request, response);
    });
    server.on('connection', (socket: Socket) => {
      this.lastConnectedAt = performance.now();
      this.connections.set(socket, null);
      socket.once('close', () => this.connections.delete(socket));
    });
  }

  get isDraining(): boolean {
    return this.isBegun;
  }

  /** Makes each answer the last of its connection from now on. The server goes on accepting. */
  begin(): void {
    this.isBegun = true;
    for (const response of this.connections.values()) if (response !== null) makeLast(response);
  }

  /** Stops accepting. `ended` resolves when all connections have ended, with the number of those that had to be cut. */
  async stopAccepting(): Promise<{ readonly ended: Promise<number> }> {
    this.begin();
    this.held = [];
    await this.untilQuiet();
    // The server's own method would cut connections whose answers are still being sent, and stop timing slow requests out.
    const closed = new Promise<void>((resolve) => SocketServer.prototype.close.call(this.server, () => resolve()));
    const waiting = this.held;
    this.held = null;
    for (const serve of waiting) serve();
    return { ended: this.untilEnded(closed) };
  }

  private serveLast(request: IncomingMessage, response: ServerResponse, serve: Serve): void {
    makeLast(response);
    if (this.held === null) serve(request, response);
    else this.held.push(() => serve(request, response));
  }

  private async untilQuiet(): Promise<void> {
    const startedAt = performance.now();
    const isQuiet = (): boolean => performance.now() - Math.max(startedAt, this.lastConnectedAt) >= QUIET_MS;
    while (!isQuiet() && performance.now() - startedAt < HELD_MS_MAX) await sleep(1);
    // A turn without work shows that everything that the system has taken was taken here, too.
    for (let turns = 0; turns < TURNS_MAX; turns++) {
      const turnedAt = performance.now();
      await nextTurn();
      if (performance.now() - turnedAt < IDLE_TURN_MS) return;
    }
  }

  private async untilEnded(closed: Promise<void>): Promise<number> {
    const startedAt = performance.now();
    let cut = 0;
    const sweep = setInterval(() => {
      const elapsedMs = performance.now() - startedAt;
      const isOver = elapsedMs > drainMsMax(this.limits);
      for (const [socket, response] of this.connections) {
        if (isOver) cut++;
        if (isOver || isIdle(response) || (elapsedMs > SILENT_MS && socket.bytesRead === 0)) socket.destroy();
      }
    }, SWEEP_MS);
    await closed;
    clearInterval(sweep);
    return cut;
  }
}

function isIdle(response: ServerResponse | null): boolean {
  return response !== null && response.destroyed && response.req.complete;
}

/** Node adds the header, however the answer is written. */
function makeLast(response: ServerResponse): void {
  response.shouldKeepAlive = false;
}
