/**
 * Collects values by key in memory, so that noting one never waits, and writes them now and then. Values whose write failed, or
 * that the write left out, wait for the next one beside what was noted meanwhile. A process that is killed loses what it
 * collected since the last write; a write whose confirmation is lost is repeated.
 */
import { Coalescer } from './coalescer';

export interface WriteBehindOptions<T> {
  readonly intervalMs: number;
  /** Puts a value among those that wait: joins it with an earlier one of its key, and keeps their number bounded. */
  readonly insert: (values: Map<string, T>, key: string, value: T) => void;
  /** May answer keys that were left out and are to be written next time. Rejects: none of the batch was written. */
  readonly write: (batch: ReadonlyMap<string, T>) => Promise<readonly string[] | void>;
  /** Called once for each write that failed, after what was not written was put back. */
  readonly onError: (error: unknown) => void;
  /** The most values of one batch. Absent: any number. */
  readonly batchMax?: number;
  /** Called before each write, to add what is collected elsewhere. */
  readonly collect?: () => void;
}

export class WriteBehind<T> {
  private values = new Map<string, T>();
  private readonly writes = new Coalescer(() => this.write());
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: WriteBehindOptions<T>) {}

  /** How many values wait to be written. */
  get size(): number {
    return this.values.size;
  }

  add(key: string, value: T): void {
    this.options.insert(this.values, key, value);
  }

  /** Writes now and then, until `stop`. */
  start(): void {
    this.timer = setInterval(() => void this.flush(), this.options.intervalMs);
    this.timer.unref();
  }

  /** Writes a last time. */
  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.flush();
  }

  /** Resolves when everything that was added before is written, or could not be. Never rejects. */
  flush(): Promise<void> {
    return this.writes.request();
  }

  private async write(): Promise<void> {
    this.options.collect?.();
    const due = [...this.values];
    this.values = new Map();
    const { batchMax = due.length } = this.options;
    for (let start = 0; start < due.length; start += batchMax) {
      const batch = new Map(due.slice(start, start + batchMax));
      try {
        const left = new Set((await this.options.write(batch)) ?? []);
        this.putBack([...batch].filter(([key]) => left.has(key)));
      } catch (error) {
        this.putBack(due.slice(start));
        this.options.onError(error);
        return;
      }
    }
  }

  /** Before what was added meanwhile, which is newer. */
  private putBack(entries: readonly (readonly [string, T])[]): void {
    if (entries.length === 0) return;
    const newer = this.values;
    this.values = new Map();
    for (const [key, value] of [...entries, ...newer]) this.add(key, value);
  }
}
