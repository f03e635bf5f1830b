/** Each metric of docs/METRICS.md has a test that causes it to move. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { PACKAGE_ROOT } from '../../../src/package-root';

const [ITSELF, FAULTS, REPLICA] = ['test/telemetry/metrics.test.ts', 'test/faults/metrics.test.ts', 'test/faults/replicated.ts'];

/** The file whose tests move it. */
const MOVED_IN: Readonly<Record<string, string>> = {
  http_server_request_duration_seconds: ITSELF,
  flagstaff_operation_duration_seconds: ITSELF,
  flagstaff_operation_errors_total: ITSELF,
  flagstaff_evaluate_requests_total: ITSELF,
  flagstaff_evaluations_total: ITSELF,
  flagstaff_evaluation_errors_total: ITSELF,
  flagstaff_connections: ITSELF,
  flagstaff_subscribers: ITSELF,
  flagstaff_delivery_lag_seconds: ITSELF,
  flagstaff_resyncs_total: ITSELF,
  flagstaff_environments: ITSELF,
  flagstaff_snapshot_revision: ITSELF,
  flagstaff_snapshot_age_seconds: FAULTS,
  flagstaff_snapshot_lag_revisions: FAULTS,
  flagstaff_snapshot_oldest_age_seconds: FAULTS,
  flagstaff_rate_limited_total: ITSELF,
  flagstaff_failed_authentications_total: ITSELF,
  flagstaff_overload_refusals_total: ITSELF,
  flagstaff_database_reachable: FAULTS,
  db_client_connection_count: FAULTS,
  db_client_connection_max: ITSELF,
  db_client_connection_pending_requests: FAULTS,
  db_client_operation_duration_seconds: FAULTS,
  flagstaff_slow_statements_total: ITSELF,
  flagstaff_replica_reads_total: REPLICA,
  flagstaff_replica_lag_changes: REPLICA,
  flagstaff_replica_state: REPLICA,
  flagstaff_redis_state: FAULTS,
  flagstaff_snapshot_store_circuit_open: FAULTS,
  flagstaff_waiting_writes: ITSELF,
  flagstaff_job_duration_seconds: ITSELF,
  flagstaff_job_failures_total: ITSELF,
  flagstaff_job_last_success_timestamp_seconds: ITSELF,
  flagstaff_build_info: ITSELF,
};

const read = (path: string): string => readFileSync(join(PACKAGE_ROOT, path), 'utf8');

it('is in the table, and nothing else', () => {
  const documented = [...read('docs/METRICS.md').matchAll(/^\| `([a-z_]+)` \| (?:counter|gauge|histogram) \|/gm)].map(
    ([, name]) => name,
  );

  expect(Object.keys(MOVED_IN).sort()).toEqual(documented.sort());
});

it.each(Object.entries(MOVED_IN))('%s is looked at in %s', (name, path) => {
  expect(new RegExp(`\\b${name}(?:_count|_sum|_bucket)?\\b`).test(read(path))).toBe(true);
});
