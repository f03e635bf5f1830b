/** A bare database of one's own, without a server: for the tests of what lies below the services. */
import type { DataSource, MigrationInterface } from 'typeorm';
import { migrations } from '../../migrations';
import { createDataSource } from '../../src/database/data-source';
import { Database } from '../../src/database/transaction';
import { entities } from '../../src/modules/entities';
import { createTestDatabase, createUnmigratedDatabase, type TestDatabase } from './databases';
import { takeEmbedded } from './embedded';

export interface OpenedDatabase {
  readonly dataSource: DataSource;
  readonly database: Database;
  /** The sets of heads that were notified, in order. */
  readonly notified: readonly ReadonlySet<string>[];
  /** Errors of idle connections. */
  readonly poolErrors: readonly Error[];
  readonly close: () => Promise<void>;
}

export interface OpenOptions {
  /** Without it: a migrated database. */
  readonly isEmpty?: boolean;
  readonly migrations?: readonly (new () => MigrationInterface)[];
}

export async function openTestDatabase(options: OpenOptions = {}): Promise<OpenedDatabase> {
  const place = options.isEmpty ? await createUnmigratedDatabase() : await createTestDatabase();
  const opened = await openOn(place, options);
  return {
    ...opened,
    close: async () => {
      await opened.close();
      if (place.kind === 'server') await place.drop();
    },
  };
}

/** Opens a database that is there already; `close` leaves it there. */
export async function openOn(place: TestDatabase, options: OpenOptions = {}): Promise<OpenedDatabase> {
  const embedded = place.kind === 'embedded' ? await takeEmbedded(place.loadFrom) : null;
  const poolErrors: Error[] = [];
  const dataSource = createDataSource({
    connection: embedded ?? { url: (place as { url: string }).url, poolSize: 5 },
    entities,
    migrations: options.migrations ?? migrations,
    onPoolError: (error) => void poolErrors.push(error),
  });
  await dataSource.initialize();
  const notified: ReadonlySet<string>[] = [];
  return {
    dataSource,
    database: new Database({ dataSource, onCommit: (heads) => void notified.push(heads) }),
    notified,
    poolErrors,
    close: async () => {
      await dataSource.destroy();
      await embedded?.close();
    },
  };
}
