/** Determines where a request came from, as stated by trusted proxies. */
import proxyAddress from '@fastify/proxy-addr';
import type { IncomingMessage } from 'node:http';

/** IP address of the client; empty when the connection is gone. */
export type AddressOf = (request: IncomingMessage) => string;

/**
 * `trustedProxies`: addresses, networks (`10.0.0.0/8`) and names of networks (`loopback`, `linklocal`, `uniquelocal`) whose
 * `X-Forwarded-For` is trusted, from the nearest hop outwards up to the first that is not listed. Empty: no proxy is
 * trusted.
 */
export function createAddressOf(trustedProxies: readonly string[]): AddressOf {
  if (trustedProxies.length === 0) return (request) => request.socket.remoteAddress ?? '';
  const isTrusted = proxyAddress.compile([...trustedProxies]);
  return (request) => (request.socket.remoteAddress === undefined ? '' : proxyAddress(request, isTrusted));
}

/** Whether the text is an address or a network. */
export function isTrustable(text: string): boolean {
  try {
    proxyAddress.compile([text]);
    return true;
  } catch {
    return false;
  }
}
