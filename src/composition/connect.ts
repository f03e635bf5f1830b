/** Connects to the database, and to Redis if it is configured. */
import type { DataSource } from 'typeorm';
import { migrations } from '../../migrations';
import type { Config } from '../config';
import { createDataSource } from '../database/data-source';
import { openEmbeddedDatabase, type EmbeddedLocation } from '../database/embedded';
import { openDataSource } from '../database/open-data-source';
import { Cipher } from '../database/cipher';
import type { ChangeNotifier } from '../delivery/change-notifier';
import { createMemoryChangeNotifier } from '../delivery/memory-change-notifier';
import { createRedisChangeNotifier } from '../redis/redis-change-notifier';
import { RedisSnapshotStore } from '../redis/redis-snapshot-store';
import { entities } from '../modules/entities';
import type { SnapshotStore } from '../modules/snapshots/snapshot-store';
import type { Foundation } from './foundation';

/** Pushes a function to `closers` for everything that it opens. Throws `StartFault` when the database cannot be reached. */
export async function connect(
  { config, reports, closers }: Foundation,
  embedded: EmbeddedLocation | undefined,
): Promise<DataSource> {
  const onPoolError = reports.connectionLost;
  let dataSource: DataSource;
  if (config.databaseUrl !== null) {
    const { databaseUrl: url, databasePoolSize: poolSize, limits } = config;
    // A statement may take as long as an operation.
    const connection = { url, poolSize, statementTimeoutMs: limits.executionTimeoutMs };
    dataSource = createDataSource({ connection, entities, migrations, onPoolError });
  } else {
    const database = await openEmbeddedDatabase(embedded ?? { dataDir: config.dataDir });
    closers.push(database.close);
    dataSource = createDataSource({ connection: database, entities, migrations, onPoolError });
  }
  await openDataSource(dataSource);
  closers.push(() => dataSource.destroy());
  return dataSource;
}

export function createChangeNotifier({ config, reports, closers }: Foundation): ChangeNotifier {
  const notifier =
    config.redisUrl === null
      ? createMemoryChangeNotifier()
      : createRedisChangeNotifier({ url: config.redisUrl, onStateChange: reports.redisState });
  closers.push(() => notifier.close());
  return notifier;
}

/** Undefined without Redis: a server that runs alone shares snapshots with nobody. */
export function createSnapshotStore({ redisUrl, keyPepper }: Config): SnapshotStore | undefined {
  return redisUrl === null ? undefined : new RedisSnapshotStore({ url: redisUrl, cipher: new Cipher(keyPepper, 'snapshots') });
}
