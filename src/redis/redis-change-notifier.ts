/**
 * The change notifier between several servers. graphql-redis-subscriptions publishes and receives; two ioredis clients carry it. What
 * either of them would do by itself and could end the process, lose a listener or grow without bound is done here instead:
 * - nothing queues: notifications that cannot be sent at once are joined to one message, or dropped while Redis is
 *   unavailable, because the poll delivers anyway;
 * - ioredis subscribes again after a loss without looking at the answer, and a refusal would be an unhandled rejection: so
 *   the subscription is renewed here on each connection, and tried again while it is refused;
 * - a half-open connection looks alive: both clients are asked something, and one that does not answer is made anew;
 * - a subscription can be alive on a server that the publisher's messages do not reach, such as a master that was replaced: one
 *   on which the probes of this process do not come back is made anew;
 * - anything that reaches the channel can write to it: messages that are too long or of another form are ignored.
 */
import { RedisPubSub } from 'graphql-redis-subscriptions';
import type { Redis } from 'ioredis';
import { randomUUID } from 'node:crypto';
import { Coalescer } from '../concurrency/coalescer';
import { acceptNotification, type ChangeNotifier } from '../delivery/change-notifier';
import { traceCommands, type RedisNamespace } from './client-options';
import { observeConnection } from './connection-states';
import { COMMAND_TIMEOUT_MS, createRedisClient, createRedisSubscriber, type RedisClient } from './redis-client';
import type { RedisFault } from './redis-fault';
import { probe, RedisHealth } from './redis-health';

const PROBE_INTERVAL_MS = 5_000;
/** Each probe is a message to this process itself. */
const SILENCE_MAX_MS = 3 * PROBE_INTERVAL_MS;
const MESSAGE_BYTES_MAX = 65_536;
/** Heads that fit into one message; more than that wait for the poll. */
const HEADS_WAITING_MAX = 500;

export interface RedisChangeNotifierOptions extends RedisNamespace {
  /**
   * Told the first state, and each change of its kind; errors in between are kept quiet. Null: Redis does all that Flagstaff
   * needs.
   */
  readonly onStateChange: (fault: RedisFault | null) => void;
}

/** A change notifier that also knows what is wrong with Redis. */
export interface RedisChangeNotifier extends ChangeNotifier {
  /** Null: nothing. Undefined: not known yet. */
  readonly fault: () => RedisFault | null | undefined;
}

export function createRedisChangeNotifier({
  url,
  prefix,
  tracing,
  onStateChange,
}: RedisChangeNotifierOptions): RedisChangeNotifier {
  const channel = `${prefix}:heads`;
  // Its own: in the channel of all, each probe would go to every server.
  const probeChannel = `${prefix}:probe:${randomUUID()}`;
  const publisher = traceCommands(createRedisClient(url, { commandTimeout: COMMAND_TIMEOUT_MS }), tracing);
  const subscriber = createRedisSubscriber(url, publisher);
  const health = new RedisHealth(onStateChange);
  const pubSub = new RedisPubSub({ publisher, subscriber, deserializer: (bytes) => parseOrNull(bytes) });
  const subscription = new ChannelSubscription(channel, { subscriber, pubSub, health, probeChannel });
  const check = (): void => {
    if (publisher.status !== 'ready') return;
    probe(publisher, prefix, probeChannel).then(
      () => health.set('publisher', null),
      (error: Error) => health.set('publisher', error),
    );
  };
  observeConnection(publisher, { onReady: check, onLoss: (error) => health.set('publisher', error) });
  observeConnection(subscriber, { onReady: () => void subscription.renew(), onLoss: (error) => subscription.handleLoss(error) });

  const probes = setInterval(() => {
    check();
    // Answered or not: a connection that stays silent is cut by its own timeout.
    if (subscriber.status === 'ready') subscriber.ping().catch(() => undefined);
    void subscription.renew();
    subscription.cutWhenSilent();
  }, PROBE_INTERVAL_MS);
  probes.unref();

  return {
    notify: createPublish(publisher, pubSub, channel),
    listen: async (onHead, onReconnect) => subscription.add(onHead, onReconnect),
    isConnected: () => health.fault() === null,
    fault: () => health.fault(),
    close: async () => {
      clearInterval(probes);
      health.close();
      subscription.close();
      publisher.disconnect();
      subscriber.disconnect();
    },
  };
}

/** Sends one message at a time; counters that move meanwhile go with the next. */
function createPublish(publisher: RedisClient, pubSub: RedisPubSub, channel: string): ChangeNotifier['notify'] {
  const waiting = new Set<string>();
  const messages = new Coalescer(async () => {
    if (waiting.size === 0) return;
    const heads = [...waiting];
    waiting.clear();
    try {
      await pubSub.publish(channel, { heads });
    } catch {
      // The probe finds out why.
      waiting.clear();
    }
  });
  return (heads) => {
    if (publisher.status !== 'ready') return;
    for (const head of heads) if (waiting.size < HEADS_WAITING_MAX) waiting.add(head);
    void messages.request();
  };
}

interface ChannelSubscriptionOptions {
  readonly subscriber: Redis;
  readonly pubSub: RedisPubSub;
  readonly health: RedisHealth;
  /** Has the probes of this process. */
  readonly probeChannel: string;
}

interface Listener {
  readonly onHead: (head: string) => void;
  readonly onReconnect: () => void;
}

/** Keeps the one connection of this process up that is subscribed. */
class ChannelSubscription {
  private readonly listeners: Listener[] = [];
  private isSubscribed = false;
  private isRenewing = false;
  private isEngineSet = false;
  private isClosed = false;
  private heardAt = 0;

  constructor(
    private readonly channel: string,
    private readonly options: ChannelSubscriptionOptions,
  ) {
    const { subscriber, probeChannel } = options;
    subscriber.on('message', (name) => {
      if (name === probeChannel) this.heardAt = performance.now();
    });
  }

  add(onHead: Listener['onHead'], onReconnect: Listener['onReconnect']): void {
    this.listeners.push({ onHead, onReconnect });
    if (this.isSubscribed) onReconnect();
    else void this.renew();
  }

  handleLoss(error: Error): void {
    this.isSubscribed = false;
    this.options.health.set('subscriber', error);
  }

  close(): void {
    this.isClosed = true;
    this.listeners.length = 0;
  }

  /** Subscribes if this connection is not subscribed yet; never fails. */
  async renew(): Promise<void> {
    const { subscriber, health, probeChannel } = this.options;
    if (this.isSubscribed || this.isRenewing || this.isClosed || subscriber.status !== 'ready') return;
    this.isRenewing = true;
    try {
      await subscriber.subscribe(this.channel, probeChannel);
      if (!this.isEngineSet) await this.setEngine();
      // Lost in between: the next connection begins again.
      this.isSubscribed = subscriber.status === 'ready';
    } catch (error) {
      health.set('subscriber', error as Error);
    } finally {
      this.isRenewing = false;
    }
    if (!this.isSubscribed || this.isClosed) return;
    this.heardAt = performance.now();
    health.set('subscriber', null);
    for (const { onReconnect } of [...this.listeners]) onReconnect();
  }

  /** Makes the connection anew when nothing came through it for long although probes are sent. */
  cutWhenSilent(): void {
    const { subscriber, health } = this.options;
    if (!this.isSubscribed || health.fault() !== null) return;
    if (performance.now() - this.heardAt > SILENCE_MAX_MS) subscriber.disconnect(true);
  }

  /** Called only after a subscription has just succeeded, because the engine keeps the listeners of one that fails. */
  private async setEngine(): Promise<void> {
    const { pubSub } = this.options;
    const first = pubSub.subscribe(this.channel, (message: unknown) => this.receive(message));
    // When subscribing fails, the engine rejects a promise of its own that only a second caller is given; nobody else could
    // handle that rejection, and the process would end.
    const second = pubSub.subscribe(this.channel, () => undefined);
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
