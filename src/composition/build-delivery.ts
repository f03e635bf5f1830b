import type { Database } from '../database/transaction';
import { FlagStream } from '../delivery/stream';
import { SnapshotCache } from '../modules/snapshots/snapshot-cache';
import { UsageService } from '../modules/usage/usage-service';
import type { RedisNamespace } from '../redis/client-options';
import { createSnapshotStore } from './connect';
import type { Foundation } from './foundation';

/** Serves flags from memory, and counts which were served. */
export interface DeliveryParts {
  readonly cache: SnapshotCache;
  readonly usage: UsageService;
  readonly stream: FlagStream;
}

export function buildDelivery(
  { config, log, clock, reports, closers }: Foundation,
  database: Database,
  redis: RedisNamespace | null,
): DeliveryParts {
  const store = redis === null ? undefined : createSnapshotStore(config, redis);
  if (store) closers.push(() => store.close());
  const cache = new SnapshotCache({ database, store, onNewEpoch: reports.newEpoch });
  const usage = new UsageService({ database, clock, log });
  usage.start();
  closers.push(() => usage.stop());
  const stream = new FlagStream({
    database,
    cache,
    onSent: (environmentId, compiled, sent) => usage.countsOf(environmentId, compiled).add(sent, null),
  });
  return { cache, usage, stream };
}
