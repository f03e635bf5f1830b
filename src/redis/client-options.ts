import type { Redis, RedisOptions } from 'ioredis';
import type { Tracing } from '../telemetry/tracing';

/** Keeps the data of one installation apart from that of others on the same Redis. */
export interface RedisNamespace {
  readonly url: string;
  /** Begins the name of each key and channel. */
  readonly prefix: string;
  /** Null or absent: traces are off. */
  readonly tracing?: Tracing | null;
}

export function redisNamespaceOf(url: string, installationId: string, tracing: Tracing | null = null): RedisNamespace {
  return { url, prefix: `flagstaff:${installationId}`, tracing };
}

/** Gives each command of the client a span in the trace of its request; the keys stay out of it. */
export function traceCommands(client: Redis, tracing: Tracing | null | undefined): Redis {
  if (!tracing) return client;
  const send = client.sendCommand.bind(client);
  client.sendCommand = (command, stream) => {
    const name = command.name.toUpperCase();
    const attributes = { 'db.system.name': 'redis', 'db.operation.name': name };
    return tracing.childSpan(name, { kind: 'CLIENT', attributes }, () => send(command, stream));
  };
  return client;
}

/** How long a command may take, unless its caller gives up earlier. */
export const COMMAND_TIMEOUT_MS = 1_000;
/** A connection that has answered nothing for so long after a command is half-open: it is cut and made anew. */
const SOCKET_TIMEOUT_MS = 5_000;
const RECONNECT_DELAY_MAX_MS = 2_000;
const CONNECT_TIMEOUT_MS = 5_000;

/**
 * Redis may be gone at any moment, and no request waits for its return: nothing queues, a command that a lost connection took
 * along fails at once and is never sent again, and subscriptions are renewed by the code that made them.
 */
export const CLIENT_OPTIONS: RedisOptions = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  connectTimeout: CONNECT_TIMEOUT_MS,
  socketTimeout: SOCKET_TIMEOUT_MS,
  retryStrategy: (attempt) => Math.min(attempt * 100, RECONNECT_DELAY_MAX_MS),
};
