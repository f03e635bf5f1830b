/** Holds the states of all environments that were requested from this process, and keeps them current with the database. */
import pLimit from 'p-limit';
import { Coalescer } from '../../concurrency/coalescer';
import type { HeadsOf } from '../../database/replica';
import type { Database } from '../../database/transaction';
import { replaceEpoch } from '../changes/epoch-repository';
import { findEnvironmentHead, type EnvironmentHead } from '../changes/head-repository';
import { unstorable } from '../../validation/input-rules';
import { EnvironmentState, type Reading } from './environment-state';
import { followRevisions, isLevel } from './follow-revisions';
import { readSnapshot } from './snapshot-repository';
import type { SnapshotStore } from './snapshot-store';

/** The most environments that catch up at a time: requests need connections, too. */
const CATCH_UPS_MAX = 4;
/** The most times that one catch-up reads the head of a restored environment while others write to it. */
const ATTEMPTS_MAX = 5;

export interface SnapshotCacheOptions {
  readonly database: Database;
  /** The snapshots that servers share. Absent: each server reads its own. */
  readonly store?: SnapshotStore;
  /** Called when this process has detected that a backup was restored, and has given the environment a new epoch. */
  readonly onNewEpoch?: (environmentId: string) => void;
}

interface Entry {
  readonly opening: Promise<EnvironmentState | null>;
  /** Null until it is read. */
  state: EnvironmentState | null;
  /** Runs one catch-up at a time, so that heads are read, and rows applied, in order. */
  readonly catchUps: Coalescer;
  /** Counts the commits of this process in this environment, and how many of them a catch-up has tried to read. */
  ownCommits: number;
  soughtCommits: number;
  /** The revision of the head that was read last. */
  headRevision: number;
  /** When the state was last known to be the newest one, in milliseconds as `performance.now()` has them. */
  levelAt: number;
}

/** How current the state of one environment is. */
export interface SnapshotStatus {
  readonly environmentId: string;
  readonly revision: number;
  /** Revisions in the database, when it was read last, that the state lacks. */
  readonly lagRevisions: number;
  /** Seconds since the state was last known to be the newest one. */
  readonly ageSeconds: number;
}

export class SnapshotCache {
  private readonly entries = new Map<string, Entry>();
  private readonly limit = pLimit(CATCH_UPS_MAX);

  constructor(private readonly options: SnapshotCacheOptions) {}

  /** Answers the state of an environment, read on the first request for it. Null when there is no such environment. */
  async open(environmentId: string): Promise<EnvironmentState | null> {
    const known = this.entries.get(environmentId);
    if (known) {
      // A database that is away must not keep a state from being served.
      if (isBehind(known)) await known.catchUps.request().catch(() => undefined);
      return known.opening;
    }
    if (unstorable(environmentId)) return null;
    const opening = this.read(environmentId);
    const catchUps = new Coalescer(() =>
      this.limit(async () => {
        const { ownCommits } = entry;
        const isNewest = await this.advance(environmentId, opening).finally(() => (entry.soughtCommits = ownCommits));
        if (isNewest && entry.state) noteLevel(entry, entry.state.revision);
      }),
    );
    const entry: Entry = { opening, state: null, catchUps, ownCommits: 0, soughtCommits: 0, headRevision: 0, levelAt: 0 };
    this.entries.set(environmentId, entry);
    // A read that failed or found nothing is repeated on the next request.
    opening
      .then((state) => {
        if (state === null) return void this.entries.delete(environmentId);
        entry.state = state;
        noteLevel(entry, state.revision);
      })
      .catch(() => this.entries.delete(environmentId));
    return opening;
  }

  /**
   * Answers the state when it is in memory and has all that this process committed; null does not mean that there is no such
   * environment.
   */
  known(environmentId: string): EnvironmentState | null {
    const entry = this.entries.get(environmentId);
    return entry === undefined || isBehind(entry) ? null : entry.state;
  }

  /** Notes a commit of this process: who asks from now on is answered with it. */
  noteCommit(environmentId: string): void {
    const entry = this.entries.get(environmentId);
    if (entry) entry.ownCommits++;
  }

  /** Tells how current the states in memory are. */
  statuses(): SnapshotStatus[] {
    const now = performance.now();
    return [...this.entries].flatMap(([environmentId, { state, headRevision, levelAt }]) => {
      if (state === null) return [];
      const { revision } = state;
      const lagRevisions = Math.max(0, headRevision - revision);
      return [{ environmentId, revision, lagRevisions, ageSeconds: (now - levelAt) / 1_000 }];
    });
  }

  /** Lists the environments that this process keeps current. */
  environmentIds(): string[] {
    return [...this.entries.keys()];
  }

  /**
   * Applies the revisions committed before the call; resolves at once when there are none. Environments that are not in memory
   * are skipped. Calls that come while a catch-up waits share it.
   */
  catchUp(environmentId: string): Promise<void> {
    return this.entries.get(environmentId)?.catchUps.request() ?? Promise.resolve();
  }

  /** Catches up the states that differ from these heads, which were just read from the database. */
  async catchUpWith(heads: readonly EnvironmentHead[]): Promise<void> {
    const byId = new Map(heads.map((head) => [head.environmentId, head]));
    const behind: Promise<void>[] = [];
    for (const [id, entry] of [...this.entries]) {
      const state = await entry.opening.catch(() => null);
      const head = byId.get(id);
      if (state === null) continue;
      if (isLevel(state, head)) {
        noteLevel(entry, state.revision);
        continue;
      }
      entry.headRevision = head?.revision ?? entry.headRevision;
      behind.push(this.catchUp(id));
    }
    await Promise.all(behind);
  }

  /** Resolves when no catch-up is under way. */
  async settle(): Promise<void> {
    await Promise.all([...this.entries.values()].map(({ catchUps }) => catchUps.settle()));
  }

  private async read(environmentId: string): Promise<EnvironmentState | null> {
    const { store, database } = this.options;
    // The store is read before the head: its snapshot was committed by then, so it is ahead only if a backup was restored.
    let stored = (await store?.load(environmentId)) ?? null;
    let head = await findEnvironmentHead(database.connection, environmentId);
    if (head === null) return null;
    if (store && stored?.snapshot.epoch !== head.epoch) {
      stored = await store.awaitReader(environmentId, head.epoch);
      head = stored && (await findEnvironmentHead(database.connection, environmentId));
    }
    return (stored && head && (await this.bringUp(stored, head))) ?? this.readAnew(environmentId);
  }

  /** Applies the missing revisions to a stored snapshot. Null when the environment must be read whole. */
  private async bringUp(stored: Reading, head: EnvironmentHead): Promise<EnvironmentState | null> {
    const state = createState(stored);
    const syncState = await followRevisions(this.options.database.connection, state, head);
    if (syncState === 'LEVEL') return this.share(state);
    if (syncState === 'FOREIGN') await this.replaceEpoch(state, head);
    return null;
  }

  private async readAnew(environmentId: string): Promise<EnvironmentState | null> {
    const found = await this.readWhole(environmentId);
    return found && this.share(createState(found));
  }

  private readWhole(environmentId: string): Promise<Reading | null> {
    const headsOf: HeadsOf = async (connection) => {
      const head = await findEnvironmentHead(connection, environmentId);
      return head === null ? [] : [head];
    };
    return this.options.database.readConsistently((connection) => readSnapshot(connection, environmentId), headsOf);
  }

  /** Answers whether the state was the newest one when its head was read. */
  private async advance(environmentId: string, opening: Entry['opening']): Promise<boolean> {
    const state = await opening;
    if (!state || state.isClosed) return false;
    const { connection } = this.options.database;
    for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      // The read is given up soon: notifications that come meanwhile wait for it.
      const head = await this.options.database.readSoon((soon) => findEnvironmentHead(soon, environmentId));
      if (head === null) {
        this.entries.delete(environmentId);
        state.close();
        return false;
      }
      switch (await followRevisions(connection, state, head)) {
        case 'LEVEL':
          this.share(state);
          return true;
        case 'FAR': {
          const found = await this.readWhole(environmentId);
          if (found === null) continue;
          state.reset(found.snapshot, found.changeId);
          this.share(state);
          return true;
        }
        case 'FOREIGN':
          // Another server or a writer may have been first: the next attempt reads the head again.
          await this.replaceEpoch(state, head);
      }
    }
    return false;
  }

  private async replaceEpoch({ scope }: EnvironmentState, head: EnvironmentHead): Promise<void> {
    const isOurs = await this.options.database.transaction((tx) => replaceEpoch(tx, scope.organizationId, head));
    if (isOurs) this.options.onNewEpoch?.(scope.environmentId);
  }

  private share(state: EnvironmentState): EnvironmentState {
    this.options.store?.offer(state.reading);
    return state;
  }
}

function noteLevel(entry: Entry, revision: number): void {
  entry.headRevision = revision;
  entry.levelAt = performance.now();
}

function isBehind({ ownCommits, soughtCommits }: Entry): boolean {
  return ownCommits > soughtCommits;
}

function createState({ scope, snapshot, changeId }: Reading): EnvironmentState {
  return new EnvironmentState(scope, snapshot, changeId);
}
