/**
 * Requests that are sent on one connection before those before them are answered (RFC 9112, section 9.3.2). All that a
 * client writes at once is read in one turn of the event loop, so that thousands of them would keep everybody else waiting.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** No client that we know of sends more than one. */
const WAITING_MAX = 100;

/** From now on a connection is cut off on which more requests wait. */
export function boundPipelines(server: Server): void {
  const waiting = new WeakMap<Socket, number>();
  server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    // Has its turn at once, as almost all have.
    if (response.socket !== null) return;
    const count = (waiting.get(socket) ?? 0) + 1;
    waiting.set(socket, count);
    response.once('close', () => waiting.set(socket, (waiting.get(socket) ?? 1) - 1));
    if (count > WAITING_MAX) socket.destroy();
  });
}
