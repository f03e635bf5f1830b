/** Which WebSockets are let in: so many a second, and so many at once that have not said who they are. */
export interface SocketAdmissionSettings {
  /** A second's worth may come at once. */
  readonly acceptRate: number;
  readonly pendingMax: number;
  /** Milliseconds, monotonic. */
  readonly now?: () => number;
}

export class SocketAdmission {
  private tokens: number;
  private filledAt: number;
  private readonly now: () => number;
  private readonly pending = new Set<object>();

  constructor(private readonly settings: SocketAdmissionSettings) {
    this.now = settings.now ?? (() => performance.now());
    this.tokens = settings.acceptRate;
    this.filledAt = this.now();
  }

  /** Null when one more may come; else after how many seconds it may try again. */
  refusal(): { readonly retryAfterSeconds: number } | null {
    const { acceptRate, pendingMax } = this.settings;
    const now = this.now();
    this.tokens = Math.min(acceptRate, this.tokens + ((now - this.filledAt) / 1_000) * acceptRate);
    this.filledAt = now;
    if (this.tokens < 1 || this.pending.size >= pendingMax) return { retryAfterSeconds: 1 };
    this.tokens--;
    return null;
  }

  /** From the upgrade on, until the socket has begun or is gone. */
  await(socket: object): void {
    this.pending.add(socket);
  }

  settle(socket: object): void {
    this.pending.delete(socket);
  }
}
