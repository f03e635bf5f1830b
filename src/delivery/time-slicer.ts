import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long frames are written before whatever else waits for the process gets its turn. */
const SLICE_MS = 5;

/** Shared by all fans, so that together they do not keep a request waiting. */
export class TimeSlicer {
  private endsAt = 0;

  /** Null while the slice lasts. */
  yieldIfDue(): Promise<unknown> | null {
    const now = performance.now();
    if (now < this.endsAt) return null;
    return nextTurn().then(() => {
      const resumedAt = performance.now();
      if (resumedAt >= this.endsAt) this.endsAt = resumedAt + SLICE_MS;
    });
  }
}
