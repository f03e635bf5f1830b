/** The context of every resolver: the actor, the use-cases, and the reads of one operation. */
import type { FlagStream } from '../delivery/stream';
import type { AccessLoaders } from './access/access-loaders';
import { createAccessLoaders } from './access/access-loaders';
import { createSessionLoaders, type SessionLoaders } from './accounts/session-loaders';
import type { SessionService } from './accounts/session-service';
import type { PasswordResetMail } from './accounts/password-reset-mail';
import type { PasswordService } from './accounts/password-service';
import type { UserService } from './accounts/user-service';
import type { AccessService } from './accounts/access-service';
import type { Actor } from './access/actor';
import type { StreamTickets } from './access/stream-tickets';
import { createChangeLoaders, type ChangeLoaders } from './changes/change-loaders';
import type { ChangeService } from './changes/change-service';
import type { ApiKeyService } from './api-keys/api-key-service';
import { createEnvironmentLoaders, type EnvironmentLoaders } from './environments/environment-loaders';
import type { EnvironmentService } from './environments/environment-service';
import type { InvitationMail } from './members/invitation-mail';
import type { InvitationService } from './members/invitation-service';
import type { MemberService } from './members/member-service';
import { createFlagLoaders, type FlagLoaders } from './flags/flag-loaders';
import type { ComparisonService } from './flags/comparison-service';
import type { ContextErasureService } from './erasure/context-erasure-service';
import type { ConfigurationService } from './flags/configuration-service';
import type { FlagService } from './flags/flag-service';
import type { SegmentRemovalService } from './flags/segment-removal-service';
import { createUsageLoaders, type UsageLoaders } from './usage/usage-loaders';
import type { UsageService } from './usage/usage-service';
import { createOrganizationLoaders, type OrganizationLoaders } from './organizations/organization-loaders';
import type { OrganizationService } from './organizations/organization-service';
import { createProjectLoaders, type ProjectLoaders } from './projects/project-loaders';
import type { ProjectService } from './projects/project-service';
import { createSegmentLoaders, type SegmentLoaders } from './segments/segment-loaders';
import type { SegmentService } from './segments/segment-service';
import type { EvaluationBudget, SnapshotService } from './snapshots/snapshot-service';

/** The use-cases, which live as long as the process. */
export interface Services {
  readonly access: AccessService;
  readonly sessions: SessionService;
  readonly passwords: PasswordService;
  readonly passwordResetMail: PasswordResetMail;
  readonly users: UserService;
  readonly changes: ChangeService;
  readonly organizations: OrganizationService;
  readonly projects: ProjectService;
  readonly environments: EnvironmentService;
  readonly apiKeys: ApiKeyService;
  readonly members: MemberService;
  readonly invitations: InvitationService;
  readonly invitationMail: InvitationMail;
  readonly segments: SegmentService;
  readonly flags: FlagService;
  readonly configurations: ConfigurationService;
  readonly comparisons: ComparisonService;
  readonly segmentRemoval: SegmentRemovalService;
  readonly contextErasure: ContextErasureService;
  readonly usage: UsageService;
  readonly streamTickets: StreamTickets;
  readonly snapshots: SnapshotService;
}

/** Batches and caches reads for one operation, or for one event of a subscription; never longer. */
export type Loaders = AccessLoaders &
  SessionLoaders &
  OrganizationLoaders &
  ProjectLoaders &
  EnvironmentLoaders &
  SegmentLoaders &
  FlagLoaders &
  UsageLoaders &
  ChangeLoaders;

/** The context of one operation. */
export interface Context {
  /** The actor with the roles that it had when the operation began or, after a mutation of its own, since then. */
  actor: Actor;
  readonly services: Services;
  readonly loaders: Loaders;
  readonly stream: FlagStream;
  readonly budget: EvaluationBudget;
  readonly requestId: string;
  /** Time at which the operation began. */
  readonly now: Date;
}

export function createLoaders(connection: Parameters<typeof createFlagLoaders>[0], now: Date): Loaders {
  return {
    ...createAccessLoaders(connection),
    ...createSessionLoaders(connection, now),
    ...createOrganizationLoaders(connection),
    ...createProjectLoaders(connection),
    ...createEnvironmentLoaders(connection),
    ...createSegmentLoaders(connection),
    ...createFlagLoaders(connection, now),
    ...createUsageLoaders(connection),
    ...createChangeLoaders(connection),
  };
}
