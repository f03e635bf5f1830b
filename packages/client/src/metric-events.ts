/** Metric events of `track`. The server does not take them yet, so that they are counted and dropped. */
import type { Logger } from './api';

export class MetricEvents {
  dropped = 0;

  constructor(private readonly logger: Logger) {}

  track(): void {
    this.dropped += 1;
    if (this.dropped > 1) return;
    try {
      this.logger.warn('Flagstaff: The server does not take metric events yet; those that are tracked are dropped.');
    } catch {
      // There is nobody left to say it to.
    }
  }
}
