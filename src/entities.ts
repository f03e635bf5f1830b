import { ApiKeyEntity } from './modules/access/api-key-entity';
import { FailedAuthenticationEntity } from './modules/access/failed-authentication-entity';
import { InvitationEntity } from './modules/access/invitation-entity';
import { OidcIdentityEntity } from './modules/access/oidc-identity-entity';
import { PasswordResetEntity } from './modules/access/password-reset-entity';
import { RefreshTokenEntity } from './modules/access/refresh-token-entity';
import { SessionEntity } from './modules/access/session-entity';
import { IdempotencyRecordEntity } from './modules/changes/idempotency-record-entity';
import { RoleBindingEntity } from './modules/access/role-binding-entity';
import { UserEntity } from './modules/access/user-entity';
import { ChangeBodyEntity } from './modules/changes/change-body-entity';
import { ChangeEntity } from './modules/changes/change-entity';
import { EnvironmentRevisionEntity } from './modules/changes/environment-revision-entity';
import { AccessHeadEntity, AuditHeadEntity, EnvironmentHeadEntity } from './modules/changes/head-entities';
import { EnvironmentEntity } from './modules/environments/environment-entity';
import { FlagConfigurationEntity } from './modules/flags/flag-configuration-entity';
import { FlagEntity } from './modules/flags/flag-entity';
import { FlagUsageEntity } from './modules/flags/flag-usage-entity';
import { FlagUsageMinuteEntity } from './modules/flags/flag-usage-minute-entity';
import { OrganizationEntity } from './modules/organizations/organization-entity';
import { ProjectEntity } from './modules/projects/project-entity';
import { SegmentEntity } from './modules/segments/segment-entity';
import { SegmentKeyEntity } from './modules/segments/segment-key-entity';

/** Every table. */
export const entities = [
  UserEntity,
  RoleBindingEntity,
  InvitationEntity,
  SessionEntity,
  RefreshTokenEntity,
  PasswordResetEntity,
  OidcIdentityEntity,
  ApiKeyEntity,
  FailedAuthenticationEntity,
  IdempotencyRecordEntity,
  ChangeEntity,
  ChangeBodyEntity,
  EnvironmentRevisionEntity,
  EnvironmentHeadEntity,
  AccessHeadEntity,
  AuditHeadEntity,
  OrganizationEntity,
  ProjectEntity,
  EnvironmentEntity,
  FlagEntity,
  FlagConfigurationEntity,
  FlagUsageEntity,
  FlagUsageMinuteEntity,
  SegmentEntity,
  SegmentKeyEntity,
] as const;
