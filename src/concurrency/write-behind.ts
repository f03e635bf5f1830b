/**
 * Collects values by key in memory, so that adding one never waits, and writes them at an interval. Values whose write failed,
 * or that the write left out, are written next time, together with newer ones. A process that is killed loses the values since
 * the last write; a write whose confirmation is lost is repeated.
 */
import { Coalescer } from './coalescer';

export interface WriteBehindOptions<T> {
  readonly intervalMs: number;
  /** Inserts a value into the pending ones: joins it with an earlier one of its key, and keeps their number bounded. */
  readonly insert: (values: Map<string, T>, key: string, value: T) => void;
  /** Resolves with the keys, if any, that were left out and are to be written next time. Rejects when nothing was written. */
  readonly write: (batch: ReadonlyMap<string, T>) => Promise<readonly string[] | void>;
  /** Called once for each write that failed, after the unwritten values were put back. */
  readonly onError: (error: unknown) => void;
  /** The most values of one batch; any number when absent. */
  readonly batchMax?: number;
  /** Called before each write, to add values that are collected elsewhere. */
  readonly collect?: () => void;
}

export class WriteBehind<T> {
  private values = new Map<string, T>();
  private readonly writes = new Coalescer(() => this.write());
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly options: WriteBehindOptions<T>) {}

  /** The number of pending values. */
  get size(): number {
    return this.values.size;
  }

  add(key: string, value: T): void {
    this.options.insert(this.values, key, value);
  }

  /** Writes at the interval, until `stop`. */
  start(): void {
    this.timer = setInterval(() => void this.flush(), this.options.intervalMs);
    this.timer.unref();
  }

  /** Stops the interval and writes one last time. */
  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.flush();
  }

  /** Resolves when all values that were added before are written, or their write failed. Never rejects. */
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

  /** Inserts entries before those that were added meanwhile, which are newer. */
  private putBack(entries: readonly (readonly [string, T])[]): void {
    if (entries.length === 0) return;
    const newer = this.values;
    this.values = new Map();
    for (const [key, value] of [...entries, ...newer]) this.add(key, value);
  }
}
