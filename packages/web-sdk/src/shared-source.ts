/**
 * One connection for all tabs that show the same context. Web Locks choose the tab that holds it, a BroadcastChannel passes on what it
 * brings. A tab asks every 4 seconds; when it hears nothing for 12, the other one may be frozen, and it opens a connection of its own.
 */
import type { ClientStatus, Position, StatusEvent } from '../../client/src/api';
import type { ClientEvaluation } from '../../client/src/flag-api';
import type { FollowedContext } from './evaluation-source';
import type { Following, Source, SourceParts } from './source';

const ASK_AGAIN_MS = 4_000;
const SILENCE_MS = 12_000;

/** The part of a BroadcastChannel that is used. */
export interface TabChannel {
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  postMessage(message: unknown): void;
  close(): void;
}

export interface TabLocks {
  /** Calls back when the lock is held, until the promise that it answers resolves. */
  request(name: string, options: { readonly signal: AbortSignal }, held: () => Promise<void>): Promise<unknown>;
}

export interface Tabs {
  readonly openChannel: (name: string) => TabChannel;
  readonly locks: TabLocks;
}

/** HELLO: a tab asks for what differs from its position. STATE: the answer, and each change. */
type Message =
  | { readonly kind: 'HELLO'; readonly position: Position | null }
  | {
      readonly kind: 'STATE';
      readonly status: ClientStatus;
      readonly via: StatusEvent['via'];
      readonly position: Position | null;
      /** Null: the same as before. */
      readonly evaluations: readonly ClientEvaluation[] | null;
    };

/** `scope` names what may be shared: server, key and choice of flags. */
export function sharedSource(remote: Source, parts: SourceParts, tabs: Tabs, scope: string): Source {
  return {
    ...remote,
    follow: (followed) => new SharedFollowing({ remote, parts, followed }, tabs, `${scope}:${followed.digest}:tabs-1`),
  };
}

interface SharedParts {
  readonly remote: Source;
  readonly parts: SourceParts;
  readonly followed: FollowedContext;
}

class SharedFollowing implements Following {
  private readonly channel: TabChannel;
  private readonly waiting = new AbortController();
  private own: Following | null = null;
  private isLeader = false;
  private isStopped = false;
  private release: () => void = () => undefined;
  private heardAt: number;
  private sent: Position | null = null;
  private cancel: () => void = () => undefined;

  constructor(
    private readonly shared: SharedParts,
    tabs: Tabs,
    name: string,
  ) {
    this.heardAt = shared.parts.clock.now();
    this.channel = tabs.openChannel(name);
    this.channel.onmessage = ({ data }) => this.onMessage(data as Message);
    tabs.locks.request(name, { signal: this.waiting.signal }, () => this.lead()).catch(() => this.open());
    this.ask();
  }

  stop(): void {
    const { state } = this.shared.parts;
    this.isStopped = true;
    this.cancel();
    this.waiting.abort();
    this.release();
    this.channel.close();
    this.own?.stop();
    if (state.status === 'READY') state.set('STALE');
  }

  probe(): void {
    if (this.own === null) this.post({ kind: 'HELLO', position: this.position });
    else this.own.probe();
  }

  notify(): void {
    const { keeper, state } = this.shared.parts;
    if (this.isLeader && state.status !== 'CLOSED') this.sendState(keeper.position !== this.sent);
  }

  private get position(): Position | null {
    return this.shared.parts.keeper.positionOf(this.shared.followed.digest);
  }

  /** Holds the lock until it is stopped. */
  private lead(): Promise<void> {
    if (this.isStopped) return Promise.resolve();
    this.isLeader = true;
    this.cancel();
    this.open();
    this.sendState(true);
    return new Promise((resolve) => (this.release = resolve));
  }

  private open(): void {
    if (!this.isStopped) this.own ??= this.shared.remote.follow(this.shared.followed);
  }

  private ask(): void {
    const { clock } = this.shared.parts;
    if (this.isLeader || this.isStopped) return;
    if (clock.now() - this.heardAt >= SILENCE_MS) this.open();
    this.post({ kind: 'HELLO', position: this.position });
    this.cancel = clock.after(ASK_AGAIN_MS, () => this.ask());
  }

  private onMessage(message: Message): void {
    if (this.isStopped) return;
    if (message.kind === 'HELLO') {
      if (this.isLeader) this.sendState(!isAt(this.position, message.position));
    } else if (!this.isLeader) this.take(message);
  }

  private take({ status, via, position, evaluations }: Message & { readonly kind: 'STATE' }): void {
    const { keeper, state, clock } = this.shared.parts;
    const have = this.position;
    // It has nothing yet.
    if (status === 'STARTING' || position === null) return;
    this.heardAt = clock.now();
    this.own?.stop();
    this.own = null;
    if (evaluations !== null && !isAt(have, position) && !isBehind(position, have))
      keeper.replace(this.shared.followed.digest, position, evaluations);
    if (this.position === null) return;
    state.fault = null;
    state.set(status, via);
  }

  private sendState(isWhole: boolean): void {
    const { keeper, state } = this.shared.parts;
    const { status, via } = state;
    const { position } = this;
    const evaluations = isWhole && position !== null ? [...keeper.all.values()] : null;
    if (isWhole) this.sent = position;
    this.post({ kind: 'STATE', status, via, position, evaluations });
  }

  private post(message: Message): void {
    if (!this.isStopped) this.channel.postMessage(message);
  }
}

function isAt(a: Position | null, b: Position | null): boolean {
  return a?.epoch === b?.epoch && a?.revision === b?.revision;
}

function isBehind(a: Position, b: Position | null): boolean {
  return a.epoch === b?.epoch && a.revision < b.revision;
}
