import { PubSub } from 'graphql-subscriptions';
import { acceptNotification, type ChangeNotifier } from './change-notifier';

const CHANNEL = 'heads';

/** The change notifier of a server that runs alone. */
export function createMemoryChangeNotifier(): ChangeNotifier {
  const pubSub = new PubSub();
  const subscriptions: number[] = [];
  return {
    notify: (heads) => void pubSub.publish(CHANNEL, { heads: [...heads] }),
    listen: async (onHead) => {
      // Notifications come on a later turn of the event loop, as they do from Redis.
      const receive = (message: unknown): void => void setImmediate(acceptNotification, message, onHead);
      subscriptions.push(await pubSub.subscribe(CHANNEL, receive));
    },
    isConnected: () => true,
    close: async () => {
      for (const subscription of subscriptions.splice(0)) pubSub.unsubscribe(subscription);
    },
  };
}
