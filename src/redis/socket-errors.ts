/**
 * Keeps a socket of Redis from ending the process. ioredis listens for one error of each socket, and a socket of TLS may tell two: that
 * it does not trust the certificate, and what the server says of being left (redis/ioredis#962). There is no option for it, so its
 * connectors are changed, those inside of a cluster's client included.
 */
import { SentinelConnector } from 'ioredis';
import StandaloneConnector from 'ioredis/built/connectors/StandaloneConnector';
import type { Socket } from 'node:net';

interface Connector {
  connect: (this: Connector, ...args: never[]) => Promise<Socket>;
}

const changed = new WeakSet<Connector>();

/** Changes ioredis for the whole process, once however often it is called. */
export function surviveSocketErrors(): void {
  for (const { prototype } of [StandaloneConnector, SentinelConnector]) {
    const connector = prototype as unknown as Connector;
    if (changed.has(connector)) continue;
    changed.add(connector);
    listenFor(connector);
  }
}

function listenFor(connector: Connector): void {
  const { connect } = connector;
  connector.connect = async function (this: Connector, ...args: never[]) {
    const socket = await connect.apply(this, args);
    // The client has told the first; the socket is gone in any case.
    socket.on('error', () => undefined);
    return socket;
  };
}
