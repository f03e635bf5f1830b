import type { Reading } from './environment-state';

/**
 * Snapshots that several servers share, so that a fleet that starts together does not ask PostgreSQL for the same thing.
 * Whatever is wrong with it is as if there were none; nothing of it fails.
 */
export interface SnapshotStore {
  /** Null when there is none that can be had within a bounded time. */
  readonly load: (environmentId: string) => Promise<Reading | null>;
  /**
   * For an environment of which `load` had none in this epoch. Null: the caller is the first who reads it, or nobody can tell.
   * Otherwise another server reads it just now, and this is what it has offered, within about a second.
   */
  readonly awaitReader: (environmentId: string, epoch: string) => Promise<Reading | null>;
  /** Keeps it for others soon, if it is newer than what is there. Fire and forget: never throws, never waits. */
  readonly offer: (reading: Reading) => void;
  readonly close: () => Promise<void>;
}
