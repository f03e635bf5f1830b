/**
 * Measures for promises of time. The promise is the program's; that a machine with other work to do lets nobody run for a
 * while is not broken by it. So what a timer of this process comes too late is taken off: then the servers were late, too.
 */
import { performance } from 'node:perf_hooks';

const TICK_MS = 20;

export class Stopwatch {
  private readonly begin = performance.now();
  private tickedAt = this.begin;
  private lateMs = 0;
  private readonly timer = setInterval(() => this.tick(), TICK_MS).unref();

  /** Milliseconds since it was started, without those in which nothing ran. It stands still from then on. */
  stop(): number {
    this.tick();
    clearInterval(this.timer);
    return Math.round(this.tickedAt - this.begin - this.lateMs);
  }

  private tick(): void {
    const now = performance.now();
    this.lateMs += Math.max(0, now - this.tickedAt - 2 * TICK_MS);
    this.tickedAt = now;
  }
}
