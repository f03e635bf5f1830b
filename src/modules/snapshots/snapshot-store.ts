import type { Reading } from './environment-state';

/**
 * Shares snapshots between servers, so that a fleet that starts together does not read the same ones from PostgreSQL. Its
 * methods never fail: a store that is at fault behaves like an empty one.
 */
export interface SnapshotStore {
  /** Loads a snapshot. Null when none is found within a bounded time. */
  readonly load: (environmentId: string) => Promise<Reading | null>;
  /**
   * Waits, for about a second at most, for the snapshot of another server that is reading the environment, after `load` had
   * none of this epoch. Null: the caller is the first to read it, none was offered in time, or the store cannot tell.
   */
  readonly awaitReader: (environmentId: string, epoch: string) => Promise<Reading | null>;
  /** Stores the reading for other servers soon, if it is newer than the stored one. Never throws, never waits. */
  readonly offer: (reading: Reading) => void;
  readonly close: () => Promise<void>;
}
