import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { Role } from './permissions';

/** The source of a role. DIRECT: given here. OIDC: given by a group at the OpenID provider, checked again at each log-in. */
export type RoleSource = 'DIRECT' | 'OIDC';

/** A role of one user on an organization, a project or an environment. */
@Entity('role_binding')
@Check('role_binding_role_check', `"role" IN ('OWNER', 'ADMIN', 'EDITOR', 'VIEWER')`)
@Check('role_binding_source_check', `"source" IN ('DIRECT', 'OIDC')`)
@Index('role_binding_user_id_index', ['userId'])
@Index('role_binding_organization_id_index', ['organizationId'])
@Index('role_binding_project_id_index', ['projectId'])
@Index('role_binding_environment_id_index', ['environmentId'])
export class RoleBindingEntity {
  @PrimaryColumn({ name: 'id', type: 'text', primaryKeyConstraintName: 'role_binding_pkey' })
  readonly id!: string;

  @ForeignKey('UserEntity', { name: 'role_binding_user_id_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'user_id', type: 'text' })
  readonly userId!: string;

  @Column({ name: 'role', type: 'text' })
  readonly role!: Role;

  @ForeignKey('OrganizationEntity', { name: 'role_binding_organization_id_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'organization_id', type: 'text' })
  readonly organizationId!: string;

  /** Null: every project of the organization. */
  @ForeignKey('ProjectEntity', { name: 'role_binding_project_id_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'project_id', type: 'text', nullable: true })
  readonly projectId!: string | null;

  /** Null: every environment. */
  @ForeignKey('EnvironmentEntity', { name: 'role_binding_environment_id_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'environment_id', type: 'text', nullable: true })
  readonly environmentId!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  readonly createdAt!: Date;

  @Column({ name: 'source', type: 'text', default: 'DIRECT' })
  readonly source!: RoleSource;
}
