import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import type { ApiKeyKind, KeyRole } from './api-key-format';

@Entity('api_key')
@Check('api_key_kind_check', `"kind" IN ('SERVER', 'CLIENT', 'MOBILE', 'ADMIN')`)
@Check('api_key_role_check', `"role" IN ('VIEWER', 'EDITOR', 'ADMIN')`)
@Check('api_key_kind_role_check', `("kind" = 'ADMIN') = ("role" IS NOT NULL)`)
@Check('api_key_kind_environment_id_check', `"kind" = 'ADMIN' OR "environment_id" IS NOT NULL`)
@Check('api_key_environment_id_project_id_check', `"environment_id" IS NULL OR "project_id" IS NOT NULL`)
@Check('api_key_kind_allowed_origins_check', `"kind" IN ('CLIENT', 'MOBILE') OR "allowed_origins" IS NULL`)
@Unique('api_key_hash_unique', ['hash'])
@Index('api_key_environment_id_index', ['environmentId'])
@Index('api_key_organization_id_index', ['organizationId'])
@Index('api_key_project_id_index', ['projectId'])
@Index('api_key_replaced_by_id_index', ['replacedById'])
export class ApiKeyEntity {
  @PrimaryColumn({ name: 'id', type: 'text', primaryKeyConstraintName: 'api_key_pkey' })
  readonly id!: string;

  @ForeignKey('OrganizationEntity', { name: 'api_key_organization_id_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'organization_id', type: 'text' })
  readonly organizationId!: string;

  /** Null: every project of the organization. Only an ADMIN key may have null. */
  @ForeignKey('ProjectEntity', { name: 'api_key_project_id_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'project_id', type: 'text', nullable: true })
  readonly projectId!: string | null;

  /** Null: every environment. Only an ADMIN key may have null. */
  @ForeignKey('EnvironmentEntity', { name: 'api_key_environment_id_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'environment_id', type: 'text', nullable: true })
  readonly environmentId!: string | null;

  @Column({ name: 'kind', type: 'text' })
  readonly kind!: ApiKeyKind;

  /** The role of an ADMIN key; null for every other kind. */
  @Column({ name: 'role', type: 'text', nullable: true })
  readonly role!: KeyRole | null;

  /** The origins of a CLIENT or MOBILE key, as browsers write them. Null: any. Never empty. */
  @Column({ name: 'allowed_origins', type: 'text', array: true, nullable: true })
  readonly allowedOrigins!: readonly string[] | null;

  @Column({ name: 'name', type: 'text' })
  readonly name!: string;

  /** The readable beginning of the secret. */
  @Column({ name: 'prefix', type: 'text' })
  readonly prefix!: string;

  /** HMAC-SHA-256 of the secret under the pepper, base64url. */
  @Column({ name: 'hash', type: 'text' })
  readonly hash!: string;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  readonly createdAt!: Date;

  /** Null: never. */
  @Column({ name: 'expires_at', type: 'timestamptz', precision: 3, nullable: true })
  readonly expiresAt!: Date | null;

  /** Precise to the minute, and up to a minute late. Null: never. */
  @Column({ name: 'last_used_at', type: 'timestamptz', precision: 3, nullable: true })
  readonly lastUsedAt!: Date | null;

  /** Null: not revoked. */
  @Column({ name: 'revoked_at', type: 'timestamptz', precision: 3, nullable: true })
  readonly revokedAt!: Date | null;

  /** The key that replaced this one in a rotation. Null: not rotated. */
  @ForeignKey('ApiKeyEntity', { name: 'api_key_replaced_by_id_fkey', onDelete: 'SET NULL' })
  @Column({ name: 'replaced_by_id', type: 'text', nullable: true })
  readonly replacedById!: string | null;
}
