/**
 * The change notifier between several servers. graphql-redis-subscriptions publishes and receives; two ioredis clients carry it. What
 * either of them would do by itself and could end the process, lose a listener or grow without bound is done here instead:
 * - nothing queues: notifications that cannot be sent at once are joined to one message, or dropped while Redis is
 *   unavailable, because the poll delivers anyway;
 * - ioredis subscribes again after a loss without looking at the answer, and a refusal would be an unhandled rejection: so
 *   the subscription is renewed here on each connection, and tried again while it is refused;
 * - a half-open connection looks alive: both clients are pinged, and one that does not answer is made anew;
 * - anything that reaches the channel can write to it: messages that are too long or of another form are ignored.
 */
import { RedisPubSub } from 'graphql-redis-subscriptions';
import { Redis } from 'ioredis';
import { Coalescer } from '../concurrency/coalescer';
import { acceptNotification, type ChangeNotifier } from '../delivery/change-notifier';
import { CLIENT_OPTIONS, COMMAND_TIMEOUT_MS } from './client-options';

const CHANNEL = 'flagstaff:heads';
const PING_INTERVAL_MS = 5_000;
const MESSAGE_BYTES_MAX = 65_536;
/** Heads that fit into one message; more than that wait for the poll. */
const HEADS_WAITING_MAX = 500;

export interface RedisChangeNotifierOptions {
  readonly url: string;
  /** Told once for each loss of the connection and once for each return; errors in between are kept quiet. */
  readonly onStateChange: (state: 'connected' | 'lost', cause: string) => void;
}

export function createRedisChangeNotifier({ url, onStateChange }: RedisChangeNotifierOptions): ChangeNotifier {
  const publisher = new Redis(url, { ...CLIENT_OPTIONS, commandTimeout: COMMAND_TIMEOUT_MS });
  const subscriber = new Redis(url, CLIENT_OPTIONS);
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
  const pubSub = new RedisPubSub({ publisher, subscriber, deserializer: (bytes) => parseOrNull(bytes) });
  const subscription = new ChannelSubscription(subscriber, pubSub, { noteError, setConnected });
  publisher.on('error', noteError);
  subscriber.on('error', noteError);
  subscriber.on('close', () => subscription.handleLoss());
  subscriber.on('ready', () => void subscription.renew());

  const pings = setInterval(() => {
    for (const client of [publisher, subscriber]) if (client.status === 'ready') client.ping().catch(noteError);
    void subscription.renew();
  }, PING_INTERVAL_MS);
  pings.unref();

  return {
    notify: createPublish(publisher, pubSub, noteError),
    listen: async (onHead, onReconnect) => subscription.add(onHead, onReconnect),
    isConnected: () => isConnected,
    close: async () => {
      clearInterval(pings);
      subscription.close();
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}

/** Sends one message at a time; counters that move meanwhile go with the next. */
function createPublish(publisher: Redis, pubSub: RedisPubSub, noteError: (error: Error) => void): ChangeNotifier['notify'] {
  const waiting = new Set<string>();
  const messages = new Coalescer(async () => {
    if (waiting.size === 0) return;
    const heads = [...waiting];
    waiting.clear();
    try {
      await pubSub.publish(CHANNEL, { heads });
    } catch (error) {
      waiting.clear();
      noteError(error as Error);
    }
  });
  return (heads) => {
    if (publisher.status !== 'ready') return;
    for (const head of heads) if (waiting.size < HEADS_WAITING_MAX) waiting.add(head);
    void messages.request();
  };
}

interface ChannelSubscriptionOptions {
  readonly noteError: (error: Error) => void;
  readonly setConnected: (isConnected: boolean) => void;
}

interface Listener {
  readonly onHead: (head: string) => void;
  readonly onReconnect: () => void;
}

/** Keeps the one subscription of this process up. */
class ChannelSubscription {
  private readonly listeners: Listener[] = [];
  private isSubscribed = false;
  private isRenewing = false;
  private isEngineSet = false;
  private isClosed = false;

  constructor(
    private readonly subscriber: Redis,
    private readonly pubSub: RedisPubSub,
    private readonly options: ChannelSubscriptionOptions,
  ) {}

  add(onHead: Listener['onHead'], onReconnect: Listener['onReconnect']): void {
    this.listeners.push({ onHead, onReconnect });
    if (this.isSubscribed) onReconnect();
    else void this.renew();
  }

  handleLoss(): void {
    this.isSubscribed = false;
    // We closed the connection ourselves; don't report it as lost.
    if (!this.isClosed) this.options.setConnected(false);
  }

  close(): void {
    this.isClosed = true;
    this.listeners.length = 0;
  }

  /** Subscribes if this connection is not subscribed yet; never fails. */
  async renew(): Promise<void> {
    if (this.isSubscribed || this.isRenewing || this.isClosed || this.subscriber.status !== 'ready') return;
    this.isRenewing = true;
    try {
      await this.subscriber.subscribe(CHANNEL);
      if (!this.isEngineSet) await this.setEngine();
      // Lost in between: the next connection begins again.
      this.isSubscribed = this.subscriber.status === 'ready';
    } catch (error) {
      this.options.noteError(error as Error);
    } finally {
      this.isRenewing = false;
    }
    if (!this.isSubscribed || this.isClosed) return;
    this.options.setConnected(true);
    for (const { onReconnect } of [...this.listeners]) onReconnect();
  }

  /** Called only after a subscription has just succeeded, because the engine keeps the listeners of one that fails. */
  private async setEngine(): Promise<void> {
    const first = this.pubSub.subscribe(CHANNEL, (message: unknown) => this.receive(message));
    // When subscribing fails, the engine rejects a promise of its own that only a second caller is given; nobody else could
    // handle that rejection, and the process would end.
    const second = this.pubSub.subscribe(CHANNEL, () => undefined);
    const [outcome] = await Promise.allSettled([first, second]);
    if (outcome.status === 'rejected') throw outcome.reason;
    this.isEngineSet = true;
  }

  private receive(message: unknown): void {
    for (const { onHead } of [...this.listeners]) acceptNotification(message, onHead);
  }
}

/** Null for anything that is not JSON, which the engine would hand on as raw text. */
function parseOrNull(bytes: string | Buffer): unknown {
  if (bytes.length > MESSAGE_BYTES_MAX) return null;
  try {
    return JSON.parse(String(bytes));
  } catch {
    return null;
  }
}
