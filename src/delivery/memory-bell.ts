import { PubSub } from 'graphql-subscriptions';
import { acceptRing, type Bell } from './bell';

const CHANNEL = 'heads';

/** The bell of a server that runs alone. */
export function createMemoryBell(): Bell {
  const pubSub = new PubSub();
  const subscriptions: number[] = [];
  return {
    ring: (heads) => void pubSub.publish(CHANNEL, { heads: [...heads] }),
    listen: async (onRing) => {
      // Rings come on a later turn, as they do from Redis.
      const hear = (message: unknown): void => void setImmediate(acceptRing, message, onRing);
      subscriptions.push(await pubSub.subscribe(CHANNEL, hear));
    },
    isConnected: () => true,
    close: async () => {
      for (const subscription of subscriptions.splice(0)) pubSub.unsubscribe(subscription);
    },
  };
}
