import type { EnvironmentState } from '../../modules/snapshots/environment-state';

/** Waits for the next change of a book after `arm`, for a time, or for the end. */
export class ChangeWaiter {
  private changed = false;
  private ended = false;
  private wake: () => void = () => undefined;
  private readonly stop: () => void;

  constructor(state: EnvironmentState) {
    this.stop = state.onChange(() => {
      this.changed = true;
      this.wake();
    });
  }

  get hasEnded(): boolean {
    return this.ended;
  }

  /** Forgets earlier changes: call it before looking at the book. */
  arm(): void {
    this.changed = false;
  }

  /** False when the time passed and nothing happened. */
  async wait(mostMs: number): Promise<boolean> {
    if (this.changed || this.ended) return true;
    let timer: NodeJS.Timeout | undefined;
    const woken = await new Promise<boolean>((resolve) => {
      this.wake = () => resolve(true);
      timer = setTimeout(() => resolve(false), mostMs);
    });
    clearTimeout(timer);
    return woken;
  }

  end(): void {
    this.ended = true;
    this.stop();
    this.wake();
  }
}
