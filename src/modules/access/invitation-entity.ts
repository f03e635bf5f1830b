import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import type { Role } from './permissions';

/** A role offered to the holder of a token. Deleted when it is accepted or replaced. */
@Entity('invitation')
@Check('invitation_role_check', `"role" IN ('OWNER', 'ADMIN', 'EDITOR', 'VIEWER')`)
@Unique('invitation_organization_id_email_unique', ['organizationId', 'email'])
@Unique('invitation_token_hash_unique', ['tokenHash'])
@Index('invitation_project_id_index', ['projectId'])
@Index('invitation_environment_id_index', ['environmentId'])
export class InvitationEntity {
  @PrimaryColumn({ name: 'id', type: 'text', primaryKeyConstraintName: 'invitation_pkey' })
  readonly id!: string;

  @ForeignKey('OrganizationEntity', { name: 'invitation_organization_id_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'organization_id', type: 'text' })
  readonly organizationId!: string;

  /** Null: every project of the organization. */
  @ForeignKey('ProjectEntity', { name: 'invitation_project_id_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'project_id', type: 'text', nullable: true })
  readonly projectId!: string | null;

  /** Null: every environment. */
  @ForeignKey('EnvironmentEntity', { name: 'invitation_environment_id_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'environment_id', type: 'text', nullable: true })
  readonly environmentId!: string | null;

  /** Lower case. */
  @Column({ name: 'email', type: 'text' })
  readonly email!: string;

  @Column({ name: 'role', type: 'text' })
  readonly role!: Role;

  /** SHA-256 of the token, base64url. The token is random, so no pepper is needed. */
  @Column({ name: 'token_hash', type: 'text' })
  readonly tokenHash!: string;

  /** Null: the account was deleted. */
  @ForeignKey('UserEntity', { name: 'invitation_invited_by_id_fkey', onDelete: 'SET NULL' })
  @Column({ name: 'invited_by_id', type: 'text', nullable: true })
  readonly invitedById!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  readonly createdAt!: Date;

  @Column({ name: 'expires_at', type: 'timestamptz', precision: 3 })
  readonly expiresAt!: Date;
}
