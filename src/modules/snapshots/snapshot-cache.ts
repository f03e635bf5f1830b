/** The books of all environments that this process was asked about, kept up with PostgreSQL. */
import type { Database } from '../../database/transaction';
import { findEnvironmentHeads, listRevisionsAfter, type EnvironmentHead } from '../changes/change-repository';
import type { EnvironmentPlace } from '../changes/head-repository';
import { EnvironmentBook, REVISIONS_KEPT } from './environment-book';
import { readSnapshot } from './snapshot-repository';

const PAGE_ROWS = 200;

export interface SnapshotCacheOptions {
  readonly database: Database;
}

export class SnapshotCache {
  private readonly books = new Map<string, Promise<EnvironmentBook | null>>();
  /** One catch-up at a time for each environment, so that rows are applied in order. */
  private readonly running = new Map<string, Promise<void>>();

  constructor(private readonly options: SnapshotCacheOptions) {}

  /** The book of an environment, read on the first request for it. Null when there is no such environment. */
  async open(environmentId: string): Promise<EnvironmentBook | null> {
    const known = this.books.get(environmentId);
    if (known) return known;
    const opening = this.read(environmentId);
    this.books.set(environmentId, opening);
    // What failed or is not there is asked for again.
    opening.then((book) => !book && this.books.delete(environmentId)).catch(() => this.books.delete(environmentId));
    return opening;
  }

  /** Applies what was committed since; at once when nothing was. Unknown environments are passed over. */
  async catchUp(environmentId: string): Promise<void> {
    if (!this.books.has(environmentId)) return;
    const earlier = this.running.get(environmentId) ?? Promise.resolve();
    const next = earlier.catch(() => undefined).then(() => this.advance(environmentId));
    this.running.set(environmentId, next);
    try {
      await next;
    } finally {
      if (this.running.get(environmentId) === next) this.running.delete(environmentId);
    }
  }

  /** The environments that this process keeps up. */
  environmentIds(): string[] {
    return [...this.books.keys()];
  }

  /** Catches up where the places, read from the database just now, differ from the books. */
  async catchUpWith(places: readonly EnvironmentPlace[]): Promise<void> {
    const byId = new Map(places.map((place) => [place.environmentId, place]));
    for (const [id, opening] of [...this.books]) {
      const book = await opening.catch(() => null);
      if (book && !isLevel(book, byId.get(id))) await this.catchUp(id);
    }
  }

  /** Resolves when no catch-up is under way. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.running.values());
  }

  private async read(environmentId: string): Promise<EnvironmentBook | null> {
    const found = await this.readWhole(environmentId);
    return found && new EnvironmentBook(found.scope, found.snapshot);
  }

  private readWhole(environmentId: string): ReturnType<typeof readSnapshot> {
    return this.options.database.readConsistently((connection) => readSnapshot(connection, environmentId));
  }

  private async advance(environmentId: string): Promise<void> {
    const book = await this.books.get(environmentId);
    if (!book) return;
    const [head] = await findEnvironmentHeads(this.options.database.connection, [environmentId]);
    if (head === undefined) {
      this.books.delete(environmentId);
      book.close();
      return;
    }
    if (isLevel(book, head)) return;
    const isNear = head.epoch === book.epoch && head.revision - book.revision <= REVISIONS_KEPT;
    const isBehind = head.revision > book.revision;
    if (isNear && isBehind && (await this.applyPages(book, head.revision))) return;
    const found = await this.readWhole(environmentId);
    if (found) book.reset(found.snapshot);
  }

  private async applyPages(book: EnvironmentBook, target: number): Promise<boolean> {
    while (book.revision < target) {
      const { connection } = this.options.database;
      const rows = await listRevisionsAfter(connection, book.scope.environmentId, book.revision, PAGE_ROWS);
      if (rows.length === 0 || !book.apply(rows)) return false;
    }
    return true;
  }
}

function isLevel(book: EnvironmentBook, head: EnvironmentHead | undefined): boolean {
  return head?.epoch === book.epoch && head.revision === book.revision;
}
