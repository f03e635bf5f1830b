/**
 * Whoever stays connected is looked at again whenever access rules may have moved, and when its credential's time is over:
 * once for each credential, however many connections hold it. While the book cannot be read, those who were known stay, for
 * the time of grace.
 */
import pLimit from 'p-limit';
import { RequestFault } from '../../errors';
import type { Actor, RequestInfo } from './actor';
import type { CredentialHolder } from './authenticate';

/** Who can tell whether a credential is still good: the `Authenticator`. */
export interface AccessSource {
  readonly recheck: (authorization: string, request: RequestInfo) => Promise<CredentialHolder>;
  readonly onAccessMoved: (listener: () => void) => () => void;
  readonly isPastGrace: boolean;
}

/** A connection, as far as it must end when access does. */
export interface Connected {
  /** The actor as it is now: whatever it may not follow any more ends. */
  readonly review: (actor: Actor) => void;
  /** The credential is good no more, or (UNAVAILABLE) nobody can vouch for it any more. */
  readonly refuse: (fault: RequestFault) => void;
}

/** One credential, used from one origin. */
export interface TrackedCredential {
  readonly name: string;
  readonly authorization: string;
  readonly request: RequestInfo;
  readonly connections: Set<Connected>;
  endsAt: number;
  /** Looked at since the last move. */
  isVerified: boolean;
}

export interface LiveAccessOptions {
  readonly access: AccessSource;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

const SWEEP_MS = 1_000;
const CHECKS_AT_A_TIME = 8;

export class LiveAccess {
  private readonly tracked = new Map<string, TrackedCredential>();
  private readonly limit = pLimit(CHECKS_AT_A_TIME);
  private readonly timer: NodeJS.Timeout;
  private readonly stop: () => void;
  private moves = 0;
  private sweeping: Promise<void> | null = null;
  private isStale = false;

  constructor(private readonly options: LiveAccessOptions) {
    this.stop = options.access.onAccessMoved(() => {
      this.moves++;
      for (const tracked of this.tracked.values()) tracked.isVerified = false;
      void this.sweep();
    });
    this.timer = setInterval(() => void this.sweep(), SWEEP_MS);
    this.timer.unref();
  }

  /** Counts the moves of access rules: who was let in before the last one is to be looked at again. */
  get generation(): number {
    return this.moves;
  }

  /** How many credentials are held at this moment. */
  get size(): number {
    return this.tracked.size;
  }

  /** `since`: the generation at which the credential was found good. */
  track(authorization: string, request: RequestInfo, connection: Connected, since: number): TrackedCredential {
    const name = JSON.stringify([authorization, request.origin]);
    let tracked = this.tracked.get(name);
    if (!tracked) {
      tracked = { name, authorization, request, connections: new Set(), endsAt: 0, isVerified: false };
      this.tracked.set(name, tracked);
    }
    tracked.connections.add(connection);
    this.checkUnlessVerified(tracked, since);
    return tracked;
  }

  /** After something began on a connection that was allowed at generation `since`. */
  checkUnlessVerified(tracked: TrackedCredential, since: number): void {
    if (since !== this.moves) tracked.isVerified = false;
    if (!tracked.isVerified) void this.limit(() => this.check(tracked));
  }

  release(tracked: TrackedCredential, connection: Connected): void {
    tracked.connections.delete(connection);
    if (tracked.connections.size === 0 && this.tracked.get(tracked.name) === tracked) this.tracked.delete(tracked.name);
  }

  close(): void {
    clearInterval(this.timer);
    this.stop();
  }

  /** Moves that come while one is going on are answered by the next. */
  private sweep(): Promise<void> {
    this.isStale = true;
    this.sweeping ??= this.sweepAll().finally(() => {
      this.sweeping = null;
    });
    return this.sweeping;
  }

  private async sweepAll(): Promise<void> {
    while (this.isStale) {
      this.isStale = false;
      const now = this.options.now();
      const isPastGrace = this.options.access.isPastGrace;
      const due = [...this.tracked.values()].filter((tracked) => isPastGrace || !tracked.isVerified || tracked.endsAt <= now);
      await Promise.all(due.map((tracked) => this.limit(() => this.check(tracked))));
    }
  }

  /** Never rejects. */
  private async check(tracked: TrackedCredential): Promise<void> {
    const { access, now, onError } = this.options;
    const generation = this.moves;
    try {
      const { actor, endsAt } = await access.recheck(tracked.authorization, tracked.request);
      tracked.endsAt = endsAt;
      tracked.isVerified = generation === this.moves;
      for (const connection of [...tracked.connections]) connection.review(actor);
    } catch (error) {
      if (!(error instanceof RequestFault)) return onError(error);
      // Whoever was known stays while nobody can tell; but not past its own end, nor past the time of grace.
      const mayStay = error.code === 'UNAVAILABLE' && !access.isPastGrace && (tracked.endsAt === 0 || now() < tracked.endsAt);
      if (mayStay) return;
      for (const connection of [...tracked.connections]) connection.refuse(error);
    }
  }
}
