/** Looks at a Redis once, as an operator would. */
import { Redis } from 'ioredis';
import { CLIENT_OPTIONS, COMMAND_TIMEOUT_MS } from './client-options';
import { redisFaultOf, type RedisFault } from './redis-fault';
import { probe } from './redis-health';

export interface RedisFacts {
  /** Null: it does all that Flagstaff needs. */
  readonly fault: RedisFault | null;
  /** Empty when it is not known. */
  readonly version: string;
  /** Its policy for when it is full, such as `allkeys-lru`; empty when it has no bound, or does not say. */
  readonly policyWhenFull: string;
}

/** Takes a few seconds at most. Never rejects. */
export async function checkRedis(url: string): Promise<RedisFacts> {
  const client = new Redis(url, {
    ...CLIENT_OPTIONS,
    commandTimeout: COMMAND_TIMEOUT_MS,
    lazyConnect: true,
    retryStrategy: () => null,
  });
  let lost: Error | null = null;
  client.on('error', (error) => (lost ??= error));
  try {
    await client.connect();
    await probe(client, 'flagstaff:doctor', 'flagstaff:doctor');
    const info = await client.info().catch(() => '');
    const valueOf = (name: string): string => new RegExp(`^${name}:(.*?)\\r?$`, 'm').exec(info)?.[1] ?? '';
    const isBounded = valueOf('maxmemory') !== '0';
    return { fault: null, version: valueOf('redis_version'), policyWhenFull: isBounded ? valueOf('maxmemory_policy') : '' };
  } catch (error) {
    return { fault: redisFaultOf(lost ?? (error as Error)), version: '', policyWhenFull: '' };
  } finally {
    client.disconnect();
  }
}
