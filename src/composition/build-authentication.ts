import type { Database } from '../database/transaction';
import { Authenticator } from '../modules/access/authenticate';
import { FailedAuthentications } from '../modules/access/failed-authentications';
import { KeyUsage } from '../modules/access/key-usage';
import { StreamTickets } from '../modules/access/stream-tickets';
import { Tokens } from '../modules/access/tokens';
import { startRateLimits, type RateLimits } from '../operations/rate-limits';
import type { RedisNamespace } from '../redis/client-options';
import type { Foundation } from './foundation';

/** Identifies callers, and limits how often they may fail. */
export interface Authentication {
  readonly tokens: Tokens;
  readonly failures: FailedAuthentications;
  readonly limits: RateLimits;
  readonly keyUsage: KeyUsage;
  readonly authenticator: Authenticator;
  readonly streamTickets: StreamTickets;
}

export function buildAuthentication(
  { config, clock, reports, closers }: Foundation,
  database: Database,
  redis: RedisNamespace | null,
): Authentication {
  const { keyPepper, jwtSecret } = config;
  const tokens = new Tokens(jwtSecret, config.jwtSecretsPrevious);
  const failures = new FailedAuthentications({
    database,
    clock,
    secret: keyPepper,
    days: config.failedAuthenticationDays,
    onError: reports.failuresUnwritten,
  });
  closers.push(failures.start());
  const limits = startRateLimits(config.rateLimits, redis);
  closers.push(async () => limits.close());
  const keyUsage = new KeyUsage({ database, clock, unusedDays: config.keyUnusedDays, onError: reports.keyUsageUnwritten });
  closers.push(keyUsage.start());
  const authenticator = new Authenticator({
    database,
    clock,
    keyUsage,
    secrets: { tokens, keyPepper },
    failures,
    limits,
    staleGraceSeconds: config.staleGraceSeconds,
    onError: reports.credentialUnread,
  });
  const streamTickets = new StreamTickets({
    database,
    clock,
    secret: jwtSecret,
    keyUsage,
    access: authenticator,
    onError: reports.ticketUnread,
  });
  return { tokens, failures, limits, keyUsage, authenticator, streamTickets };
}
