import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import type { ApiKeyKind } from './api-key-format';

@Entity('api_key')
@Check('api_key_kind_check', `"kind" IN ('SERVER', 'CLIENT', 'MOBILE')`)
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

  @ForeignKey('ProjectEntity', { name: 'api_key_project_id_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'project_id', type: 'text' })
  readonly projectId!: string;

  @ForeignKey('EnvironmentEntity', { name: 'api_key_environment_id_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'environment_id', type: 'text' })
  readonly environmentId!: string;

  @Column({ name: 'kind', type: 'text' })
  readonly kind!: ApiKeyKind;

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

  /** Null: it was not. */
  @Column({ name: 'revoked_at', type: 'timestamptz', precision: 3, nullable: true })
  readonly revokedAt!: Date | null;

  /** The key that it was rotated to. Null: it was not. */
  @ForeignKey('ApiKeyEntity', { name: 'api_key_replaced_by_id_fkey', onDelete: 'SET NULL' })
  @Column({ name: 'replaced_by_id', type: 'text', nullable: true })
  readonly replacedById!: string | null;
}
