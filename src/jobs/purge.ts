/** Deletes rows that are no longer needed. */
import type { Logger } from 'pino';
import type { Clock } from '../clock';
import type { Database } from '../database/transaction';
import type { FailedAuthentications } from '../modules/access/failed-authentications';
import { purgePasswordResets } from '../modules/accounts/password-reset-repository';
import { purgeSessions } from '../modules/access/session-repository';
import { purgeClaims } from '../modules/changes/idempotency-repository';
import { purgeRevisions, type Retention } from '../modules/changes/retention-repository';
import type { UsageService } from '../modules/usage/usage-service';

const PURGE_INTERVAL_MS = 3_600_000;

/** How long things are kept. */
export interface PurgeSettings {
  readonly usageRetentionDays: number;
  readonly revisionRetention: Retention;
}

interface Purged {
  readonly failedAuthentications: FailedAuthentications;
  readonly usage: UsageService;
  readonly retention: PurgeSettings;
}

/** Periodically deletes expired idempotency claims, old failed authentications, usage and revisions. */
export function startPurge(
  database: Database,
  clock: Clock,
  { failedAuthentications, usage, retention }: Purged,
  log: Logger,
): () => Promise<void> {
  const timer = setInterval(() => {
    const purged = [
      purgeClaims(database.connection, clock.now()),
      purgeSessions(database.connection, clock.now()),
      purgePasswordResets(database.connection, clock.now()),
      failedAuthentications.purge(),
      usage.purge(retention.usageRetentionDays),
      purgeRevisions(database, clock.now(), retention.revisionRetention),
    ];
    for (const done of purged) done.catch((err: unknown) => log.warn({ err }, 'purging failed'));
  }, PURGE_INTERVAL_MS);
  timer.unref();
  return async () => clearInterval(timer);
}
