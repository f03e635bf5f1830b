/**
 * Tracks the last use of API keys and ends those that are unused. Noting a use only touches memory; a timer writes the
 * batch with one statement. When several servers note one key, it is written at most once a minute and never goes back in
 * time.
 */
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../clock';
import type { Database } from '../../database/transaction';
import { keyEnd, USE_INTERVAL_MS } from './access-rules';
import type { ApiKeyEntity } from './api-key-entity';
import { writeKeyUses } from './key-usage-repository';

const FLUSH_INTERVAL_MS = 5_000;
/**
 * The number of keys that a server caches as verified. A key that was evicted is noted again; the one-minute condition in
 * the statement ignores the repeat.
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
  private readonly noted = new LRUCache<string, number>({ max: KEYS_MAX });
  private pending = new Map<string, number>();
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly options: KeyUsageOptions) {}

  /** Neither waits nor throws. */
  note(keyId: string): void {
    const now = this.options.clock.now().getTime();
    if (now < (this.noted.get(keyId) ?? -Infinity) + USE_INTERVAL_MS) return;
    this.noted.set(keyId, now);
    this.pending.set(keyId, now);
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
    const timer = setInterval(() => void this.flush(), FLUSH_INTERVAL_MS);
    timer.unref();
    return async () => {
      clearInterval(timer);
      await this.flush();
    };
  }

  /** Resolves when everything noted before is written, or has failed. */
  flush(): Promise<void> {
    this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  private async write(): Promise<void> {
    if (this.pending.size === 0) return;
    const uses = this.pending;
    this.pending = new Map();
    try {
      const left = new Set(await writeKeyUses(this.options.database.connection, uses));
      this.keep([...uses].filter(([keyId]) => left.has(keyId)));
    } catch (error) {
      this.keep([...uses]);
      this.options.onError(error);
    }
  }

  /** Puts a failed batch back; a later use noted meanwhile wins. */
  private keep(uses: readonly (readonly [string, number])[]): void {
    this.pending = new Map([...uses, ...this.pending]);
  }
}
