/** Connects to the database, and to Redis if it is configured. */
import type { DataSource } from 'typeorm';
import { migrations } from '../../migrations';
import type { Config } from '../config';
import { createDataSource } from '../database/data-source';
import { openEmbeddedDatabase, type EmbeddedDatabase } from '../database/embedded';
import { openDataSource } from '../database/open-data-source';
import { Replica } from '../database/replica';
import { Cipher } from '../database/cipher';
import type { StatementObserver } from '../database/observe-statements';
import type { ChangeNotifier } from '../delivery/change-notifier';
import { createMemoryChangeNotifier } from '../delivery/memory-change-notifier';
import type { RedisNamespace } from '../redis/client-options';
import { createRedisChangeNotifier } from '../redis/redis-change-notifier';
import type { RedisFault } from '../redis/redis-fault';
import { RedisSnapshotStore } from '../redis/redis-snapshot-store';
import { countChanges } from '../modules/changes/head-repository';
import { entities } from '../modules/entities';
import type { Foundation } from './foundation';

/** Pushes a function to `closers` for everything that it opens. Throws `StartFault` when the database cannot be reached. */
export async function connect(
  { config, reports, metrics, tracing, closers }: Foundation,
  openEmbedded = (): Promise<EmbeddedDatabase> => openEmbeddedDatabase({ dataDir: config.dataDir }),
): Promise<DataSource> {
  const onPoolError = reports.connectionLost;
  const observer: StatementObserver = { onEnd: (end, durationMs) => metrics.statementEnded(end, durationMs), tracing };
  const shared = { entities, migrations, onPoolError, observer };
  let dataSource: DataSource;
  if (config.databaseUrl !== null) {
    const { databaseUrl: url, databasePoolSize: poolSize, limits } = config;
    // A statement may take as long as an operation.
    const connection = { url, poolSize, statementTimeoutMs: limits.executionTimeoutMs };
    dataSource = createDataSource({ connection, ...shared });
  } else {
    const database = await openEmbedded();
    closers.push(database.close);
    dataSource = createDataSource({ connection: database, ...shared });
  }
  await openDataSource(dataSource);
  closers.push(() => dataSource.destroy());
  return dataSource;
}

/** The replica has connections of its own, so that it cannot take those of the primary. */
const REPLICA_POOL_SIZE = 5;
/** A read that takes longer is left to the primary. */
const REPLICA_STATEMENT_TIMEOUT_MS = 4_000;

/** Begins to use the replica, if there is one. Does not wait for it: a server does without. */
export function startReplica(
  { config, reports, metrics, tracing, closers }: Foundation,
  primary: DataSource,
  installationId: string,
): Replica | null {
  const { databaseReplicaUrl: url } = config;
  if (url === null) return null;
  const dataSource = createDataSource({
    connection: { url, poolSize: REPLICA_POOL_SIZE, statementTimeoutMs: REPLICA_STATEMENT_TIMEOUT_MS, isReadOnly: true },
    entities,
    migrations: [],
    onPoolError: reports.replicaConnectionLost,
    observer: { onEnd: (end, durationMs) => metrics.statementEnded(end, durationMs), tracing },
  });
  const onStateChange = reports.replicaState;
  const replica = new Replica({ dataSource, primary: primary.manager, installationId, countChanges, onStateChange });
  closers.push(() => replica.close());
  replica.start();
  return replica;
}

/** Tells what is wrong with Redis: null for nothing; undefined for not known yet, or no Redis. */
export type RedisFaultNow = () => RedisFault | null | undefined;

export function createChangeNotifier(
  { reports, closers }: Foundation,
  redis: RedisNamespace | null,
): { notifier: ChangeNotifier; redisFault: RedisFaultNow } {
  const overRedis = redis && createRedisChangeNotifier({ ...redis, onStateChange: reports.redisState });
  const notifier = overRedis ?? createMemoryChangeNotifier();
  closers.push(() => notifier.close());
  return { notifier, redisFault: () => overRedis?.fault() };
}

export function createSnapshotStore({ keyPepper }: Config, namespace: RedisNamespace): RedisSnapshotStore {
  return new RedisSnapshotStore({ namespace, cipher: new Cipher(keyPepper, 'snapshots') });
}
