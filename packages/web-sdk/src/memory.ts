/**
 * Remembers the evaluations of the last contexts for the next visit, each under a digest of its context, which itself is not stored.
 * A checksum finds damage; it proves no origin, for who can write there runs scripts of the page.
 */
import type { Fault } from '../../client/src/api';
import type { Clock } from '../../client/src/clock';
import { textDigest } from '../../client/src/context-digest';
import type { Bootstrap } from '../../client/src/flag-api';
import type { KeyValueStorage } from './api';

const CONTEXTS_MAX = 5;
const BYTES_MAX = 256 * 1024;
const SAVE_AFTER_MS = 1_000;

export interface MemoryParts {
  readonly storage: KeyValueStorage;
  /** Begins all keys. Names the server, the key and the flags. */
  readonly scope: string;
  readonly clock: Clock;
  readonly onFault: (fault: Fault) => void;
}

export class Memory {
  private unsaved: (() => Bootstrap) | null = null;
  private saving: Promise<void> = Promise.resolve();
  private cancel: (() => void) | null = null;
  private hasFailed = false;

  constructor(private readonly parts: MemoryParts) {}

  /** Null: nothing is remembered that can be used. A promise where the storage answers one. Neither throws nor rejects. */
  load(contextDigest: string): Bootstrap | null | Promise<Bootstrap | null> {
    const read = (text: string | null): Bootstrap | null => this.read(text, contextDigest);
    try {
      const found = this.parts.storage.getItem(this.keyOf(contextDigest));
      // A promise may be of another kind than those of this realm.
      if (typeof found !== 'object' || found === null) return read(found);
      return Promise.resolve(found)
        .then(read)
        .catch((cause: unknown) => this.failLoad(cause));
    } catch (cause) {
      return this.failLoad(cause);
    }
  }

  /** Saves soon what `make` answers then. */
  note(make: () => Bootstrap): void {
    this.unsaved = make;
    this.cancel ??= this.parts.clock.after(SAVE_AFTER_MS, () => void this.flush());
  }

  /**
   * Resolves when what was noted is saved, or could not be. With a synchronous storage no task passes until then, so that a page that
   * ends saves.
   */
  flush(): Promise<void> {
    this.cancel?.();
    this.cancel = null;
    const make = this.unsaved;
    this.unsaved = null;
    if (make !== null) this.saving = this.saving.then(() => this.save(make()));
    return this.saving;
  }

  private read(text: string | null, contextDigest: string): Bootstrap | null {
    if (text === null) return null;
    const [, checksum, json = ''] = /^1:([0-9a-f]{16}):(.*)$/s.exec(text) ?? [];
    const bootstrap = textDigest(json) === checksum ? (JSON.parse(json) as Bootstrap) : null;
    if (bootstrap?.contextDigest === contextDigest) return bootstrap;
    return this.failLoad('it was damaged, or is of another version');
  }

  private failLoad(cause: unknown): null {
    this.parts.onFault({ kind: 'STORE', message: `What was remembered is not used: ${String(cause)}.`, cause });
    return null;
  }

  private async save(bootstrap: Bootstrap): Promise<void> {
    const { storage, scope } = this.parts;
    const digest = bootstrap.contextDigest;
    try {
      const json = JSON.stringify(bootstrap);
      const text = `1:${textDigest(json)}:${json}`;
      if (new TextEncoder().encode(text).length > BYTES_MAX) throw new Error(`they take more than ${BYTES_MAX / 1024} KiB`);
      const digests = [digest, ...readList(await storage.getItem(scope)).filter((other) => other !== digest)];
      for (const oldest of digests.splice(CONTEXTS_MAX)) await storage.removeItem(this.keyOf(oldest));
      // Listed first, so that nothing is ever there that is not listed.
      await storage.setItem(scope, JSON.stringify(digests));
      await storage.setItem(this.keyOf(digest), text);
    } catch (cause) {
      if (!this.hasFailed)
        this.parts.onFault({ kind: 'STORE', message: `Evaluations are not remembered: ${String(cause)}.`, cause });
      this.hasFailed = true;
    }
  }

  private keyOf(contextDigest: string): string {
    return `${this.parts.scope}:${contextDigest}`;
  }
}

/** Digests of contexts, newest first. What is no list is none. */
function readList(text: string | null): string[] {
  try {
    const list = JSON.parse(text ?? '[]') as unknown;
    return Array.isArray(list) ? list.map(String) : [];
  } catch {
    return [];
  }
}
