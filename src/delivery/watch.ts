/** Keeps the books of this process up: on each ring, after each reconnect of the bell, and every second anyway. */
import type { SnapshotCache } from '../modules/snapshots/snapshot-cache';
import type { Bell } from './bell';

/** The longest time for which a lost ring can delay a change. */
const POLL_INTERVAL_MS = 1_000;

export interface Watch {
  readonly stop: () => Promise<void>;
}

export interface WatchOptions {
  readonly bell: Bell;
  readonly cache: SnapshotCache;
  /** Told when the book could not be read; the next poll tries again. */
  readonly onError: (error: unknown) => void;
}

export async function startWatch({ bell, cache, onError }: WatchOptions): Promise<Watch> {
  let isStopped = false;
  let polling: Promise<void> | null = null;
  const poll = (): Promise<void> => {
    polling ??= cache
      .catchUpAll()
      .catch(onError)
      .finally(() => {
        polling = null;
      });
    return polling;
  };
  const timer = setInterval(() => void poll(), POLL_INTERVAL_MS);
  timer.unref();
  await bell.listen(
    (head) => {
      if (!isStopped) cache.catchUp(head).catch(onError);
    },
    () => {
      if (!isStopped) void poll();
    },
  );
  return {
    stop: async () => {
      isStopped = true;
      clearInterval(timer);
      await polling;
      await cache.settle();
    },
  };
}
