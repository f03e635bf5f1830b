/** Measures how busy this process is. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface LoadGauge {
  /** The delay of the event loop in the last second: 99th percentile, in milliseconds. */
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
    // The histogram includes the sampling interval itself, even when the loop is never late.
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
