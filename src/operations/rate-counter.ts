/**
 * Counts points per key within a minute. This process decides synchronously from its own memory; points that other servers
 * counted are added in the background, so that no request waits for Redis. While Redis is down, each server counts alone.
 */
/** A counter that several servers share. */
export interface SharedCounter {
  /** Adds points and resolves with the total of all servers within the minute. Rejects when it cannot be reached. */
  readonly add: (key: string, points: number) => Promise<number>;
}

export const WINDOW_SECONDS = 60;
/** How many keys one round of `exchange` sends; the rest follow in the next round. */
const KEYS_PER_ROUND_MAX = 5_000;

/** The state of a key after points were counted or refused. */
export interface RateLimitStatus {
  readonly isAllowed: boolean;
  /** Points per minute. */
  readonly limit: number;
  /** Points left, 0 or more. */
  readonly remaining: number;
  /** Seconds until the minute of this key ends; at least 1. */
  readonly resetSeconds: number;
  /** When the minute of this key ends, in milliseconds since the epoch. */
  readonly endsAt: number;
}

export class RateCounter {
  private readonly local = new MinuteCounts();
  /** Keyed by key: points not sent to the shared counter yet, and the total that it last answered. */
  private readonly unsent = new Map<string, { points: number; total: number; endsAt: number }>();

  constructor(
    readonly name: string,
    readonly limit: number,
    private readonly shared: SharedCounter | null,
  ) {}

  /** Counts points when they fit into the limit; refused points are not counted. */
  take(key: string, points = 1): RateLimitStatus {
    const counted = this.local.add(key, points);
    if (counted.points <= this.limit) return this.record(key, points, counted, true);
    return this.record(key, 0, this.local.add(key, -points), false);
  }

  /** Counts points that were used already, whether they fit or not. Negative points give back what was not used. */
  settle(key: string, points: number, endsAt: number): RateLimitStatus {
    // Points of a minute that has ended are forgotten already; giving them back would raise the limit of the next minute.
    const due = points < 0 && Date.now() >= endsAt ? 0 : points;
    return this.record(key, due, this.local.add(key, due), true);
  }

  /** Returns the status of a key without counting anything. */
  peek(key: string): RateLimitStatus {
    const found = this.local.find(key);
    const isAllowed = (found?.points ?? 0) < this.limit;
    return found === null
      ? { isAllowed, limit: this.limit, remaining: this.limit, resetSeconds: WINDOW_SECONDS, endsAt: 0 }
      : status(found, this.limit, isAllowed);
  }

  /** Runs one background round: sends the points counted here, and adds those counted by other servers. */
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
      // A smaller total means that the shared minute has ended and another has begun.
      const before = total < note.total + sent ? 0 : note.total;
      const elsewhere = Math.max(0, total - before - sent);
      note.total = total;
      if (elsewhere > 0) this.local.add(key, elsewhere);
    } catch {
      // The points are sent in a later round, if ever; until then each server enforces its own count.
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

/** Points by key; the minute of a key begins with its first point. Adding a new key removes keys whose minute has ended. */
class MinuteCounts {
  /** Ordered by the end of their minutes. */
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
