/**
 * Whoever stays connected is looked at again whenever access rules may have moved, and when its credential's time is over:
 * once for each credential, however many connections hold it. While the book cannot be read, those who were known stay, for
 * the time of grace.
 */
import pLimit from 'p-limit';
import { RequestFault } from '../../errors';
import type { Actor, RequestInfo } from './actor';
import type { Holder } from './authenticate';

/** Who can tell whether a credential is still good: the `Authenticator`. */
export interface AccessSource {
  readonly lookAgain: (authorization: string, request: RequestInfo) => Promise<Holder>;
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
export interface Held {
  readonly name: string;
  readonly authorization: string;
  readonly request: RequestInfo;
  readonly connections: Set<Connected>;
  endsAt: number;
  /** Looked at since the last move. */
  isCertain: boolean;
}

export interface LiveAccessOptions {
  readonly access: AccessSource;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

const SWEEP_MS = 1_000;
const LOOKS_AT_A_TIME = 8;

export class LiveAccess {
  private readonly held = new Map<string, Held>();
  private readonly limit = pLimit(LOOKS_AT_A_TIME);
  private readonly timer: NodeJS.Timeout;
  private readonly stop: () => void;
  private moves = 0;
  private sweeping: Promise<void> | null = null;
  private isStale = false;

  constructor(private readonly options: LiveAccessOptions) {
    this.stop = options.access.onAccessMoved(() => {
      this.moves++;
      for (const held of this.held.values()) held.isCertain = false;
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
    return this.held.size;
  }

  /** `since`: the generation at which the credential was found good. */
  hold(authorization: string, request: RequestInfo, connection: Connected, since: number): Held {
    const name = JSON.stringify([authorization, request.origin]);
    let held = this.held.get(name);
    if (!held) {
      held = { name, authorization, request, connections: new Set(), endsAt: 0, isCertain: false };
      this.held.set(name, held);
    }
    held.connections.add(connection);
    this.lookUnlessCertain(held, since);
    return held;
  }

  /** After something began on a connection that was allowed at generation `since`. */
  lookUnlessCertain(held: Held, since: number): void {
    if (since !== this.moves) held.isCertain = false;
    if (!held.isCertain) void this.limit(() => this.look(held));
  }

  release(held: Held, connection: Connected): void {
    held.connections.delete(connection);
    if (held.connections.size === 0 && this.held.get(held.name) === held) this.held.delete(held.name);
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
      const due = [...this.held.values()].filter((held) => isPastGrace || !held.isCertain || held.endsAt <= now);
      await Promise.all(due.map((held) => this.limit(() => this.look(held))));
    }
  }

  /** Never rejects. */
  private async look(held: Held): Promise<void> {
    const { access, now, onError } = this.options;
    const generation = this.moves;
    try {
      const { actor, endsAt } = await access.lookAgain(held.authorization, held.request);
      held.endsAt = endsAt;
      held.isCertain = generation === this.moves;
      for (const connection of [...held.connections]) connection.review(actor);
    } catch (error) {
      if (!(error instanceof RequestFault)) return onError(error);
      // Whoever was known stays while nobody can tell; but not past its own end, nor past the time of grace.
      const mayStay = error.code === 'UNAVAILABLE' && !access.isPastGrace && (held.endsAt === 0 || now() < held.endsAt);
      if (mayStay) return;
      for (const connection of [...held.connections]) connection.refuse(error);
    }
  }
}
