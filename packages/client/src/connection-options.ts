/** From the options of an application to a connection. What can never work is a `TypeError`. */
import type { ConnectionOptions, Transport } from './api';
import type { Clock } from './clock';
import type { Endpoint, SendHttp } from './http';
import { sseStream } from './sse';
import type { StreamTransport } from './stream-loop';
import { webSocketStream } from './websocket';

const TRANSPORTS: readonly Transport[] = ['websocket', 'sse', 'poll'];
const POLL_SECONDS = { min: 5, max: 3_600, usual: 30 } as const;

export interface Route {
  readonly endpoint: Endpoint;
  readonly transports: readonly StreamTransport[];
  readonly isPolling: boolean;
  readonly pollMs: number;
}

/** Null when there is no URL: the client is offline. */
export function planRoute(options: ConnectionOptions, send: SendHttp, clock: Clock): Route | null {
  const { key, headers, pollSeconds = POLL_SECONDS.usual } = options;
  const transports = checkTransports(options);
  if (!(pollSeconds >= POLL_SECONDS.min && pollSeconds <= POLL_SECONDS.max))
    throw new TypeError(`pollSeconds must be from ${POLL_SECONDS.min} to ${POLL_SECONDS.max}; got ${pollSeconds}.`);
  if (options.url === undefined) return null;
  const url = checkUrl(options.url);
  if (typeof key !== 'string' || !/^[\x21-\x7e]+$/.test(key))
    throw new TypeError('key must be an API key: visible ASCII characters without spaces.');
  const endpoint = { send, url, clock, headers: () => ({ ...headers?.(), authorization: `Bearer ${key}` }) };
  const streams = transports.filter((via) => via !== 'poll');
  return {
    endpoint,
    transports: streams.map((via): StreamTransport => ({
      via,
      run: via === 'sse' ? sseStream(endpoint) : overSocket(options, url, key, clock),
    })),
    isPolling: transports.includes('poll'),
    pollMs: pollSeconds * 1_000,
  };
}

function overSocket({ WebSocket }: ConnectionOptions, url: string, key: string, clock: Clock): StreamTransport['run'] {
  if (WebSocket === undefined) throw new TypeError('The transport "websocket" needs the option WebSocket, a class.');
  return webSocketStream({ WebSocket, url: `${url.replace(/^http/, 'ws')}/graphql`, key, clock });
}

function checkTransports({ transports, WebSocket }: ConnectionOptions): readonly Transport[] {
  if (transports === undefined) return TRANSPORTS.filter((via) => via !== 'websocket' || WebSocket !== undefined);
  const unknown = transports.find((via) => !TRANSPORTS.includes(via));
  if (unknown !== undefined) throw new TypeError(`transports may have ${TRANSPORTS.join(', ')}; got ${String(unknown)}.`);
  if (transports.length === 0) throw new TypeError('transports must name at least one; leave url out to be offline.');
  return transports;
}

function checkUrl(text: string): string {
  if (!/^https?:\/\//.test(text) || !isUrl(text))
    throw new TypeError(`url must be a URL with http or https, such as https://flags.example.com; got ${JSON.stringify(text)}.`);
  const { origin, pathname } = new URL(text);
  return `${origin}${pathname.replace(/\/+$/, '')}`;
}

/** `URL.canParse` is not in every browser that this runs in. */
function isUrl(text: string): boolean {
  try {
    return new URL(text).host !== '';
  } catch {
    return false;
  }
}
