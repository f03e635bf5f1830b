/**
 * Tracks the last use of API keys and ends those that are unused. Noting a use only touches memory; a timer writes the
 * batch with one statement. When several servers note one key, it is written at most once a minute and never goes back in
 * time.
 */
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../clock';
import { WriteBehind } from '../../concurrency/write-behind';
import type { Database } from '../../database/transaction';
import { keyEnd, USE_INTERVAL_MS } from './access-rules';
import type { ApiKeyEntity } from './api-key-entity';
import { writeKeyUses } from './key-usage-repository';

const FLUSH_INTERVAL_MS = 5_000;
/**
 * The number of keys that a server caches as verified. A key that was evicted is noted again; the one-minute condition in
 * the statement ignores the repeat. Each is of size 1: with `max` instead, the cache would take room for all of them from the start.
 */
const KEYS_MAX = 100_000;

export interface KeyUsageOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** Days without a use after which a key ends; 0: never. */
  readonly unusedDays: number;
  /** Called when writing failed; the batch is kept for the next time. */
  readonly onError: (error: unknown) => void;
}

export class KeyUsage {
  /** Key -> time at which it was last noted. */
  private readonly noted = new LRUCache<string, number>({ maxSize: KEYS_MAX, sizeCalculation: () => 1 });
  private readonly uses: WriteBehind<number>;

  constructor(private readonly options: KeyUsageOptions) {
    this.uses = new WriteBehind({
      intervalMs: FLUSH_INTERVAL_MS,
      insert: (uses, keyId, at) => uses.set(keyId, at),
      write: (uses) => writeKeyUses(options.database.connection, uses),
      onError: options.onError,
    });
  }

  /** Neither waits nor throws. */
  note(keyId: string): void {
    const now = this.options.clock.now().getTime();
    if (now < (this.noted.get(keyId) ?? -Infinity) + USE_INTERVAL_MS) return;
    this.noted.set(keyId, now);
    this.uses.add(keyId, now);
  }

  /** The number of uses that wait to be written. */
  get waitingCount(): number {
    return this.uses.size;
  }

  get unusedDays(): number {
    return this.options.unusedDays;
  }

  /** The instant from which the key is refused. Null: never. */
  endOf(key: ApiKeyEntity): Date | null {
    return keyEnd(key, this.options.unusedDays);
  }

  /** Writes the batch from time to time. Returns the function that writes the rest and stops. */
  start(): () => Promise<void> {
    this.uses.start();
    return () => this.uses.stop();
  }

  /** Resolves when everything noted before is written, or has failed. */
  flush(): Promise<void> {
    return this.uses.flush();
  }
}
