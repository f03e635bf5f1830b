/**
 * Keeps what this process knows up with the book: on each ring, after each reconnect of the bell, and every second anyway.
 * Heads are read one read after the other, so that an answer which was long on its way never looks like going back.
 */
import type { Clock } from '../clock';
import { Coalescer } from '../concurrency/coalescer';
import type { Database } from '../database/transaction';
import { kindOfId } from '../ids';
import { readHeads } from '../modules/changes/head-repository';
import type { SnapshotCache } from '../modules/snapshots/snapshot-cache';
import type { ChangeNotifier } from './change-notifier';

/** The longest time for which a lost ring can delay a change. */
const POLL_INTERVAL_MS = 1_000;

/** Whether PostgreSQL answers. */
export interface DatabaseState {
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
  readonly accessUnverified: (chains: ReadonlySet<string>) => void;
  /** Told when the book becomes unreachable, and when it is reachable again; `accessMoved` comes before the latter. */
  readonly databaseStateChanged: (state: DatabaseState) => void;
}

export interface HeadPoller {
  readonly databaseState: () => DatabaseState;
  readonly stop: () => Promise<void>;
}

export interface HeadPollerOptions {
  readonly notifier: ChangeNotifier;
  readonly cache: SnapshotCache;
  readonly database: Database;
  readonly clock: Clock;
  readonly access?: AccessListener;
  /** Told once when the book cannot be read any more, and once when it can again. */
  readonly onDatabaseState: (state: DatabaseState, cause: unknown) => void;
  /** Told when one environment could not be brought up; the next poll tries again. */
  readonly onError: (error: unknown) => void;
}

/** Resolves after the first look. */
export async function startHeadPoller(options: HeadPollerOptions): Promise<HeadPoller> {
  const { notifier, cache, onError } = options;
  const poll = new Poller(options);
  let isStopped = false;
  const timer = setInterval(() => void poll.request(), POLL_INTERVAL_MS);
  timer.unref();
  await notifier.listen(
    (head) => {
      if (isStopped) return;
      if (kindOfId(head) === 'environment') cache.catchUp(head).catch(onError);
      else void poll.request(head);
    },
    () => {
      if (!isStopped) void poll.request();
    },
  );
  await poll.request();
  return {
    databaseState: () => poll.state,
    stop: async () => {
      isStopped = true;
      clearInterval(timer);
      await poll.settle();
      await cache.settle();
    },
  };
}

/** Looks at all heads, one look after the other. */
class Poller {
  state: DatabaseState = { isReachable: true, lastReadAt: null };
  private readonly polls = new Coalescer(() => this.poll());
  private readonly reported = new Map<string, number>();
  /** Chains that were rung since the last look began. */
  private notifiedChains = new Set<string>();

  constructor(private readonly options: HeadPollerOptions) {}

  /**
   * Resolves after a look that began after the request; requests that come while one runs share the next. `chain`: the
   * access rules that somebody said have moved.
   */
  request(chain?: string): Promise<void> {
    // Of others it is not known that there are any: whoever can reach the bell can ring anything.
    if (chain !== undefined && this.reported.has(chain)) {
      if (this.state.isReachable) this.notifiedChains.add(chain);
      else this.reportUnverified([chain]);
    }
    return this.polls.request();
  }

  settle(): Promise<void> {
    return this.polls.settle();
  }

  private async poll(): Promise<void> {
    const { database, cache, clock, onError } = this.options;
    const lastReadAt = clock.now();
    const { notifiedChains } = this;
    this.notifiedChains = new Set();
    try {
      const heads = await database.readSoon((connection) => readHeads(connection, cache.environmentIds()));
      this.reportAccess(heads.access);
      this.setState({ isReachable: true, lastReadAt }, null);
      // Not waited for: an environment that takes long must not hold up the others, nor access.
      cache.catchUpWith(heads.environments).catch(onError);
    } catch (error) {
      this.reportUnverified([...notifiedChains, ...this.notifiedChains]);
      this.setState({ ...this.state, isReachable: false }, error);
    }
  }

  private reportAccess(heads: ReadonlyMap<string, number>): void {
    const moved = new Map([...heads].filter(([chain, revision]) => this.reported.get(chain) !== revision));
    for (const [chain, revision] of moved) this.reported.set(chain, revision);
    if (moved.size > 0) this.options.access?.accessMoved(moved);
  }

  private reportUnverified(chains: readonly string[]): void {
    if (chains.length > 0) this.options.access?.accessUnverified(new Set(chains));
  }

  private setState(state: DatabaseState, cause: unknown): void {
    const isNew = state.isReachable !== this.state.isReachable;
    this.state = state;
    if (!isNew) return;
    this.options.access?.databaseStateChanged(state);
    this.options.onDatabaseState(state, cause);
  }
}
