/** Says where the metrics are read from that exist anyway. */
import { SERVER } from '../log';
import type { Replica } from '../database/replica';
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

export interface ObservedParts {
  readonly database: Database;
  readonly authentication: Authentication;
  readonly delivery: DeliveryParts;
  readonly headPoller: HeadPoller;
  readonly redisFault: RedisFaultNow;
  readonly replica: Replica | null;
}

export function observeParts(metrics: Metrics, parts: ObservedParts): void {
  const { database, authentication, headPoller, redisFault } = parts;
  const { limits, failures, keyUsage } = authentication;
  metrics.observe('flagstaff_build_info', () => [{ labels: { version: SERVER.version, node: process.versions.node }, value: 1 }]);
  metrics.observe('flagstaff_rate_limited_total', () => limits.refused.reading);
  metrics.observe('flagstaff_failed_authentications_total', () => failures.counted.reading);
  metrics.observe('flagstaff_database_reachable', () => one(headPoller.databaseState().isReachable ? 1 : 0));
  metrics.observe('flagstaff_redis_state', () => {
    const fault = redisFault();
    return fault === undefined ? [] : [{ labels: { state: fault?.kind ?? 'connected' }, value: 1 }];
  });
  metrics.observe('flagstaff_waiting_writes', () => [
    { labels: { what: 'usage' }, value: parts.delivery.usage.waitingCount },
    { labels: { what: 'key_usage' }, value: keyUsage.waitingCount },
    { labels: { what: 'failed_authentications' }, value: failures.waitingCount },
  ]);
  observePool(metrics, database);
  if (parts.replica) observeReplica(metrics, parts.replica);
  observeDelivery(metrics, parts.delivery);
}

function observePool(metrics: Metrics, database: Database): void {
  metrics.observe('db_client_connection_count', () => {
    const { idle, used } = database.poolUse;
    return [
      { labels: { db_client_connection_state: 'idle' }, value: idle },
      { labels: { db_client_connection_state: 'used' }, value: used },
    ];
  });
  metrics.observe('db_client_connection_max', () => one(database.poolUse.max));
  metrics.observe('db_client_connection_pending_requests', () => one(database.poolUse.pending));
}

function observeReplica(metrics: Metrics, replica: Replica): void {
  metrics.observe('flagstaff_replica_reads_total', () => replica.reading);
  metrics.observe('flagstaff_replica_lag_changes', () => one(replica.lagChanges));
  metrics.observe('flagstaff_replica_state', () => {
    const { fault } = replica;
    return fault === undefined ? [] : [{ labels: { state: fault?.kind ?? 'used' }, value: 1 }];
  });
}

function observeDelivery(metrics: Metrics, { cache, stream, evaluated, store }: DeliveryParts): void {
  metrics.observe('flagstaff_evaluations_total', () => evaluated.reading);
  metrics.observe('flagstaff_evaluation_errors_total', () => evaluated.errors.reading);
  metrics.observe('flagstaff_subscribers', () => [
    { labels: { subscription: 'evaluationsChanged' }, value: stream.evaluationSubscriberCount },
  ]);
  if (store) metrics.observe('flagstaff_snapshot_store_circuit_open', () => one(store.isCircuitOpen ? 1 : 0));
  const each = (read: (status: SnapshotStatus) => number) => (): MetricReading =>
    oldest(cache.statuses()).map((status) => ({ labels: { environment_id: status.environmentId }, value: read(status) }));
  metrics.observe(
    'flagstaff_snapshot_revision',
    each(({ revision }) => revision),
  );
  metrics.observe(
    'flagstaff_snapshot_age_seconds',
    each(({ ageSeconds }) => ageSeconds),
  );
  metrics.observe(
    'flagstaff_snapshot_lag_revisions',
    each(({ lagRevisions }) => lagRevisions),
  );
  metrics.observe('flagstaff_environments', () => one(cache.statuses().length));
  metrics.observe('flagstaff_snapshot_oldest_age_seconds', () =>
    one(Math.max(0, ...cache.statuses().map(({ ageSeconds }) => ageSeconds))),
  );
}

/** Snapshots that are older by 5 s or more come first; the others keep their order, so that their series last. */
function oldest(statuses: readonly SnapshotStatus[]): readonly SnapshotStatus[] {
  if (statuses.length <= ENVIRONMENTS_MAX) return statuses;
  const age = ({ ageSeconds }: SnapshotStatus): number => Math.floor(ageSeconds / 5);
  return [...statuses].sort((a, b) => age(b) - age(a)).slice(0, ENVIRONMENTS_MAX);
}

function one(value: number): MetricReading {
  return [{ labels: {}, value }];
}
