import { performance } from 'node:perf_hooks';
import { setImmediate as nextTurn } from 'node:timers/promises';

/** How long subscribers are served before whatever else waits for the process gets its turn. */
const SLICE_MS = 5;

/** Divides work into slices, so that ten thousand subscribers do not keep a request waiting. Loops may share one. */
export class TimeSlicer {
  private endsAt = 0;
  private weight = 0;

  /** `weightMax`: the most that one slice may hand out of what costs time after it, too, such as frames. */
  constructor(private readonly weightMax = Infinity) {}

  /** Whether the slice has had its time or its weight. */
  get isOver(): boolean {
    return this.weight >= this.weightMax || performance.now() >= this.endsAt;
  }

  /** Counts what was handed out in this slice. */
  add(weight: number): void {
    this.weight += weight;
  }

  /** Resolves on a later turn of the event loop, in the next slice. */
  async next(): Promise<void> {
    await nextTurn();
    if (!this.isOver) return;
    this.endsAt = performance.now() + SLICE_MS;
    this.weight = 0;
  }

  /** Null while the slice lasts. */
  yieldIfDue(): Promise<void> | null {
    return this.isOver ? this.next() : null;
  }
}
