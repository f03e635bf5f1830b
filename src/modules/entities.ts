import { ApiKeyEntity } from './access/api-key-entity';
import { FailedAuthenticationEntity } from './access/failed-authentication-entity';
import { InvitationEntity } from './access/invitation-entity';
import { OidcIdentityEntity } from './members/oidc-identity-entity';
import { PasswordResetEntity } from './accounts/password-reset-entity';
import { RefreshTokenEntity } from './access/refresh-token-entity';
import { SessionEntity } from './access/session-entity';
import { IdempotencyRecordEntity } from './changes/idempotency-record-entity';
import { RoleBindingEntity } from './access/role-binding-entity';
import { UserEntity } from './access/user-entity';
import { ChangeBodyEntity } from './changes/change-body-entity';
import { ChangeEntity } from './changes/change-entity';
import { EnvironmentRevisionEntity } from './changes/environment-revision-entity';
import { AccessHeadEntity, AuditHeadEntity, EnvironmentHeadEntity } from './changes/head-entities';
import { EnvironmentEntity } from './environments/environment-entity';
import { FlagConfigurationEntity } from './flags/flag-configuration-entity';
import { FlagEntity } from './flags/flag-entity';
import { FlagUsageEntity } from './usage/flag-usage-entity';
import { FlagUsageMinuteEntity } from './usage/flag-usage-minute-entity';
import { OrganizationEntity } from './organizations/organization-entity';
import { ProjectEntity } from './projects/project-entity';
import { SegmentEntity } from './segments/segment-entity';
import { SegmentKeyEntity } from './segments/segment-key-entity';

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
