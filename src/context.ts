/** What every resolver is given: who asks, the use-cases, and the reads of one operation. */
import type { FlagStream } from './delivery/stream';
import type { AccessLoaders } from './modules/access/access-loaders';
import { createAccessLoaders } from './modules/access/access-loaders';
import { createSessionLoaders, type SessionLoaders } from './modules/access/session-loaders';
import type { SessionService } from './modules/access/session-service';
import type { PasswordResetMail } from './modules/access/password-reset-mail';
import type { PasswordService } from './modules/access/password-service';
import type { UserService } from './modules/access/user-service';
import type { AccessService } from './modules/access/access-service';
import type { Actor } from './modules/access/actor';
import type { StreamTickets } from './modules/access/stream-tickets';
import { createChangeLoaders, type ChangeLoaders } from './modules/changes/change-loaders';
import type { ChangeService } from './modules/changes/change-service';
import type { ApiKeyService } from './modules/environments/api-key-service';
import { createEnvironmentLoaders, type EnvironmentLoaders } from './modules/environments/environment-loaders';
import type { EnvironmentService } from './modules/environments/environment-service';
import type { InvitationMail } from './modules/environments/invitation-mail';
import type { InvitationService } from './modules/environments/invitation-service';
import type { MemberService } from './modules/environments/member-service';
import { createFlagLoaders, type FlagLoaders } from './modules/flags/flag-loaders';
import type { ComparisonService } from './modules/flags/comparison-service';
import type { ContextErasureService } from './modules/flags/context-erasure-service';
import type { ConfigurationService } from './modules/flags/configuration-service';
import type { FlagService } from './modules/flags/flag-service';
import type { SegmentRemovalService } from './modules/flags/segment-removal-service';
import { createUsageLoaders, type UsageLoaders } from './modules/flags/usage-loaders';
import type { UsageService } from './modules/flags/usage-service';
import { createOrganizationLoaders, type OrganizationLoaders } from './modules/organizations/organization-loaders';
import type { OrganizationService } from './modules/organizations/organization-service';
import { createProjectLoaders, type ProjectLoaders } from './modules/projects/project-loaders';
import type { ProjectService } from './modules/projects/project-service';
import { createSegmentLoaders, type SegmentLoaders } from './modules/segments/segment-loaders';
import type { SegmentService } from './modules/segments/segment-service';
import type { EvaluationBudget, SnapshotService } from './modules/snapshots/snapshot-service';

/** The use-cases. They live as long as the process. */
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

/** Batches and remembers reads for one operation, or for one event of a subscription; never longer. */
export type Loaders = AccessLoaders &
  SessionLoaders &
  OrganizationLoaders &
  ProjectLoaders &
  EnvironmentLoaders &
  SegmentLoaders &
  FlagLoaders &
  UsageLoaders &
  ChangeLoaders;

/** What a resolver is given. One for each operation. */
export interface Context {
  /** With the roles that it had when the operation began, or, after a mutation of its own, that it has since. */
  actor: Actor;
  readonly services: Services;
  readonly loaders: Loaders;
  readonly stream: FlagStream;
  readonly budget: EvaluationBudget;
  readonly requestId: string;
  /** When the operation began. */
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
