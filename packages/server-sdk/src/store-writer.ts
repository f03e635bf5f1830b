/** Gives snapshots to the store: at most one a minute, and the last one at the end. */
import type { Snapshot } from '@flagstaff/evaluation';
import type { Fault } from '../../client/src/api';
import type { Clock } from '../../client/src/clock';
import type { SnapshotStore } from './api';

const BETWEEN_SAVES_MS = 60_000;

export class StoreWriter {
  private unsaved: Snapshot | null = null;
  private savedAt = -Infinity;
  private saving: Promise<void> = Promise.resolve();
  private cancel: (() => void) | null = null;

  constructor(
    private readonly store: SnapshotStore,
    private readonly clock: Clock,
    private readonly onFault: (fault: Fault) => void,
  ) {}

  note(snapshot: Snapshot): void {
    this.unsaved = snapshot;
    this.cancel ??= this.clock.after(Math.max(0, this.savedAt + BETWEEN_SAVES_MS - this.clock.now()), () => void this.flush());
  }

  /** Resolves when what was noted is saved, or could not be. */
  flush(): Promise<void> {
    this.cancel?.();
    this.cancel = null;
    const snapshot = this.unsaved;
    this.unsaved = null;
    if (snapshot !== null) this.saving = this.saving.then(() => this.save(snapshot));
    return this.saving;
  }

  private async save(snapshot: Snapshot): Promise<void> {
    this.savedAt = this.clock.now();
    try {
      await this.store.save(snapshot);
    } catch (cause) {
      this.onFault({ kind: 'STORE', message: `The snapshot could not be stored: ${String(cause)}`, cause });
    }
  }
}
