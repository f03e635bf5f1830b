import { migrations } from '../../migrations';
import type { Config } from '../config';
import { createDataSource } from '../database/data-source';
import { openEmbeddedDatabase } from '../database/embedded';
import { openDataSource } from '../database/open-data-source';
import { Database } from '../database/transaction';
import { entities } from '../modules/entities';

/** Opens the configured database for the work, and closes it. Fails with one sentence while a server uses the embedded database. */
export async function withDatabase<T>(
  { databaseUrl, dataDir }: Pick<Config, 'databaseUrl' | 'dataDir'>,
  work: (database: Database) => Promise<T>,
): Promise<T> {
  const embedded = databaseUrl === null ? await openEmbeddedDatabase({ dataDir }) : null;
  try {
    const connection = embedded ?? { url: databaseUrl ?? '', poolSize: 2 };
    // A query on a lost connection fails anyway.
    const dataSource = createDataSource({ connection, entities, migrations, onPoolError: () => undefined });
    await openDataSource(dataSource);
    try {
      return await work(new Database({ dataSource, onCommit: () => undefined }));
    } finally {
      await dataSource.destroy();
    }
  } finally {
    await embedded?.close();
  }
}
