import type { Database } from '../database/transaction';
import { FlagStream } from '../delivery/stream';
import { EvaluationCounts } from '../modules/snapshots/evaluation-counts';
import { SnapshotCache } from '../modules/snapshots/snapshot-cache';
import { UsageService } from '../modules/usage/usage-service';
import type { RedisNamespace } from '../redis/client-options';
import type { RedisSnapshotStore } from '../redis/redis-snapshot-store';
import { createSnapshotStore } from './connect';
import { createDeliveryReport } from './delivery-reports';
import type { Foundation } from './foundation';

/** Serves flags from memory, and counts which were served. */
export interface DeliveryParts {
  readonly cache: SnapshotCache;
  readonly usage: UsageService;
  readonly stream: FlagStream;
  readonly evaluated: EvaluationCounts;
  /** Null without Redis. */
  readonly store: RedisSnapshotStore | null;
}

export function buildDelivery(
  { config, log, clock, reports, metrics, tracing, closers }: Foundation,
  database: Database,
  redis: RedisNamespace | null,
): DeliveryParts {
  const store = redis && createSnapshotStore(config, redis);
  if (store) closers.push(() => store.close());
  const cache = new SnapshotCache({ database, store: store ?? undefined, onNewEpoch: reports.newEpoch });
  const usage = new UsageService({ database, clock, log });
  usage.start();
  closers.push(() => usage.stop());
  const evaluated = new EvaluationCounts();
  const stream = new FlagStream({
    database,
    cache,
    onSent: ({ environmentId, compiled, evaluations, isCounted }) => {
      evaluated.add(evaluations);
      if (isCounted) usage.countsOf(environmentId, compiled).add(evaluations, null);
    },
    onDelivered: createDeliveryReport({ metrics, tracing }),
  });
  return { cache, usage, stream, evaluated, store };
}
