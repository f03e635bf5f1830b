/**
 * Limits requests that a client sends on one connection before earlier ones are answered (RFC 9112, section 9.3.2).
 * Everything that a client writes at once is read in one turn of the event loop, so thousands of requests would delay
 * everybody else.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** Far more than any client that we know of, which send one. */
const WAITING_MAX = 100;

/** Closes connections with more than WAITING_MAX pipelined requests. */
export function boundPipelines(server: Server): void {
  const waiting = new WeakMap<Socket, number>();
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    // Almost all requests are assigned to their socket immediately.
    if (response.socket !== null) return;
    const count = (waiting.get(socket) ?? 0) + 1;
    waiting.set(socket, count);
    response.once('close', () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1));
    if (count > WAITING_MAX) socket.destroy();
  });
}
