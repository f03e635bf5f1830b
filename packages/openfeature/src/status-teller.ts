/**
 * Tells OpenFeature's SDK how the client is. The SDK sets a status of its own when a promise that it awaits has settled, READY or
 * ERROR, and overwrites what was told before that; so what differs is told in a later turn of the event loop.
 */
import type { ChangeEvent, Client, ReadyResult } from '../../client/src/api';

/** The events and errors of one of OpenFeature's SDKs. */
export interface Telling {
  ready(): void;
  stale(message: string): void;
  fatal(message: string): void;
  changed(flagKeys: string[]): void;
  notReadyError(message: string): Error;
  fatalError(message: string): Error;
}

/** The part of a client that tells its status. */
export type Watched = Pick<Client, 'status' | 'position'> & {
  on(event: 'status', listener: () => void): () => void;
  on(event: 'change', listener: (event: ChangeEvent) => void): () => void;
};

/** STARTING: no flags yet. FATAL: no flags, and none before somebody does something. */
type ProviderStatus = 'STARTING' | 'READY' | 'STALE' | 'FATAL';

export class StatusTeller {
  /** The status that the SDK has. */
  private sent: ProviderStatus = 'STARTING';
  /** How many promises the SDK awaits. */
  private pending = 0;
  private isInitialized = false;
  private readonly endings: readonly (() => void)[];

  constructor(
    private readonly client: Watched,
    private readonly telling: Telling,
  ) {
    this.endings = [
      client.on('status', () => this.tellStatus()),
      // Flags that come before the SDK is ready are no change of configuration.
      client.on('change', ({ flagKeys }) => this.isInitialized && telling.changed([...flagKeys])),
    ];
  }

  /** Waits as the SDK does. Rejects when there are no flags after it. */
  async during(wait: () => Promise<ReadyResult>): Promise<void> {
    this.pending += 1;
    const { fault } = await wait();
    const status = statusOf(this.client);
    this.isInitialized = true;
    setTimeout(() => {
      this.pending -= 1;
      // The status that the SDK has set by itself; ERROR for STARTING.
      this.sent = status === 'STALE' ? 'READY' : status;
      this.tellStatus();
    });
    const message = fault?.message ?? `The client is ${this.client.status} and has no flags.`;
    if (status === 'STARTING') throw this.telling.notReadyError(message);
    if (status === 'FATAL') throw this.telling.fatalError(message);
  }

  /** Ends it: no event is sent any more. */
  end(): void {
    for (const end of this.endings) end();
    // For the timers that may still come.
    this.pending = Infinity;
  }

  private tellStatus(): void {
    const status = statusOf(this.client);
    if (this.pending > 0 || !this.isInitialized || status === 'STARTING' || status === this.sent) return;
    this.sent = status;
    const message = `The client is ${this.client.status}.`;
    if (status === 'READY') this.telling.ready();
    else if (status === 'STALE') this.telling.stale(message);
    else this.telling.fatal(message);
  }
}

/** Never FATAL while there are flags to serve: OpenFeature ends evaluation then. */
function statusOf({ status, position }: Pick<Client, 'status' | 'position'>): ProviderStatus {
  if (status === 'STARTING' || status === 'READY') return status;
  return position === null ? 'FATAL' : 'STALE';
}
