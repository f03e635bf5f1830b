/** When a stream is asked for again, and over which transport. Pure. */
import { isRefusal } from './faults';
import type { Clock } from './clock';
import { spread } from './clock';
import type { StreamEnd } from './stream';

const AFTER_CUT_MS = 2_000;
/** A server lets in 2,000 connections a second, and 10,000 clients that were sent away come back. */
const AFTER_SENT_AWAY_MS = 5_000;
const FURTHER_MS = 500;
const FURTHER_MAX_MS = 30_000;
/** Asking more often could block the address, for a server counts bad credentials. */
const REFUSED_MS = 300_000;
/** A connection that lived so long was a good one. */
const PROVEN_MS = 60_000;
const FAILURES_BEFORE_NEXT = 2;

export interface AttemptEnd extends StreamEnd {
  /** How long the stream was open. Null: it never was. */
  readonly livedMs: number | null;
}

export class Retries {
  private failures = 0;

  constructor(private readonly clock: Clock) {}

  /** Milliseconds until the next attempt. */
  delayAfter({ kind, fault, livedMs }: AttemptEnd): number {
    if (livedMs !== null && livedMs >= PROVEN_MS) this.failures = 0;
    const isFirst = this.failures === 0 && livedMs !== null;
    const delay = isFirst
      ? this.clock.random() * (kind === 'SENT_AWAY' ? AFTER_SENT_AWAY_MS : AFTER_CUT_MS)
      : Math.min(FURTHER_MAX_MS, FURTHER_MS * 2 ** this.failures) * (0.2 + 0.8 * this.clock.random());
    this.failures += 1;
    return Math.max(delay, fault.retryAfterMs ?? 0, isRefusal(fault) ? spread(REFUSED_MS, this.clock) : 0);
  }
}

/** The index of the transport that is used: the next one after two attempts in a row whose stream never lived, and round again. */
export class Ladder {
  index = 0;
  private failures = 0;

  constructor(private readonly count: number) {}

  note({ livedMs }: AttemptEnd): void {
    this.failures = livedMs === null ? this.failures + 1 : 0;
    if (this.failures < FAILURES_BEFORE_NEXT) return;
    this.failures = 0;
    this.index = (this.index + 1) % this.count;
  }
}
