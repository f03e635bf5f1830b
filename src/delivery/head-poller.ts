/**
 * Keeps this process up to date with the database: on each notification, after each reconnect of the notifier, and every second
 * anyway. Version counters are read one read after the other, so that a slow answer never looks like a step back.
 */
import type { Clock } from '../clock';
import { Coalescer } from '../concurrency/coalescer';
import type { Database } from '../database/transaction';
import { kindOfId } from '../ids';
import { readHeads } from '../modules/changes/head-repository';
import type { SnapshotCache } from '../modules/snapshots/snapshot-cache';
import type { ChangeNotifier } from './change-notifier';

/** The longest time for which a lost notification can delay a change. */
const POLL_INTERVAL_MS = 1_000;

/** Whether PostgreSQL answers. */
export interface DatabaseState {
  readonly isReachable: boolean;
  /** The start of the last read of the counters that succeeded. Null: none has yet. */
  readonly lastReadAt: Date | null;
}

/** Hears of changes of keys, members, roles and sessions. Its methods must not throw. */
export interface AccessListener {
  /**
   * Chain (an organization, or `system` for accounts and sessions) -> the revision that its access rules have now: those
   * that differ from the last call. Higher after a change; lower when a backup was restored. The first call, soon after the
   * start, has all there are. Anything read from the database before the call may be outdated.
   */
  readonly accessMoved: (heads: ReadonlyMap<string, number>) => void;
  /** A notification said that the access rules of these chains have moved, and the database cannot be read to check. */
  readonly accessUnverified: (chains: ReadonlySet<string>) => void;
  /** Called when the database becomes unreachable, and when it is reachable again, then after `accessMoved`. */
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
  /** Called once when the database cannot be read any more, and once when it can again. */
  readonly onDatabaseState: (state: DatabaseState, cause: unknown) => void;
  /** Called when one environment could not be brought up to date; the next poll tries again. */
  readonly onError: (error: unknown) => void;
}

/** Resolves after the first look. */
export async function startHeadPoller(options: HeadPollerOptions): Promise<HeadPoller> {
  const { notifier, cache, onError } = options;
  const poll = new Poller(options);
  let isStopped = false;
  const stopPolling = repeat(() => void poll.request());
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
      stopPolling();
      await poll.settle();
      await cache.settle();
    },
  };
}

/** Begins at a random moment of the interval: servers that start together would ask the database together, each second anew. */
function repeat(request: () => void): () => void {
  let timer = setTimeout(() => {
    request();
    timer = setInterval(request, POLL_INTERVAL_MS).unref();
  }, Math.random() * POLL_INTERVAL_MS).unref();
  return () => clearInterval(timer);
}

/** Looks at all heads, one look after the other. */
class Poller {
  state: DatabaseState = { isReachable: true, lastReadAt: null };
  private readonly polls = new Coalescer(() => this.poll());
  private readonly reported = new Map<string, number>();
  /** Chains that notifications named since the last poll began. */
  private notifiedChains = new Set<string>();

  constructor(private readonly options: HeadPollerOptions) {}

  /**
   * Resolves after a poll that began after the request; requests that come while one runs share the next. `chain`: the
   * access rules that a notification said have moved.
   */
  request(chain?: string): Promise<void> {
    // Other chains may not exist: anything that reaches the channel can send any name.
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
