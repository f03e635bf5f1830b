/**
 * Keeps what this process knows up with the book: on each ring, after each reconnect of the bell, and every second anyway.
 * Heads are read one read after the other, so that an answer which was long on its way never looks like going back.
 */
import type { Clock } from '../clock';
import type { Database } from '../database/transaction';
import { kindOfId } from '../ids';
import { readHeads } from '../modules/changes/head-repository';
import type { SnapshotCache } from '../modules/snapshots/snapshot-cache';
import type { Bell } from './bell';

/** The longest time for which a lost ring can delay a change. */
const POLL_INTERVAL_MS = 1_000;

/** Whether PostgreSQL answers. */
export interface BookState {
  readonly isReachable: boolean;
  /** When the last read of the heads that succeeded began. Null: none has yet. */
  readonly lastReadAt: Date | null;
}

/** Who must know when keys, members, roles or sessions have changed. Its methods must not throw. */
export interface AccessListener {
  /**
   * Chain (an organization, or `system` for accounts and sessions) -> the revision that its access rules have now: those
   * that differ from what was told last. Higher after a change; lower when a backup was restored. The first call, soon
   * after the start, tells all there are. What was read from the book before the call may be outdated.
   */
  readonly accessMoved: (heads: ReadonlyMap<string, number>) => void;
  /** Somebody rang that the access rules of these chains have moved, and the book cannot be read to find out. */
  readonly accessDoubted: (chains: ReadonlySet<string>) => void;
  /** Told when the book becomes unreachable, and when it is reachable again; `accessMoved` comes before the latter. */
  readonly bookStateChanged: (state: BookState) => void;
}

export interface Watch {
  readonly bookState: () => BookState;
  readonly stop: () => Promise<void>;
}

export interface WatchOptions {
  readonly bell: Bell;
  readonly cache: SnapshotCache;
  readonly database: Database;
  readonly clock: Clock;
  readonly access?: AccessListener;
  /** Told once when the book cannot be read any more, and once when it can again. */
  readonly onBookState: (state: BookState, cause: unknown) => void;
  /** Told when one environment could not be brought up; the next poll tries again. */
  readonly onError: (error: unknown) => void;
}

/** Resolves after the first look. */
export async function startWatch(options: WatchOptions): Promise<Watch> {
  const { bell, cache, onError } = options;
  const look = new Look(options);
  let isStopped = false;
  const timer = setInterval(() => void look.request(), POLL_INTERVAL_MS);
  timer.unref();
  await bell.listen(
    (head) => {
      if (isStopped) return;
      if (kindOfId(head) === 'environment') cache.catchUp(head).catch(onError);
      else void look.request(head);
    },
    () => {
      if (!isStopped) void look.request();
    },
  );
  await look.request();
  return {
    bookState: () => look.state,
    stop: async () => {
      isStopped = true;
      clearInterval(timer);
      await look.settle();
      await cache.settle();
    },
  };
}

/** Looks at all heads, one look after the other. */
class Look {
  state: BookState = { isReachable: true, lastReadAt: null };
  private running: Promise<void> | null = null;
  private next: Promise<void> | null = null;
  private readonly told = new Map<string, number>();
  /** Chains that were rung since the last look began. */
  private rung = new Set<string>();

  constructor(private readonly options: WatchOptions) {}

  /**
   * Resolves after a look that began after the request; requests that come while one runs share the next. `chain`: the
   * access rules that somebody said have moved.
   */
  request(chain?: string): Promise<void> {
    // Of others it is not known that there are any: whoever can reach the bell can ring anything.
    if (chain !== undefined && this.told.has(chain)) {
      if (this.state.isReachable) this.rung.add(chain);
      else this.tellDoubt([chain]);
    }
    if (this.next !== null) return this.next;
    if (this.running === null) return this.start();
    this.next = this.running.then(() => {
      this.next = null;
      return this.start();
    });
    return this.next;
  }

  async settle(): Promise<void> {
    await this.next;
    await this.running;
  }

  private start(): Promise<void> {
    this.running = this.look().finally(() => {
      this.running = null;
    });
    return this.running;
  }

  private async look(): Promise<void> {
    const { database, cache, clock, onError } = this.options;
    const lastReadAt = clock.now();
    const { rung } = this;
    this.rung = new Set();
    try {
      const heads = await database.readSoon((connection) => readHeads(connection, cache.environmentIds()));
      this.tellAccess(heads.access);
      this.setState({ isReachable: true, lastReadAt }, null);
      // Not waited for: an environment that takes long must not hold up the others, nor access.
      cache.catchUpWith(heads.environments).catch(onError);
    } catch (error) {
      this.tellDoubt([...rung, ...this.rung]);
      this.setState({ ...this.state, isReachable: false }, error);
    }
  }

  private tellAccess(heads: ReadonlyMap<string, number>): void {
    const moved = new Map([...heads].filter(([chain, revision]) => this.told.get(chain) !== revision));
    for (const [chain, revision] of moved) this.told.set(chain, revision);
    if (moved.size > 0) this.options.access?.accessMoved(moved);
  }

  private tellDoubt(chains: readonly string[]): void {
    if (chains.length > 0) this.options.access?.accessDoubted(new Set(chains));
  }

  private setState(state: BookState, cause: unknown): void {
    const isNew = state.isReachable !== this.state.isReachable;
    this.state = state;
    if (!isNew) return;
    this.options.access?.bookStateChanged(state);
    this.options.onBookState(state, cause);
  }
}
