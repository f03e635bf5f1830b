/**
 * Notifies all servers after a commit that the version counter of an environment or organization has moved. A notification
 * carries the counter's name and no data: PostgreSQL has the truth. A lost, doubled, late or forged one costs a query or a
 * second, never a change, because every process also polls all counters each second (head-poller.ts).
 */
export interface ChangeNotifier {
  /** Fire and forget: never throws, never waits. */
  readonly notify: (heads: ReadonlySet<string>) => void;
  /** Calls back for each notification of any process, this one included. `onReconnect`: some may have been lost. */
  readonly listen: (onHead: (head: string) => void, onReconnect: () => void) => Promise<void>;
  /** Whether notifications get through at this moment. */
  readonly isConnected: () => boolean;
  readonly close: () => Promise<void>;
}

/** Longer names are ignored: no counter has one. */
const HEAD_LENGTH_MAX = 100;

/** Calls back only for strings that can name a counter: anything that reaches the channel can write to it. */
export function acceptNotification(message: unknown, onHead: (head: string) => void): void {
  const heads: unknown = typeof message === 'object' && message !== null ? (message as { heads?: unknown }).heads : null;
  if (!Array.isArray(heads)) return;
  for (const head of heads) {
    if (typeof head === 'string' && head.length <= HEAD_LENGTH_MAX) onHead(head);
  }
}
