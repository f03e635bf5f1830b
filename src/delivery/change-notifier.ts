/**
 * "Look at head H": the hint that travels between servers after a commit. It carries the name of a head, an environment
 * or an organization, and no data: PostgreSQL is the book. A lost, doubled, late or foreign ring costs a look or a
 * second, never truth, because every process also looks at all heads each second (watch.ts).
 */
export interface ChangeNotifier {
  /** Fire and forget: never throws, never waits. */
  readonly notify: (heads: ReadonlySet<string>) => void;
  /** Calls back for each ring of any process, this one included. `onReconnect`: rings may have been lost. */
  readonly listen: (onHead: (head: string) => void, onReconnect: () => void) => Promise<void>;
  /** Whether rings travel at this moment. */
  readonly isConnected: () => boolean;
  readonly close: () => Promise<void>;
}

/** Anything longer is no head of ours. */
const HEAD_LENGTH_MAX = 100;

/** Calls back only for what can be the name of a head: whoever can reach the channel can write to it. */
export function acceptNotification(message: unknown, onHead: (head: string) => void): void {
  const heads: unknown = typeof message === 'object' && message !== null ? (message as { heads?: unknown }).heads : null;
  if (!Array.isArray(heads)) return;
  for (const head of heads) {
    if (typeof head === 'string' && head.length <= HEAD_LENGTH_MAX) onHead(head);
  }
}
