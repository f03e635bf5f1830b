/** The status of a client, and those who wait for it. */
import type { ClientStatus, Fault, Position, ReadyResult, StatusEvent } from './api';

export class ClientState {
  status: ClientStatus = 'STARTING';
  via: StatusEvent['via'] = null;
  /** The last one since the server answered. */
  fault: Fault | null = null;
  private readonly waiting = new Set<() => void>();

  constructor(
    private readonly position: () => Position | null,
    private readonly onStatus: (event: StatusEvent) => void,
  ) {}

  get event(): StatusEvent {
    return { status: this.status, via: this.via, position: this.position(), fault: this.fault };
  }

  /** CLOSED is the last status. */
  set(status: ClientStatus, via: StatusEvent['via'] = this.via): void {
    if (this.status === 'CLOSED' || (this.status === status && this.via === via)) return;
    this.status = status;
    this.via = via;
    if (status !== 'STARTING') for (const resolve of this.waiting) resolve();
    this.onStatus(this.event);
  }

  /** The timer keeps the process alive: somebody waits for it. */
  async waitUntilReady(timeoutMs: number): Promise<ReadyResult> {
    if (this.status === 'STARTING') {
      await new Promise<void>((resolve) => {
        const end = (): void => {
          clearTimeout(timer);
          this.waiting.delete(end);
          resolve();
        };
        const timer = setTimeout(end, timeoutMs);
        this.waiting.add(end);
      });
    }
    return { ...this.event, isTimedOut: this.status === 'STARTING' };
  }
}
