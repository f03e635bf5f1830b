import type { Reading } from './environment-book';

/** Snapshots that several servers share, so that a fleet that starts together does not ask PostgreSQL for the same thing. */
export interface SnapshotStore {
  /** Null when there is none that can be used within a bounded time. Never fails. */
  readonly load: (environmentId: string) => Promise<Reading | null>;
  /** Keeps it for others, some time soon, if it is newer than what is there. Fire and forget: never throws, never waits. */
  readonly offer: (reading: Reading) => void;
  readonly close: () => Promise<void>;
}
