/** Makes the clients of Redis, whichever form the URL has: one server, a master behind sentinels, or a cluster. */
import { Cluster, Redis, type ClusterOptions, type RedisOptions } from 'ioredis';
import { redisAddressOf, type RedisAddress } from './redis-url';
import { surviveSocketErrors } from './socket-errors';

/** Takes commands for any key. */
export type RedisClient = Redis | Cluster;

/** How long a command may take, unless its caller gives up earlier. */
export const COMMAND_TIMEOUT_MS = 1_000;
/** A connection that has answered nothing for so long after a command is half-open: it is cut and made anew. */
const SOCKET_TIMEOUT_MS = 5_000;
const RECONNECT_DELAY_MAX_MS = 2_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** While a node of a cluster fails over, a command is tried on so many others, which know its slot's new owner first. */
const REDIRECTIONS_MAX = 5;

/**
 * Redis may be gone at any moment, and no request waits for its return: nothing queues, a command that a lost connection took
 * along fails at once and is never sent again, and subscriptions are renewed by the code that made them.
 */
const CLIENT_OPTIONS: RedisOptions = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  connectTimeout: CONNECT_TIMEOUT_MS,
  socketTimeout: SOCKET_TIMEOUT_MS,
};

const retryDelayMs = (attempt: number): number => Math.min(attempt * 100, RECONNECT_DELAY_MAX_MS);

export interface RedisClientOptions {
  readonly commandTimeout?: number;
  readonly enableAutoPipelining?: boolean;
  /** Connects when it is told to, and once. */
  readonly isProbe?: boolean;
}

/** Connects by itself, again and again, unless it is a probe. */
export function createRedisClient(url: string, { isProbe = false, ...wished }: RedisClientOptions = {}): RedisClient {
  surviveSocketErrors();
  const address = redisAddressOf(url);
  const retry = isProbe ? () => null : retryDelayMs;
  const options = { ...CLIENT_OPTIONS, ...wished, lazyConnect: isProbe };
  if (address.form === 'cluster') return new Cluster([...address.hosts], clusterOptions(address, options, retry));
  return createNodeClient(url, { ...options, retryStrategy: retry });
}

/**
 * Makes the client of a subscription. In a cluster each node has every message, so it is connected to any one of them, and to
 * the next one when that is lost; `peers` tells which nodes there are now.
 */
export function createRedisSubscriber(url: string, peers: RedisClient): Redis {
  surviveSocketErrors();
  const { form, hosts } = redisAddressOf(url);
  const options = { ...CLIENT_OPTIONS, retryStrategy: retryDelayMs };
  if (form !== 'cluster') return createNodeClient(url, options);
  let turn = Math.floor(Math.random() * hosts.length);
  const client = new Redis({
    ...serverOptions(redisAddressOf(url)),
    ...options,
    ...hosts[turn],
    retryStrategy: (attempt) => {
      const known = peers instanceof Cluster ? peers.nodes().map(({ options: { host, port } }) => ({ host, port })) : [];
      const nodes = known.length > 0 ? known : hosts;
      // Read anew by each connection.
      Object.assign(client.options, nodes[++turn % nodes.length]);
      return retryDelayMs(attempt);
    },
  });
  return client;
}

function createNodeClient(url: string, options: RedisOptions): Redis {
  const address = redisAddressOf(url);
  if (address.form !== 'sentinel') return new Redis(url, options);
  const { retryStrategy } = options;
  return new Redis({
    ...options,
    ...serverOptions(address),
    db: address.database,
    sentinels: [...address.hosts],
    name: address.masterName ?? '',
    ...(address.sentinelUsername === null ? {} : { sentinelUsername: address.sentinelUsername }),
    ...(address.sentinelPassword === null ? {} : { sentinelPassword: address.sentinelPassword }),
    ...(address.isEncrypted ? { enableTLSForSentinelMode: true, sentinelTLS: {} } : {}),
    sentinelCommandTimeout: COMMAND_TIMEOUT_MS,
    sentinelRetryStrategy: (attempt) => retryStrategy?.(attempt),
    // A master that was made a replica while we were connected: the sentinels know the new one.
    reconnectOnError: ({ message }) => message.startsWith('READONLY'),
  });
}

function clusterOptions(address: RedisAddress, options: RedisOptions, retry: (attempt: number) => number | null): ClusterOptions {
  const { enableAutoPipelining, lazyConnect, ...redisOptions } = options;
  return {
    redisOptions: { ...redisOptions, ...serverOptions(address) },
    enableOfflineQueue: false,
    enableAutoPipelining,
    lazyConnect,
    maxRedirections: REDIRECTIONS_MAX,
    clusterRetryStrategy: retry,
    // The health check says what is missing; what is there is used.
    enableReadyCheck: false,
    // A name is resolved by each connection: certificates are of names, and addresses change.
    dnsLookup: (host, done) => done(null, host),
  };
}

function serverOptions({ username, password, isEncrypted }: RedisAddress): RedisOptions {
  return {
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
    ...(isEncrypted ? { tls: {} } : {}),
  };
}
