import type { RedisOptions } from 'ioredis';

/** How long a command may take, unless its caller gives up earlier. */
export const COMMAND_TIMEOUT_MS = 1_000;
/** A connection that has answered nothing for so long after a command is half-open: it is cut and made anew. */
const SOCKET_TIMEOUT_MS = 5_000;
const RECONNECT_DELAY_MAX_MS = 2_000;

/**
 * Redis may be gone at any moment, and no request waits for its return: nothing queues, a command that a lost connection took
 * along fails at once and is never sent again, and subscriptions are renewed by the code that made them.
 */
export const CLIENT_OPTIONS: RedisOptions = {
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  autoResubscribe: false,
  autoResendUnfulfilledCommands: false,
  socketTimeout: SOCKET_TIMEOUT_MS,
  retryStrategy: (attempt) => Math.min(attempt * 100, RECONNECT_DELAY_MAX_MS),
};
