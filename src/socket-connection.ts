/**
 * Hands one WebSocket to graphql-ws. Its own adapter for ws writes failures to the console and tells clients the message
 * of an internal error; here they go to the log, and a client is told nothing but that there was one.
 */
import { CloseCode, type Server } from 'graphql-ws';
import type { IncomingMessage } from 'node:http';
import type { Logger } from 'pino';
import type { WebSocket } from 'ws';

/** What graphql-ws keeps for a socket. */
export type SocketExtra = {
  readonly socket: WebSocket;
  readonly request: IncomingMessage;
};

/** A socket that does not answer a ping before the next one is due is dropped. */
const PING_INTERVAL_MS = 12_000;

export function connectSocket(server: Server<SocketExtra>, { socket, request }: SocketExtra, log: Logger): void {
  const closed = server.opened(
    {
      protocol: socket.protocol,
      send: (data) =>
        new Promise((resolve, reject) => {
          if (socket.readyState !== socket.OPEN) resolve();
          else socket.send(data, (error) => (error ? reject(error) : resolve()));
        }),
      close: (code, reason) => socket.close(code, reason),
      onMessage: (hear) =>
        socket.on('message', (data: Buffer) => {
          hear(data.toString('utf8')).catch((err: unknown) => {
            log.error({ err }, 'a socket message could not be handled');
            socket.close(CloseCode.InternalServerError, 'Internal server error');
          });
        }),
    },
    { socket, request },
  );
  // ws closes the socket with the right code: 1009 for a frame that is too large, 1007 for text that is not UTF-8.
  socket.on('error', (err) => log.info({ err: err.message, address: request.socket.remoteAddress }, 'a socket was closed'));
  const stopPings = startPings(socket);
  socket.once('close', (code, reason) => {
    stopPings();
    void closed(code, reason.toString('utf8'));
  });
}

function startPings(socket: WebSocket): () => void {
  let isAnswered = true;
  socket.on('pong', () => {
    isAnswered = true;
  });
  const timer = setInterval(() => {
    if (!isAnswered) return socket.terminate();
    if (socket.readyState !== socket.OPEN) return;
    isAnswered = false;
    socket.ping();
  }, PING_INTERVAL_MS);
  return () => clearInterval(timer);
}
