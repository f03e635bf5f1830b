/** The counts of the rate limits that several servers share, in Redis. They end by themselves after a minute. */
import { RateLimiterRedis } from 'rate-limiter-flexible';
import type { RedisNamespace } from './client-options';
import { COMMAND_TIMEOUT_MS, createRedisClient } from './redis-client';

export interface RedisRates {
  /** Adds points and answers how many all servers have counted within the window. Fails at once while Redis is away. */
  readonly add: (key: string, points: number) => Promise<number>;
  readonly close: () => void;
}

export function createRedisRates({ url, prefix }: RedisNamespace, windowSeconds: number): RedisRates {
  const client = createRedisClient(url, { enableAutoPipelining: true, commandTimeout: COMMAND_TIMEOUT_MS });
  // The change notifier logs when Redis is lost and when it returns.
  client.on('error', () => undefined);
  // Redis enforces no limit; each server enforces its own.
  const limiter = new RateLimiterRedis({
    storeClient: client,
    keyPrefix: `${prefix}:rate`,
    points: Number.MAX_SAFE_INTEGER,
    duration: windowSeconds,
    rejectIfRedisNotReady: true,
  });
  return {
    add: async (key, points) => (await limiter.penalty(key, points)).consumedPoints,
    close: () => client.disconnect(),
  };
}
