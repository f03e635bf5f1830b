/**
 * The bell between several servers. graphql-redis-subscriptions publishes and receives; two ioredis clients carry it:
 * - the publisher gives up at once when Redis is away (no offline queue), for the poll of heads delivers anyway;
 * - the subscriber reconnects for ever, holds one subscription however many clients there are, and is pinged, because a
 *   half-open connection looks alive.
 */
import { RedisPubSub } from 'graphql-redis-subscriptions';
import { Redis } from 'ioredis';
import { acceptRing, type Bell } from './bell';

const CHANNEL = 'flagstaff:heads';
const COMMAND_TIMEOUT_MS = 1_000;
const PING_INTERVAL_MS = 5_000;
const PING_TIMEOUT_MS = 5_000;
const RECONNECT_DELAY_MAX_MS = 2_000;

export interface RedisBellOptions {
  readonly url: string;
  /** Told once for each loss of the connection and once for each return; errors in between are kept quiet. */
  readonly onStateChange: (state: 'connected' | 'lost', cause: string) => void;
}

export function createRedisBell({ url, onStateChange }: RedisBellOptions): Bell {
  const retryStrategy = (attempt: number): number => Math.min(attempt * 100, RECONNECT_DELAY_MAX_MS);
  const publisher = new Redis(url, {
    enableOfflineQueue: false,
    maxRetriesPerRequest: 1,
    commandTimeout: COMMAND_TIMEOUT_MS,
    retryStrategy,
  });
  const subscriber = new Redis(url, { maxRetriesPerRequest: null, retryStrategy });
  let isConnected = false;
  let lastError = 'connection closed';
  const noteError = (error: Error): void => {
    lastError = error.message;
  };
  const setConnected = (next: boolean): void => {
    if (next === isConnected) return;
    isConnected = next;
    onStateChange(next ? 'connected' : 'lost', next ? '' : lastError);
  };
  publisher.on('error', noteError);
  subscriber.on('error', noteError);
  subscriber.on('ready', () => setConnected(true));
  subscriber.on('close', () => setConnected(false));

  const pubSub = new RedisPubSub({
    publisher,
    subscriber,
    // What is not JSON is not ours; the default would hand the raw text on.
    deserializer: (text) => parseOrNull(String(text)),
  });
  const pings = setInterval(() => void pingOrReconnect(subscriber), PING_INTERVAL_MS);
  pings.unref();

  return {
    ring: (heads) => {
      pubSub.publish(CHANNEL, { heads: [...heads] }).catch(noteError);
    },
    listen: async (onRing, onReconnect) => {
      let isSubscribed = false;
      const subscribe = async (): Promise<void> => {
        const first = pubSub.subscribe(CHANNEL, (message: unknown) => acceptRing(message, onRing));
        // When subscribing fails, the engine rejects a promise of its own that only a second caller is given; nobody
        // else could handle that rejection, and the process would end.
        const second = pubSub.subscribe(CHANNEL, () => undefined);
        isSubscribed = (await Promise.allSettled([first, second])).every(({ status }) => status === 'fulfilled');
      };
      // A server starts without Redis, so nobody waits here. After a loss ioredis subscribes again by itself.
      const onReady = (): void => {
        if (!isSubscribed) void subscribe();
        onReconnect();
      };
      subscriber.on('ready', onReady);
      if (subscriber.status === 'ready') onReady();
    },
    isConnected: () => isConnected,
    close: async () => {
      clearInterval(pings);
      publisher.removeAllListeners('ready');
      subscriber.removeAllListeners('ready');
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A connection that does not answer within the timeout is cut, so that ioredis makes a new one. */
async function pingOrReconnect(client: Redis): Promise<void> {
  if (client.status !== 'ready') return;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<'late'>((resolve) => {
    timer = setTimeout(() => resolve('late'), PING_TIMEOUT_MS);
  });
  const answer = await Promise.race([client.ping().catch(() => 'late'), late]);
  clearTimeout(timer);
  if (answer === 'late' && client.status === 'ready') client.disconnect(true);
}
