/**
 * When API keys were used last, and when they end for not being used. Noting a use is work in memory; a timer writes what was
 * noted by one statement. Several servers may note one key: it is written at most once a minute, and never goes back.
 */
import { LRUCache } from 'lru-cache';
import type { Clock } from '../../clock';
import type { Database } from '../../database/transaction';
import { keyEnd, USE_INTERVAL_MS } from './access-rules';
import type { ApiKeyEntity } from './api-key-entity';
import { writeKeyUses } from './key-usage-repository';

const FLUSH_INTERVAL_MS = 5_000;
/** As many keys as a server remembers verified. One that was forgotten is written anew, which the minute in the statement stops. */
const KEYS_MAX = 100_000;

export interface KeyUsageOptions {
  readonly database: Database;
  readonly clock: Clock;
  /** After how many days without a use a key ends; 0: never. */
  readonly unusedDays: number;
  /** Writing failed; what was noted is kept for the next time. */
  readonly onError: (error: unknown) => void;
}

export class KeyUsage {
  /** Key -> when it was noted last. */
  private readonly noted = new LRUCache<string, number>({ max: KEYS_MAX });
  private pending = new Map<string, number>();
  private writing: Promise<void> = Promise.resolve();

  constructor(private readonly options: KeyUsageOptions) {}

  /** Never waits and never throws. */
  note(keyId: string): void {
    const now = this.options.clock.now().getTime();
    if (now < (this.noted.get(keyId) ?? -Infinity) + USE_INTERVAL_MS) return;
    this.noted.set(keyId, now);
    this.pending.set(keyId, now);
  }

  get unusedDays(): number {
    return this.options.unusedDays;
  }

  /** From when on the key is refused. Null: never. */
  endOf(key: ApiKeyEntity): Date | null {
    return keyEnd(key, this.options.unusedDays);
  }

  /** Writes now and then what was noted. Answers how to write the rest and stop. */
  start(): () => Promise<void> {
    const timer = setInterval(() => void this.flush(), FLUSH_INTERVAL_MS);
    timer.unref();
    return async () => {
      clearInterval(timer);
      await this.flush();
    };
  }

  /** Resolves when everything that was noted before is written, or could not be. */
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

  /** For the next time; a later use that was noted meanwhile stays. */
  private keep(uses: readonly (readonly [string, number])[]): void {
    this.pending = new Map([...uses, ...this.pending]);
  }
}
