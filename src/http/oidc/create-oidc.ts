import type { Logger } from 'pino';
import type { Clock } from '../../clock';
import { Cipher } from '../../database/cipher';
import type { Connection } from '../../database/transaction';
import type { FailedAuthentications } from '../../modules/access/failed-authentications';
import type { SessionService } from '../../modules/accounts/session-service';
import type { ChangeService } from '../../modules/changes/change-service';
import { findUnknownOrganizations, OidcService } from '../../modules/members/oidc-service';
import { LogInCookie } from './log-in-cookie';
import { OidcProvider } from './provider';
import type { Oidc } from './routes';
import type { OidcSettings } from './settings';

export interface OidcConfiguration {
  /** Null: nobody logs in through a provider. */
  readonly oidc: OidcSettings | null;
  readonly jwtSecret: string;
  readonly publicUrl: string | null;
}

export interface OidcParts {
  readonly changes: ChangeService;
  readonly sessions: SessionService;
  readonly failed: FailedAuthentications;
  readonly clock: Clock;
  readonly log: Logger;
}

/** Null when no provider is configured. Does not contact the provider yet. */
export function createOidc(
  { oidc: settings, jwtSecret, publicUrl }: OidcConfiguration,
  { changes, sessions, failed, clock, log }: OidcParts,
): Oidc | null {
  if (settings === null) return null;
  return {
    provider: new OidcProvider({ settings, clock, log }),
    service: new OidcService({ changes, sessions, settings }),
    cookie: new LogInCookie({ cipher: new Cipher(jwtSecret, 'oidc-log-in'), clock }),
    failed,
    publicUrl,
  };
}

/** Logs the organizations in OIDC_ROLES that do not exist: mistyped, deleted, or not created yet. */
export async function warnOfUnknownOrganizations(
  { oidc }: Pick<OidcConfiguration, 'oidc'>,
  connection: Connection,
  log: Logger,
): Promise<void> {
  const organizations = await findUnknownOrganizations(connection, oidc?.roles ?? []);
  if (organizations.length === 0) return;
  log.warn(
    { organizations },
    'OIDC_ROLES names organizations that do not exist; anybody who creates one with such a key gets its members',
  );
}
