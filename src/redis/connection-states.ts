/** Hears when a client is connected, and why it is not. */
import type { RedisClient } from './redis-client';

/** Matches what ioredis says of commands that a loss took along: it follows from the loss and does not explain it. */
const CONSEQUENCE = /^Stream isn't writeable|^Connection is closed/;

/** Matches what is said of sentinels that could not be asked: they are asked again, and no connection closes. */
const SENTINELS = /^All sentinels are unreachable/;

/** A loss is reported with the last error before it, which says why. */
export function observeConnection(
  client: RedisClient,
  { onReady, onLoss }: { readonly onReady: () => void; readonly onLoss: (error: Error) => void },
): void {
  const closed = new Error('The connection was closed.');
  let reason = closed;
  const note = (error: Error): void => {
    const cause = causeOf(error);
    if (!CONSEQUENCE.test(cause.message)) reason = cause;
  };
  client.on('error', (error: Error) => {
    if (SENTINELS.test(error.message)) onLoss(reason);
    else note(error);
  });
  // Each sentinel has one; the error of all of them does not say what they answered.
  client.on('sentinelError', note);
  client.on('close', () => onLoss(reason));
  client.on('ready', () => {
    reason = closed;
    onReady();
  });
}

/** Finds the error of a node in that of its cluster, which says only that there was one. */
function causeOf(error: Error): Error {
  const { lastNodeError } = error as Error & { readonly lastNodeError?: Error | null };
  return lastNodeError ?? error;
}
