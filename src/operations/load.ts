/** How busy this process is. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface LoadGauge {
  /** By how much the event loop was late within the last second, 99th percentile, in milliseconds. */
  readonly delayMs: () => number;
  readonly close: () => void;
}

const RESOLUTION_MS = 20;
const WINDOW_MS = 1_000;

export function createLoadGauge(): LoadGauge {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  let delayMs = 0;
  const timer = setInterval(() => {
    // A loop that is never late still shows the time between two looks.
    delayMs = Math.max(0, histogram.percentile(99) / 1e6 - RESOLUTION_MS);
    histogram.reset();
  }, WINDOW_MS);
  timer.unref();
  return {
    delayMs: () => delayMs,
    close: () => {
      clearInterval(timer);
      histogram.disable();
    },
  };
}
