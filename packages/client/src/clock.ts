/** Time and chance. Tests give a clock that runs faster. */
export interface Clock {
  /** Milliseconds since some moment; steady, whatever is done to the time of day. */
  now(): number;
  /** From 0 to below 1. */
  random(): number;
  /** Calls back after so many milliseconds, and does not keep the process alive for it. Answers a function that prevents it. */
  after(ms: number, callback: () => void): () => void;
}

export const systemClock: Clock = {
  now: () => performance.now(),
  random: () => Math.random(),
  after: (ms, callback) => {
    const timer: unknown = setTimeout(callback, ms);
    // A number in browsers.
    (timer as { unref?: () => void }).unref?.();
    return () => clearTimeout(timer as number);
  },
};

/** Spreads by a fifth up and down, so that clients that began together do not stay together. */
export function spread(ms: number, clock: Clock): number {
  return ms * (0.8 + 0.4 * clock.random());
}

/** A signal that is aborted with a sentence when its time is over, or with the reason of another signal. */
export class Deadline {
  private readonly controller = new AbortController();
  private cancel: () => void = () => undefined;
  private readonly abort = (): void => this.controller.abort(this.outer.reason);

  constructor(
    private readonly clock: Clock,
    private readonly outer: AbortSignal,
  ) {
    if (outer.aborted) this.abort();
    else outer.addEventListener('abort', this.abort);
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  /** From now on so many milliseconds. */
  restart(ms: number, message: string): void {
    this.cancel();
    this.cancel = this.clock.after(ms, () => this.controller.abort(new Error(message)));
  }

  /** Why work under the signal failed. */
  reasonOf(error: unknown): unknown {
    return this.signal.aborted ? this.signal.reason : error;
  }

  /** Ends what still runs under the signal. */
  end(): void {
    this.cancel();
    this.outer.removeEventListener('abort', this.abort);
    this.controller.abort();
  }
}
