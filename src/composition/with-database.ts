import type { DataSource } from 'typeorm';
import { migrations } from '../../migrations';
import type { Config } from '../config';
import { createDataSource } from '../database/data-source';
import { openEmbeddedDatabase } from '../database/embedded';
import { openDataSource } from '../database/open-data-source';
import { Database } from '../database/transaction';
import { entities } from '../modules/entities';

interface Location extends Pick<Config, 'databaseUrl' | 'dataDir'> {
  /** The variable that has the URL. Absent: DATABASE_URL. */
  readonly variable?: string;
}

/** Opens the configured database for the work, and closes it. Fails with one sentence while a server uses the embedded database. */
export function withDatabase<T>(location: Location, work: (database: Database) => Promise<T>): Promise<T> {
  return withDataSource(location, (dataSource) => work(new Database({ dataSource, onCommit: () => undefined })));
}

/** For work below the services, such as migrations. */
export async function withDataSource<T>(
  { databaseUrl, dataDir, variable }: Location,
  work: (dataSource: DataSource) => Promise<T>,
): Promise<T> {
  const embedded = databaseUrl === null ? await openEmbeddedDatabase({ dataDir }) : null;
  try {
    const connection = embedded ?? { url: databaseUrl ?? '', poolSize: 2 };
    // A query on a lost connection fails anyway.
    const dataSource = createDataSource({ connection, entities, migrations, onPoolError: () => undefined });
    await openDataSource(dataSource, variable);
    try {
      return await work(dataSource);
    } finally {
      await dataSource.destroy();
    }
  } finally {
    await embedded?.close();
  }
}
