/**
 * Checks the credentials of open connections again whenever access rules may have changed, and when a credential expires:
 * once per credential, however many connections use it. While the database cannot be read, known credentials stay valid for
 * the grace period.
 */
import pLimit from 'p-limit';
import { Coalescer } from '../../concurrency/coalescer';
import { RequestFault } from '../../errors';
import type { Actor, RequestInfo } from './actor';
import type { CredentialHolder } from './authenticate';
import type { Credential } from './credential';

/** Tells whether a credential is still valid: the `Authenticator`. `Held`: the form of its credentials. */
export interface AccessSource<Held = Credential> {
  readonly recheck: (credential: Held, request: RequestInfo) => Promise<CredentialHolder>;
  readonly onAccessMoved: (listener: () => void) => () => void;
  readonly isPastGrace: boolean;
}

/** A connection that must end when access does. */
export interface Connected {
  /** Receives the current actor, and ends whatever it may no longer follow. */
  readonly review: (actor: Actor) => void;
  /** Called when the credential was revoked or can no longer be verified (UNAVAILABLE). */
  readonly refuse: (fault: RequestFault) => void;
}

/** One credential used from one origin. */
export interface TrackedCredential<Held = Credential> {
  readonly name: string;
  readonly credential: Held;
  readonly request: RequestInfo;
  readonly connections: Set<Connected>;
  endsAt: number;
  /** Checked since the last change of access rules. */
  isVerified: boolean;
}

export interface LiveAccessOptions<Held> {
  readonly access: AccessSource<Held>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly onError: (error: unknown) => void;
}

const SWEEP_MS = 1_000;
const CHECKS_AT_A_TIME = 8;

export class LiveAccess<Held = Credential> {
  private readonly tracked = new Map<string, TrackedCredential<Held>>();
  private readonly limit = pLimit(CHECKS_AT_A_TIME);
  private readonly timer: NodeJS.Timeout;
  private readonly stop: () => void;
  private moves = 0;
  private readonly sweeps = new Coalescer(() => this.sweep());

  constructor(private readonly options: LiveAccessOptions<Held>) {
    this.stop = options.access.onAccessMoved(() => {
      this.moves++;
      for (const tracked of this.tracked.values()) tracked.isVerified = false;
      void this.sweeps.request();
    });
    this.timer = setInterval(() => void this.sweeps.request(), SWEEP_MS);
    this.timer.unref();
  }

  /** Counts changes of access rules: connections admitted before the last one must be checked again. */
  get generation(): number {
    return this.moves;
  }

  /** The number of tracked credentials. */
  get size(): number {
    return this.tracked.size;
  }

  /** `since` is the generation at which the credential was found valid. */
  track(credential: Held, request: RequestInfo, connection: Connected, since: number): TrackedCredential<Held> {
    const name = JSON.stringify([credential, request.origin]);
    let tracked = this.tracked.get(name);
    if (!tracked) {
      tracked = { name, credential, request, connections: new Set(), endsAt: 0, isVerified: false };
      this.tracked.set(name, tracked);
    }
    tracked.connections.add(connection);
    this.checkUnlessVerified(tracked, since);
    return tracked;
  }

  /** Called after something began on a connection that was admitted at generation `since`. */
  checkUnlessVerified(tracked: TrackedCredential<Held>, since: number): void {
    if (since !== this.moves) tracked.isVerified = false;
    if (!tracked.isVerified) void this.limit(() => this.check(tracked));
  }

  release(tracked: TrackedCredential<Held>, connection: Connected): void {
    tracked.connections.delete(connection);
    if (tracked.connections.size === 0 && this.tracked.get(tracked.name) === tracked) this.tracked.delete(tracked.name);
  }

  close(): void {
    clearInterval(this.timer);
    this.stop();
  }

  private async sweep(): Promise<void> {
    const now = this.options.now();
    const isPastGrace = this.options.access.isPastGrace;
    const due = [...this.tracked.values()].filter((tracked) => isPastGrace || !tracked.isVerified || !(tracked.endsAt > now));
    await Promise.all(due.map((tracked) => this.limit(() => this.check(tracked))));
  }

  /** Never rejects. */
  private async check(tracked: TrackedCredential<Held>): Promise<void> {
    const { access, now, onError } = this.options;
    const generation = this.moves;
    try {
      const { actor, endsAt } = await access.recheck(tracked.credential, tracked.request);
      tracked.endsAt = endsAt;
      tracked.isVerified = generation === this.moves;
      for (const connection of [...tracked.connections]) connection.review(actor);
    } catch (error) {
      if (!(error instanceof RequestFault)) return onError(error);
      // A known credential stays while it cannot be checked, but not past its own end or the grace period.
      const mayStay = error.code === 'UNAVAILABLE' && !access.isPastGrace && (tracked.endsAt === 0 || now() < tracked.endsAt);
      if (mayStay) return;
      for (const connection of [...tracked.connections]) connection.refuse(error);
    }
  }
}
