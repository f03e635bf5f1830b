/** Deletes rows that are no longer needed. */
import type { Logger } from 'pino';
import type { Clock } from '../clock';
import type { Database } from '../database/transaction';
import type { FailedAuthentications } from '../modules/access/failed-authentications';
import { purgePasswordResets } from '../modules/accounts/password-reset-repository';
import { purgeSessions } from '../modules/access/session-repository';
import { purgeClaims } from '../modules/changes/idempotency-repository';
import { purgeRevisions, type Retention } from '../modules/changes/retention-repository';
import { purgeClients } from '../modules/clients/client-repository';
import type { UsageService } from '../modules/usage/usage-service';
import type { Metrics } from '../telemetry/metrics';

const PURGE_INTERVAL_MS = 3_600_000;
/** An instance that comes back within it does not have its last report counted twice. */
const CLIENTS_KEPT_MS = 86_400_000;

/** How long things are kept. */
export interface PurgeSettings {
  readonly usageRetentionDays: number;
  readonly revisionRetention: Retention;
}

export interface PurgeOptions {
  readonly database: Database;
  readonly clock: Clock;
  readonly failedAuthentications: FailedAuthentications;
  readonly usage: UsageService;
  readonly retention: PurgeSettings;
  readonly metrics: Metrics;
  readonly log: Logger;
}

/** Runs every hour, until the function that it returns is called. */
export function startPurge(options: PurgeOptions): () => Promise<void> {
  const timer = setInterval(() => void purge(options), PURGE_INTERVAL_MS);
  timer.unref();
  return async () => clearInterval(timer);
}

/** Deletes expired idempotency claims, old failed authentications, clients, usage and revisions. Never rejects: each that fails is logged. */
export async function purge({
  database,
  clock,
  failedAuthentications,
  usage,
  retention,
  metrics,
  log,
}: PurgeOptions): Promise<void> {
  const { connection } = database;
  const now = clock.now();
  const jobs: Readonly<Record<string, () => Promise<unknown>>> = {
    purge_idempotency_claims: () => purgeClaims(connection, now),
    purge_sessions: () => purgeSessions(connection, now),
    purge_password_resets: () => purgePasswordResets(connection, now),
    purge_failed_authentications: () => failedAuthentications.purge(),
    purge_clients: () => purgeClients(connection, new Date(now.getTime() - CLIENTS_KEPT_MS)),
    purge_usage: () => usage.purge(retention.usageRetentionDays),
    purge_revisions: () => purgeRevisions(database, now, retention.revisionRetention),
  };
  const runs = Object.entries(jobs).map(async ([job, run]) => {
    const startedAt = performance.now();
    const hasFailed = await run().then(
      () => false,
      (err: unknown) => {
        log.warn({ err, job }, 'purging failed');
        return true;
      },
    );
    metrics.jobEnded(job, { durationMs: performance.now() - startedAt, hasFailed });
  });
  await Promise.all(runs);
}
