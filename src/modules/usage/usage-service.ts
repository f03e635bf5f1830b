/**
 * Counts evaluations by flag, variation and minute. Requests only add to numbers in memory; the counts are written behind
 * them, in batches. A server that is killed loses the counts since its last flush, and a write whose confirmation is lost is
 * repeated: counts are approximate, and no request ever waits for them.
 */
import type { Logger } from 'pino';
import type { Clock } from '../../clock';
import { WriteBehind } from '../../concurrency/write-behind';
import type { Database } from '../../database/transaction';
import type { CompiledSnapshot } from '../../evaluation';
import { addCounts, purgeUsage, type MinuteCount } from './usage-count-repository';
import { UsageCounts } from './usage-counts';

const FLUSH_INTERVAL_MS = 10_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** The most rows of one statement. */
const BATCH_ROWS = 5_000;
/** The most rows that wait for an unavailable database, about 20 MB; beyond that the oldest minutes are dropped. */
const WAITING_ROWS_MAX = 100_000;

export interface UsageServiceOptions {
  readonly database: Pick<Database, 'connection'>;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
}

interface OpenCounts {
  readonly openCounts: UsageCounts;
  /** The time at which the minute began, in milliseconds. */
  readonly minuteMs: number;
}

export class UsageService {
  private readonly open = new Map<string, OpenCounts>();
  private readonly waiting: WriteBehind<MinuteCount>;
  private forgotten = 0;

  constructor(private readonly options: UsageServiceOptions) {
    this.waiting = new WriteBehind({
      intervalMs: FLUSH_INTERVAL_MS,
      batchMax: BATCH_ROWS,
      collect: () => this.collectAll(),
      insert: (counts, key, count) => this.insert(counts, key, count),
      write: (counts) => addCounts(options.database.connection, [...counts.values()]),
      onError: (err) => options.log.warn({ err, waiting: this.waiting.size }, 'usage could not be written'),
    });
  }

  /** Answers the counts for evaluations by this snapshot. Use them at once: they belong to the current minute. */
  countsOf(environmentId: string, compiled: CompiledSnapshot): UsageCounts {
    const minuteMs = Math.floor(this.options.clock.now().getTime() / MINUTE_MS) * MINUTE_MS;
    const known = this.open.get(environmentId);
    if (known?.openCounts.compiled === compiled && known.minuteMs === minuteMs) return known.openCounts;
    if (known) this.collect(environmentId, known);
    const openCounts = known?.openCounts.compiled === compiled ? known.openCounts : new UsageCounts(compiled);
    this.open.set(environmentId, { openCounts, minuteMs });
    return openCounts;
  }

  /** The number of counts that wait to be written. */
  get waitingCount(): number {
    return this.waiting.size;
  }

  /** Starts the periodic writes, which go on until `stop`. */
  start(): void {
    this.waiting.start();
  }

  /** Writes the counts. Never fails: counts that could not be written are kept for the next time. */
  flush(): Promise<void> {
    return this.waiting.flush();
  }

  stop(): Promise<void> {
    return this.waiting.stop();
  }

  /** Deletes the counts per minute that are older than this many days. */
  async purge(days: number): Promise<void> {
    await purgeUsage(this.options.database.connection, new Date(this.options.clock.now().getTime() - days * DAY_MS));
  }

  private collectAll(): void {
    for (const [environmentId, openCounts] of this.open) {
      // An environment that is not evaluated any more need not stay in memory.
      if (this.collect(environmentId, openCounts) === 0) this.open.delete(environmentId);
    }
    this.reportForgotten();
  }

  /** Moves the counts to the waiting rows; answers how many there were. */
  private collect(environmentId: string, { openCounts, minuteMs }: OpenCounts): number {
    const minute = new Date(minuteMs);
    const counts = openCounts.drain();
    for (const count of counts) {
      const { flagKey, salt, variationKey } = count;
      this.waiting.add(`${environmentId} ${minuteMs} ${flagKey} ${variationKey} ${salt}`, { environmentId, minute, ...count });
    }
    return counts.length;
  }

  private insert(counts: Map<string, MinuteCount>, key: string, count: MinuteCount): void {
    const evaluations = (counts.get(key)?.evaluations ?? 0) + count.evaluations;
    counts.set(key, { ...count, evaluations });
    for (const oldest of counts.keys()) {
      if (counts.size <= WAITING_ROWS_MAX) return;
      counts.delete(oldest);
      this.forgotten++;
    }
  }

  private reportForgotten(): void {
    if (this.forgotten === 0) return;
    this.options.log.warn({ forgotten: this.forgotten }, 'usage was dropped: too much was waiting to be written');
    this.forgotten = 0;
  }
}
