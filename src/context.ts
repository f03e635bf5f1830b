/** What every resolver is given: who asks, the use-cases, and the reads of one operation. */
import type { FlagStream } from './delivery/stream';
import type { AccessLoaders } from './modules/access/access-loaders';
import { createAccessLoaders } from './modules/access/access-loaders';
import type { UserService } from './modules/access/user-service';
import type { AccessService } from './modules/access/access-service';
import type { Actor } from './modules/access/actor';
import { createChangeLoaders, type ChangeLoaders } from './modules/changes/change-loaders';
import type { ChangeService } from './modules/changes/change-service';
import type { ApiKeyService } from './modules/environments/api-key-service';
import { createEnvironmentLoaders, type EnvironmentLoaders } from './modules/environments/environment-loaders';
import type { EnvironmentService } from './modules/environments/environment-service';
import type { InvitationService } from './modules/environments/invitation-service';
import type { MemberService } from './modules/environments/member-service';
import { createFlagLoaders, type FlagLoaders } from './modules/flags/flag-loaders';
import type { ComparisonService } from './modules/flags/comparison-service';
import type { ConfigurationService } from './modules/flags/configuration-service';
import type { FlagService } from './modules/flags/flag-service';
import type { SegmentRemovalService } from './modules/flags/segment-removal-service';
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
  readonly users: UserService;
  readonly changes: ChangeService;
  readonly organizations: OrganizationService;
  readonly projects: ProjectService;
  readonly environments: EnvironmentService;
  readonly apiKeys: ApiKeyService;
  readonly members: MemberService;
  readonly invitations: InvitationService;
  readonly segments: SegmentService;
  readonly flags: FlagService;
  readonly configurations: ConfigurationService;
  readonly comparisons: ComparisonService;
  readonly segmentRemoval: SegmentRemovalService;
  readonly snapshots: SnapshotService;
}

/** Batches and remembers reads for one operation, or for one event of a subscription; never longer. */
export type Loaders = AccessLoaders &
  OrganizationLoaders &
  ProjectLoaders &
  EnvironmentLoaders &
  SegmentLoaders &
  FlagLoaders &
  ChangeLoaders;

/** What a resolver is given. One for each operation. */
export interface Context {
  readonly actor: Actor;
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
    ...createOrganizationLoaders(connection),
    ...createProjectLoaders(connection),
    ...createEnvironmentLoaders(connection),
    ...createSegmentLoaders(connection),
    ...createFlagLoaders(connection, now),
    ...createChangeLoaders(connection),
  };
}
