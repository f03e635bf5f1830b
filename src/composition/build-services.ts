import { Cipher } from '../database/cipher';
import type { Database } from '../database/transaction';
import { createMailer } from '../mail';
import { AccessService } from '../modules/accounts/access-service';
import { CountedAttempts } from '../modules/accounts/attempts';
import { PasswordResetMail } from '../modules/accounts/password-reset-mail';
import { PasswordService } from '../modules/accounts/password-service';
import { ServerService } from '../modules/accounts/server-service';
import { SessionService } from '../modules/accounts/session-service';
import { UserService } from '../modules/accounts/user-service';
import { ApiKeyService } from '../modules/api-keys/api-key-service';
import { ChangeService } from '../modules/changes/change-service';
import { ClientService } from '../modules/clients/client-service';
import type { Services } from '../modules/context';
import { EnvironmentService } from '../modules/environments/environment-service';
import { ContextErasureService } from '../modules/erasure/context-erasure-service';
import { ChangeSetService } from '../modules/flags/change-set-service';
import { ComparisonService } from '../modules/flags/comparison-service';
import { ConfigurationService } from '../modules/flags/configuration-service';
import { FlagService } from '../modules/flags/flag-service';
import { SegmentRemovalService } from '../modules/flags/segment-removal-service';
import { InvitationMail } from '../modules/members/invitation-mail';
import { InvitationService } from '../modules/members/invitation-service';
import { MemberService } from '../modules/members/member-service';
import { OrganizationService } from '../modules/organizations/organization-service';
import { ProjectService } from '../modules/projects/project-service';
import { SegmentService } from '../modules/segments/segment-service';
import { SnapshotService } from '../modules/snapshots/snapshot-service';
import type { Authentication } from './build-authentication';
import type { DeliveryParts } from './build-delivery';
import { createEvaluationEvents } from './evaluation-events';
import type { Foundation } from './foundation';

export interface ServiceParts {
  readonly database: Database;
  readonly authentication: Authentication;
  readonly delivery: DeliveryParts;
}

/** Makes every use-case. */
export function buildServices(foundation: Foundation, { database, authentication, delivery }: ServiceParts): Services {
  const { keyPepper } = foundation.config;
  const { keyUsage, streamTickets } = authentication;
  const { cache, usage, evaluated } = delivery;
  const changes = new ChangeService({ database, clock: foundation.clock, cipher: new Cipher(keyPepper, 'idempotency') });
  const environments = new EnvironmentService({ database, changes });
  const segments = new SegmentService({ database, changes });
  const snapshots = new SnapshotService({ cache, usage, evaluated, onEvaluated: createEvaluationEvents(foundation.tracing) });
  return {
    ...buildAccountServices(foundation, { database, changes, authentication }),
    changes,
    organizations: new OrganizationService({ database, changes }),
    projects: new ProjectService({ database, changes }),
    environments,
    apiKeys: new ApiKeyService({ database, changes, keyUsage, keyPepper }),
    members: new MemberService({ changes }),
    segments,
    flags: new FlagService({ database, changes }),
    configurations: new ConfigurationService({ database, changes }),
    changeSets: new ChangeSetService({ changes }),
    comparisons: new ComparisonService({ database, environments }),
    segmentRemoval: new SegmentRemovalService({ segments }),
    contextErasure: new ContextErasureService({ database, changes }),
    usage,
    streamTickets,
    snapshots,
    clients: new ClientService({ database, clock: foundation.clock, snapshots }),
  };
}

interface AccountParts extends Pick<ServiceParts, 'database' | 'authentication'> {
  readonly changes: ChangeService;
}

type AccountServices = Pick<
  Services,
  'access' | 'sessions' | 'passwords' | 'passwordResetMail' | 'users' | 'invitations' | 'invitationMail' | 'server'
>;

/** Makes what people need to get in: accounts, sessions, passwords, invitations and the mail about them. */
function buildAccountServices(foundation: Foundation, { database, changes, authentication }: AccountParts): AccountServices {
  const { config, log, reports, closers } = foundation;
  const { publicUrl } = config;
  const { tokens, failures, limits } = authentication;
  const attempts = new CountedAttempts({ failures, limits });
  const sessions = new SessionService({ changes, tokens, sessionDays: config.sessionDays, attempts });
  const passwords = new PasswordService({ database, changes, sessions, attempts });
  const invitations = new InvitationService({ database, changes, attempts });
  const mailer = createMailer(config.smtp, log);
  const settings = { publicUrl, onError: reports.passwordResetFailed };
  const passwordResetMail = new PasswordResetMail({ passwords, mailer, settings });
  closers.push(() => passwordResetMail.close());
  const access = new AccessService({ database, changes, tokens, sessions, attempts });
  return {
    access,
    server: new ServerService({ access, sendsMail: config.smtp !== null, issuer: config.oidc?.issuer ?? null }),
    sessions,
    passwords,
    passwordResetMail,
    users: new UserService({ database, changes }),
    invitations,
    invitationMail: new InvitationMail({
      ...{ invitations, mailer, publicUrl, clock: foundation.clock },
      executionTimeoutMs: config.limits.executionTimeoutMs,
    }),
  };
}
