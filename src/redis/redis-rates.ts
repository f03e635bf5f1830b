/** The counts of the rate limits that several servers share, in Redis. They end by themselves after a minute. */
import { Redis } from 'ioredis';
import { RateLimiterRedis } from 'rate-limiter-flexible';
import { CLIENT_OPTIONS, COMMAND_TIMEOUT_MS } from './client-options';

export interface RedisRates {
  /** Adds points and answers how many all servers have counted within the window. Fails at once while Redis is away. */
  readonly add: (key: string, points: number) => Promise<number>;
  readonly close: () => void;
}

export function createRedisRates(url: string, windowSeconds: number): RedisRates {
  const client = new Redis(url, { ...CLIENT_OPTIONS, enableAutoPipelining: true, commandTimeout: COMMAND_TIMEOUT_MS });
  // The bell tells the log when Redis goes and comes.
  client.on('error', () => undefined);
  // The bound is nobody's here: each server decides by its own.
  const limiter = new RateLimiterRedis({
    storeClient: client,
    keyPrefix: 'flagstaff:rate',
    points: Number.MAX_SAFE_INTEGER,
    duration: windowSeconds,
    rejectIfRedisNotReady: true,
  });
  return {
    add: async (key, points) => (await limiter.penalty(key, points)).consumedPoints,
    close: () => client.disconnect(),
  };
}
