/** Determines where a request came from, as stated by trusted proxies. */
import proxyAddress from '@fastify/proxy-addr';
import { IPv6 } from 'ipaddr.js';
import type { IncomingMessage } from 'node:http';
import { isIPv4, isIPv6 } from 'node:net';

/** IP address of the client, in its one usual form; empty when the connection is gone. */
export type AddressOf = (request: IncomingMessage) => string;

/**
 * `trustedProxies`: addresses, networks (`10.0.0.0/8`) and names of networks (`loopback`, `linklocal`, `uniquelocal`) whose
 * `X-Forwarded-For` is trusted, from the nearest hop outwards up to the first that is not listed, or that is no address. Empty:
 * no proxy is trusted.
 */
export function createAddressOf(trustedProxies: readonly string[]): AddressOf {
  const isTrusted = trustedProxies.length === 0 ? () => false : proxyAddress.compile([...trustedProxies]);
  return ({ socket, headers }) => {
    let address = addressIn(socket.remoteAddress ?? '') ?? '';
    if (address === '' || !isTrusted(address, 0)) return address;
    // A recipient ignores the empty elements of a list (RFC 9110, section 5.6.1).
    const stated = String(headers['x-forwarded-for'] ?? '')
      .split(',')
      .filter((element) => element.trim() !== '');
    for (let hop = 1; stated.length > 0 && isTrusted(address, hop); hop++) {
      const next = addressIn(stated.pop() ?? '');
      if (next === null) break;
      address = next;
    }
    return address;
  };
}

/** An address in brackets, with a port, or both; some proxies add the port, some quote as RFC 7239 does. */
const BRACKETED = /^\[([^\]]+)\](?::\d{1,5})?$/;
const WITH_PORT = /^([^:]+):\d{1,5}$/;

/** The address that a hop is stated as, so that it is the same text for the same client; null when it is none. */
export function addressIn(stated: string): string | null {
  const text = stated.trim().replace(/^"(.*)"$/, '$1');
  if (isIPv4(text)) return text;
  const [, host = text] = BRACKETED.exec(text) ?? WITH_PORT.exec(text) ?? [];
  if (isIPv4(host)) return host;
  // The zone names an interface of the proxy.
  const [bare = ''] = host.split('%');
  if (!isIPv6(bare)) return null;
  const address = IPv6.parse(bare);
  return address.isIPv4MappedAddress() ? address.toIPv4Address().toString() : address.toString();
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
