/**
 * Counts points per key within a minute. This process decides from its own memory, at once; what other servers counted is
 * added in the background, so that no request waits for Redis. While Redis is away, each server counts for itself.
 */
/** What several servers count together. */
export interface SharedCounter {
  /** Adds points and answers how many all servers have counted within the minute. Fails when it cannot be reached. */
  readonly add: (key: string, points: number) => Promise<number>;
}

export const WINDOW_SECONDS = 60;
/** How many keys one round tells the others about; the rest come with the next one. */
const KEYS_PER_ROUND_MAX = 5_000;

/** Where a key stands after something was counted or refused. */
export interface RateLimitStatus {
  readonly isAllowed: boolean;
  /** Points per minute. */
  readonly limit: number;
  /** Points left, 0 or more. */
  readonly remaining: number;
  /** Until the minute of this key ends; at least 1. */
  readonly resetSeconds: number;
  /** The same as an instant, in milliseconds. */
  readonly endsAt: number;
}

export class RateCounter {
  private readonly local = new MinuteCounts();
  /** By key: what the others have not been told of yet, and their last answer. */
  private readonly unsent = new Map<string, { points: number; total: number; endsAt: number }>();

  constructor(
    readonly name: string,
    readonly limit: number,
    private readonly shared: SharedCounter | null,
  ) {}

  /** Counts points when they fit; what is refused is not counted. */
  take(key: string, points = 1): RateLimitStatus {
    const counted = this.local.add(key, points);
    if (counted.points <= this.limit) return this.record(key, points, counted, true);
    return this.record(key, 0, this.local.add(key, -points), false);
  }

  /** Counts points that were used already, whether they fit or not. Negative: gives back what was not used. */
  settle(key: string, points: number, endsAt: number): RateLimitStatus {
    // Points of a minute that has ended are forgotten already; giving them back would lend to the next one.
    const due = points < 0 && Date.now() >= endsAt ? 0 : points;
    return this.record(key, due, this.local.add(key, due), true);
  }

  /** Where the key stands; counts nothing. */
  peek(key: string): RateLimitStatus {
    const found = this.local.find(key);
    const isAllowed = (found?.points ?? 0) < this.limit;
    return found === null
      ? { isAllowed, limit: this.limit, remaining: this.limit, resetSeconds: WINDOW_SECONDS, endsAt: 0 }
      : status(found, this.limit, isAllowed);
  }

  /** One round of the background: tells what was counted here, and adds what was counted elsewhere. */
  async exchange(): Promise<void> {
    if (this.shared === null) return;
    const due = [...this.unsent].slice(0, KEYS_PER_ROUND_MAX);
    await Promise.all(due.map(([key, note]) => this.exchangeKey(key, note, this.shared as SharedCounter)));
  }

  private async exchangeKey(
    key: string,
    note: { points: number; total: number; endsAt: number },
    shared: SharedCounter,
  ): Promise<void> {
    const sent = note.points;
    note.points = 0;
    try {
      const total = await shared.add(`${this.name}:${key}`, sent);
      // Less than before: the shared minute has ended, and another has begun.
      const before = total < note.total + sent ? 0 : note.total;
      const elsewhere = Math.max(0, total - before - sent);
      note.total = total;
      if (elsewhere > 0) this.local.add(key, elsewhere);
    } catch {
      // The others hear of it later, or never: each server's own count holds.
      note.points += sent;
    }
    if (note.points === 0 && Date.now() >= note.endsAt) this.unsent.delete(key);
  }

  private record(key: string, points: number, counted: MinuteCount, isAllowed: boolean): RateLimitStatus {
    const result = status(counted, this.limit, isAllowed);
    if (this.shared !== null && points !== 0) {
      const note = this.unsent.get(key);
      if (note) {
        note.points += points;
        note.endsAt = result.endsAt;
      } else this.unsent.set(key, { points, total: 0, endsAt: result.endsAt });
    }
    return result;
  }
}

function status({ points, endsAt }: MinuteCount, limit: number, isAllowed: boolean): RateLimitStatus {
  const resetSeconds = Math.max(1, Math.ceil((endsAt - Date.now()) / 1_000));
  return { isAllowed, limit, remaining: Math.max(0, limit - points), resetSeconds, endsAt };
}

interface MinuteCount {
  points: number;
  /** When the minute ends, in milliseconds since the epoch. */
  readonly endsAt: number;
}

/** Points by key; the minute of a key begins with its first point. Keys whose minute is over are forgotten as others come. */
class MinuteCounts {
  /** In the order in which their minutes end. */
  private readonly counts = new Map<string, MinuteCount>();

  add(key: string, points: number): MinuteCount {
    const now = Date.now();
    const known = this.counts.get(key);
    if (known && now < known.endsAt) {
      known.points += points;
      return known;
    }
    const count: MinuteCount = { points, endsAt: now + WINDOW_SECONDS * 1_000 };
    this.counts.delete(key);
    this.counts.set(key, count);
    this.forgetEnded(now);
    return count;
  }

  find(key: string): MinuteCount | null {
    const known = this.counts.get(key);
    return known && Date.now() < known.endsAt ? known : null;
  }

  private forgetEnded(now: number): void {
    for (const [key, { endsAt }] of this.counts) {
      if (now < endsAt) return;
      this.counts.delete(key);
    }
  }
}
