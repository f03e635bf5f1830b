/** Says where the metrics are read from that exist anyway. */
import { SERVER } from '../log';
import type { Database } from '../database/transaction';
import type { HeadPoller } from '../delivery/head-poller';
import type { SnapshotStatus } from '../modules/snapshots/snapshot-cache';
import type { Metrics } from '../telemetry/metrics';
import type { MetricReading } from '../telemetry/labelled-counts';
import type { Authentication } from './build-authentication';
import type { DeliveryParts } from './build-delivery';
import type { RedisFaultNow } from './connect';

/** Environments that have series of their own. */
const ENVIRONMENTS_MAX = 100;

export interface WatchedParts {
  readonly database: Database;
  readonly authentication: Authentication;
  readonly delivery: DeliveryParts;
  readonly headPoller: HeadPoller;
  readonly redisFault: RedisFaultNow;
}

export function watchParts(metrics: Metrics, parts: WatchedParts): void {
  const { database, authentication, headPoller, redisFault } = parts;
  const { limits, failures, keyUsage } = authentication;
  metrics.watch('flagstaff_build_info', () => [{ labels: { version: SERVER.version, node: process.versions.node }, value: 1 }]);
  metrics.watch('flagstaff_rate_limited_total', () => limits.refused.reading);
  metrics.watch('flagstaff_failed_authentications_total', () => failures.counted.reading);
  metrics.watch('flagstaff_database_reachable', () => one(headPoller.databaseState().isReachable ? 1 : 0));
  metrics.watch('flagstaff_redis_state', () => {
    const fault = redisFault();
    return fault === undefined ? [] : [{ labels: { state: fault?.kind ?? 'connected' }, value: 1 }];
  });
  metrics.watch('flagstaff_waiting_writes', () => [
    { labels: { what: 'usage' }, value: parts.delivery.usage.waitingCount },
    { labels: { what: 'key_usage' }, value: keyUsage.waitingCount },
    { labels: { what: 'failed_authentications' }, value: failures.waitingCount },
  ]);
  watchPool(metrics, database);
  watchDelivery(metrics, parts.delivery);
}

function watchPool(metrics: Metrics, database: Database): void {
  metrics.watch('db_client_connection_count', () => {
    const { idle, used } = database.poolUse;
    return [
      { labels: { db_client_connection_state: 'idle' }, value: idle },
      { labels: { db_client_connection_state: 'used' }, value: used },
    ];
  });
  metrics.watch('db_client_connection_max', () => one(database.poolUse.max));
  metrics.watch('db_client_connection_pending_requests', () => one(database.poolUse.pending));
}

function watchDelivery(metrics: Metrics, { cache, stream, evaluated, store }: DeliveryParts): void {
  metrics.watch('flagstaff_evaluations_total', () => evaluated.reading);
  metrics.watch('flagstaff_evaluation_errors_total', () => evaluated.errors.reading);
  metrics.watch('flagstaff_subscribers', () => [
    { labels: { subscription: 'evaluationsChanged' }, value: stream.evaluationSubscriberCount },
  ]);
  if (store) metrics.watch('flagstaff_snapshot_store_circuit_open', () => one(store.isCircuitOpen ? 1 : 0));
  const each = (read: (status: SnapshotStatus) => number) => (): MetricReading =>
    oldest(cache.statuses()).map((status) => ({ labels: { environment_id: status.environmentId }, value: read(status) }));
  metrics.watch(
    'flagstaff_snapshot_revision',
    each(({ revision }) => revision),
  );
  metrics.watch(
    'flagstaff_snapshot_age_seconds',
    each(({ ageSeconds }) => ageSeconds),
  );
  metrics.watch(
    'flagstaff_snapshot_lag_revisions',
    each(({ lagRevisions }) => lagRevisions),
  );
  metrics.watch('flagstaff_environments', () => one(cache.statuses().length));
  metrics.watch('flagstaff_snapshot_oldest_age_seconds', () =>
    one(Math.max(0, ...cache.statuses().map(({ ageSeconds }) => ageSeconds))),
  );
}

/** The whole snapshots that are oldest by a second or more come first; the others keep their order, so that series last. */
function oldest(statuses: readonly SnapshotStatus[]): readonly SnapshotStatus[] {
  if (statuses.length <= ENVIRONMENTS_MAX) return statuses;
  const age = ({ ageSeconds }: SnapshotStatus): number => Math.floor(ageSeconds / 5);
  return [...statuses].sort((a, b) => age(b) - age(a)).slice(0, ENVIRONMENTS_MAX);
}

function one(value: number): MetricReading {
  return [{ labels: {}, value }];
}
