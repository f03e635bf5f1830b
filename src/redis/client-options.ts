import type { Redis } from 'ioredis';
import type { Tracing } from '../telemetry/tracing';
import type { RedisClient } from './redis-client';

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
export function traceCommands(client: RedisClient, tracing: Tracing | null | undefined): RedisClient {
  if (!tracing) return client;
  const sender: Pick<Redis, 'sendCommand'> = client;
  const send = sender.sendCommand.bind(client);
  sender.sendCommand = (command, ...rest) => {
    const name = command.name.toUpperCase();
    const attributes = { 'db.system.name': 'redis', 'db.operation.name': name };
    return tracing.childSpan(name, { kind: 'CLIENT', attributes }, () => send(command, ...rest));
  };
  return client;
}
