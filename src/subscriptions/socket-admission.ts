/** Limits WebSockets: how many are accepted per second, and how many may be unauthenticated at the same time. */
export interface SocketAdmissionSettings {
  /** Connections per second; as many may come in one burst. */
  readonly acceptRate: number;
  readonly pendingMax: number;
  /** Milliseconds, monotonic. */
  readonly now?: () => number;
}

export class SocketAdmission {
  /** The number of connections that were refused. */
  refusedCount = 0;
  private tokens: number;
  private filledAt: number;
  private readonly now: () => number;
  private readonly pending = new Set<object>();

  constructor(private readonly settings: SocketAdmissionSettings) {
    this.now = settings.now ?? (() => performance.now());
    this.tokens = settings.acceptRate;
    this.filledAt = this.now();
  }

  /** Null when one more connection is admitted; else the seconds after which it may try again. */
  refusal(): { readonly retryAfterSeconds: number } | null {
    const { acceptRate, pendingMax } = this.settings;
    const now = this.now();
    this.tokens = Math.min(acceptRate, this.tokens + ((now - this.filledAt) / 1_000) * acceptRate);
    this.filledAt = now;
    if (this.tokens < 1 || this.pending.size >= pendingMax) {
      this.refusedCount++;
      return { retryAfterSeconds: 1 };
    }
    this.tokens--;
    return null;
  }

  /** Counts a socket as pending from the upgrade until it has sent `connection_init` or is gone. */
  await(socket: object): void {
    this.pending.add(socket);
  }

  settle(socket: object): void {
    this.pending.delete(socket);
  }
}
