/** Whether a connection is wanted: somebody looks, or looked a while ago, and the application has not paused it. */
import type { Clock } from '../../client/src/clock';
import type { Lifecycle } from './api';

/** A connection may be gone without a sign when nobody has looked for so long. */
const LOOK_AGAIN_MS = 10_000;

export interface PresenceParts {
  readonly lifecycle: Lifecycle | null;
  readonly clock: Clock;
  readonly hiddenMs: number;
  /** `isWanted` is another one. */
  readonly onChange: () => void;
  /** Called when nobody looks; nothing may come after this. */
  readonly onHide: () => void;
  /** Somebody looks again, or the network is back. `isLate`: a connection that seems to live may be gone. */
  readonly onLook: (isLate: boolean) => void;
}

export class Presence {
  private isPaused = false;
  private isAway = false;
  private hiddenAt: number | null = null;
  private cancel: () => void = () => undefined;
  private readonly unsubscribe: () => void;

  constructor(private readonly parts: PresenceParts) {
    this.unsubscribe =
      parts.lifecycle?.subscribe((isActive, isLeaving = false) => (isActive ? this.look() : this.hide(isLeaving))) ?? this.cancel;
  }

  get isWanted(): boolean {
    return !this.isPaused && !this.isAway;
  }

  pause(isPaused: boolean): void {
    this.isPaused = isPaused;
    this.parts.onChange();
  }

  end(): void {
    this.cancel();
    this.unsubscribe();
  }

  private look(): void {
    const { clock, onChange, onLook } = this.parts;
    this.cancel();
    const isLate = this.hiddenAt === null || clock.now() - this.hiddenAt >= LOOK_AGAIN_MS;
    this.hiddenAt = null;
    onLook(isLate && !this.isAway);
    if (!this.isAway) return;
    this.isAway = false;
    onChange();
  }

  private hide(isLeaving: boolean): void {
    const { clock, hiddenMs, onHide } = this.parts;
    this.hiddenAt ??= clock.now();
    this.cancel();
    onHide();
    if (isLeaving) this.leave();
    else this.cancel = clock.after(hiddenMs, () => this.leave());
  }

  private leave(): void {
    this.isAway = true;
    this.parts.onChange();
  }
}
