/**
 * Serves requests that offer to upgrade to another protocol than WebSocket, as Java's HTTP client offers h2c with each POST.
 * A server may ignore such an offer (RFC 9110, section 7.8), but once there is a listener for upgrades, Node no longer serves
 * any request with an Upgrade header as ordinary HTTP. So the request is parsed again without the offer.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

const HOP_BY_HOP = new Set(['upgrade', 'connection', 'http2-settings']);

export function offersWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/** Parses the connection anew from the header of the request on; `rest` are bytes of the body that came with it. */
export function serveWithoutUpgrade(server: Server, request: IncomingMessage, socket: Duplex, rest: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    if (!HOP_BY_HOP.has(name.toLowerCase())) lines.push(`${name}: ${rawHeaders[i + 1]}`);
  }
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  socket.removeAllListeners('error');
  socket.unshift(Buffer.concat([head, rest]));
  server.emit('connection', socket);
}
