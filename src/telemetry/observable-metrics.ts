/** The metrics whose values exist anyway, and are read when they are asked for. */
export interface ObservableMetric {
  readonly type: 'counter' | 'gauge';
  readonly help: string;
  readonly labelNames: readonly string[];
}

const counter = (help: string, ...labelNames: string[]): ObservableMetric => ({ type: 'counter', help, labelNames });
const gauge = (help: string, ...labelNames: string[]): ObservableMetric => ({ type: 'gauge', help, labelNames });

export const OBSERVABLE_METRICS = {
  flagstaff_build_info: gauge('1, with the version of Flagstaff and of Node as labels.', 'version', 'node'),
  flagstaff_connections: gauge('Open connections that stay: WebSockets and event streams.', 'transport'),
  flagstaff_subscribers: gauge('Subscriptions that are served.', 'subscription'),
  flagstaff_resyncs_total: counter('RESYNC events sent: subscribers that had to begin anew.'),
  flagstaff_evaluations_total: counter('Evaluations answered or sent, by reason.', 'reason'),
  flagstaff_evaluation_errors_total: counter('Evaluations with the reason ERROR, by error code.', 'error_code'),
  flagstaff_evaluate_requests_total: counter(
    'Answered evaluate requests by POST, by what answered: the memory of answers, the fast path, or the framework.',
    'answered_by',
  ),
  flagstaff_environments: gauge('Environments that this server keeps in memory.'),
  flagstaff_snapshot_oldest_age_seconds: gauge('The highest flagstaff_snapshot_age_seconds of all environments.'),
  flagstaff_snapshot_revision: gauge('Revision of the snapshot in memory.', 'environment_id'),
  flagstaff_snapshot_age_seconds: gauge(
    'Seconds since this server last knew that its snapshot was the newest one; of at most 100 environments, the oldest first.',
    'environment_id',
  ),
  flagstaff_snapshot_lag_revisions: gauge('Revisions in the database that the snapshot in memory lacks.', 'environment_id'),
  flagstaff_rate_limited_total: counter('Requests and operations refused with RATE_LIMITED, by limit.', 'limit'),
  flagstaff_failed_authentications_total: counter('Log-ins and credentials that were refused, by kind.', 'kind'),
  flagstaff_overload_refusals_total: counter('What was refused because this server was too busy.', 'what'),
  flagstaff_database_reachable: gauge('1 while PostgreSQL answers, else 0.'),
  db_client_connection_count: gauge('Connections of the pool, by state: idle or used.', 'db_client_connection_state'),
  db_client_connection_max: gauge('The most connections that the pool opens.'),
  db_client_connection_pending_requests: gauge('Statements that wait for a connection of the pool.'),
  flagstaff_replica_reads_total: counter(
    'Reads that the replica might have answered: answered, or left to the primary because it was behind, busy, away or failed.',
    'outcome',
  ),
  flagstaff_replica_lag_changes: gauge('Changes that the replica lacked at the last check. Absent without a replica.'),
  flagstaff_replica_state: gauge('1 for the state of the replica: used, or what is wrong. Absent without a replica.', 'state'),
  flagstaff_redis_state: gauge('1 for the state of Redis: connected, or what is wrong. Absent without Redis.', 'state'),
  flagstaff_snapshot_store_circuit_open: gauge('1 while Redis is not asked for snapshots because it failed, else 0.'),
  flagstaff_waiting_writes: gauge('Values that wait in memory to be written behind requests.', 'what'),
} as const satisfies Record<string, ObservableMetric>;

export type ObservableName = keyof typeof OBSERVABLE_METRICS;
