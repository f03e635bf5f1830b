/**
 * Counts evaluations by flag, variation and minute. Requests only add to numbers in memory; what was counted is written
 * behind them, in batches. A server that is killed loses what it counted since its last flush; a write whose
 * confirmation is lost is repeated, so that counts are close and never a reason to wait.
 */
import type { Logger } from 'pino';
import type { Clock } from '../../clock';
import type { Database } from '../../database/transaction';
import type { CompiledSnapshot } from '../../evaluation';
import { addCounts, purgeUsage, type MinuteCount } from './usage-count-repository';
import { UsageCounts } from './usage-counts';

const FLUSH_INTERVAL_MS = 10_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** Rows of one statement. */
const BATCH_ROWS = 5_000;
/** What waits for a database that is away, about 20 MB; beyond it the oldest minutes are forgotten. */
const WAITING_ROWS_MAX = 100_000;

export interface UsageServiceOptions {
  readonly database: Pick<Database, 'connection'>;
  readonly clock: Clock;
  readonly log: Pick<Logger, 'warn'>;
}

interface OpenCounts {
  readonly openCounts: UsageCounts;
  /** When the minute began, in milliseconds. */
  readonly minuteMs: number;
}

export class UsageService {
  private readonly open = new Map<string, OpenCounts>();
  private waiting = new Map<string, MinuteCount>();
  private flushing: Promise<void> = Promise.resolve();
  private timer: NodeJS.Timeout | null = null;
  private forgotten = 0;

  constructor(private readonly options: UsageServiceOptions) {}

  /** Where evaluations by this snapshot are counted now. Use it at once: it belongs to the running minute. */
  countsOf(environmentId: string, compiled: CompiledSnapshot): UsageCounts {
    const minuteMs = Math.floor(this.options.clock.now().getTime() / MINUTE_MS) * MINUTE_MS;
    const known = this.open.get(environmentId);
    if (known?.openCounts.compiled === compiled && known.minuteMs === minuteMs) return known.openCounts;
    if (known) this.collect(environmentId, known);
    const openCounts = known?.openCounts.compiled === compiled ? known.openCounts : new UsageCounts(compiled);
    this.open.set(environmentId, { openCounts, minuteMs });
    return openCounts;
  }

  /** Writes now and then, until `stop`. */
  start(): void {
    this.timer = setInterval(() => void this.flush(), FLUSH_INTERVAL_MS);
    this.timer.unref();
  }

  /** Writes what was counted. Never fails: what could not be written is kept for the next time. */
  async flush(): Promise<void> {
    this.flushing = this.flushing.then(() => this.write());
    return this.flushing;
  }

  async stop(): Promise<void> {
    if (this.timer) clearInterval(this.timer);
    await this.flush();
  }

  /** Forgets what was counted by the minute more than so many days ago. */
  async purge(days: number): Promise<void> {
    await purgeUsage(this.options.database.connection, new Date(this.options.clock.now().getTime() - days * DAY_MS));
  }

  private async write(): Promise<void> {
    for (const [environmentId, openCounts] of this.open) {
      // What nobody evaluates any more need not be held.
      if (this.collect(environmentId, openCounts) === 0) this.open.delete(environmentId);
    }
    this.reportForgotten();
    const counts = [...this.waiting.values()];
    this.waiting = new Map();
    for (let start = 0; start < counts.length; start += BATCH_ROWS) {
      try {
        await addCounts(this.options.database.connection, counts.slice(start, start + BATCH_ROWS));
      } catch (err) {
        this.putBack(counts.slice(start));
        this.options.log.warn({ err, waiting: this.waiting.size }, 'usage could not be written');
        return;
      }
    }
  }

  /** Answers how many counts there were. */
  private collect(environmentId: string, { openCounts, minuteMs }: OpenCounts): number {
    const minute = new Date(minuteMs);
    const counts = openCounts.drain();
    for (const count of counts) this.add({ environmentId, minute, ...count });
    this.forgetOldest();
    return counts.length;
  }

  /** Before what was counted meanwhile, which is newer. */
  private putBack(counts: readonly MinuteCount[]): void {
    const newer = this.waiting;
    this.waiting = new Map();
    for (const count of [...counts, ...newer.values()]) this.add(count);
    this.forgetOldest();
  }

  private add(count: MinuteCount): void {
    const key = `${count.environmentId} ${count.minute.getTime()} ${count.flagKey} ${count.variationKey}`;
    const evaluations = (this.waiting.get(key)?.evaluations ?? 0) + count.evaluations;
    this.waiting.set(key, { ...count, evaluations });
  }

  private reportForgotten(): void {
    if (this.forgotten === 0) return;
    this.options.log.warn({ forgotten: this.forgotten }, 'usage was dropped: too much was waiting to be written');
    this.forgotten = 0;
  }

  private forgetOldest(): void {
    for (const key of this.waiting.keys()) {
      if (this.waiting.size <= WAITING_ROWS_MAX) return;
      this.waiting.delete(key);
      this.forgotten++;
    }
  }
}
