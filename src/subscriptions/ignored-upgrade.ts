/**
 * Serves requests that offer to upgrade to another protocol than WebSocket, as Java's HTTP client offers h2c with each POST.
 * A server may ignore such an offer (RFC 9110, section 7.8), but once there is a listener for upgrades, Node no longer serves
 * any request with an Upgrade header as ordinary HTTP. Newer versions ask whether to (`UPGRADES`); for Node 20 the request is
 * parsed again without the offer.
 */
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

const OFFER = new Set(['upgrade', 'http2-settings']);

export function offersWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === 'websocket';
}

/** Options of Node's HTTP server. */
export const UPGRADES = { shouldUpgradeCallback: offersWebSocket };

/** Parses the connection anew from the header of the request on; `rest` are bytes of the body that came with it. */
export function serveWithoutUpgrade(server: Server, request: IncomingMessage, socket: Duplex, rest: Buffer): void {
  const { method, url, httpVersion, rawHeaders } = request;
  const lines = [`${method} ${url} HTTP/${httpVersion}`];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? '';
    const value = rawHeaders[i + 1] ?? '';
    if (name.toLowerCase() === 'connection') lines.push(`${name}: ${withoutOffer(value)}`);
    else if (!OFFER.has(name.toLowerCase())) lines.push(`${name}: ${value}`);
  }
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
  socket.removeAllListeners('error');
  socket.unshift(Buffer.concat([head, rest]));
  server.emit('connection', socket);
}

/** Leaves the other options of a connection, such as `close`. */
function withoutOffer(connection: string): string {
  const options = connection.split(',').map((option) => option.trim());
  return options.filter((option) => !OFFER.has(option.toLowerCase())).join(', ');
}
