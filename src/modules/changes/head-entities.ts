import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** The newest revision of an environment. Raised last in a transaction, under its row lock, so revision order is commit order. */
@Entity('environment_head')
@Index('environment_head_project_id_index', ['projectId'])
export class EnvironmentHeadEntity {
  @PrimaryColumn({ name: 'environment_id', type: 'text', primaryKeyConstraintName: 'environment_head_pkey' })
  @ForeignKey('EnvironmentEntity', { name: 'environment_head_environment_id_fkey', onDelete: 'CASCADE' })
  readonly environmentId!: string;

  @Column({ name: 'project_id', type: 'text' })
  readonly projectId!: string;

  @Column({ name: 'epoch', type: 'text' })
  readonly epoch!: string;

  @Column({ name: 'revision', type: 'integer' })
  readonly revision!: number;
}

/**
 * The version of the access rules of an organization: raised by each change of its keys, members or roles, and by its
 * deletion, which the row outlives. The row of the system chain is raised whenever a session ends.
 */
@Entity('access_head')
export class AccessHeadEntity {
  @PrimaryColumn({ name: 'organization_id', type: 'text', primaryKeyConstraintName: 'access_head_pkey' })
  readonly organizationId!: string;

  @Column({ name: 'revision', type: 'integer' })
  readonly revision!: number;
}

/** The end of an organization's audit chain; locked last in every writing transaction. Outlives the organization. */
@Entity('audit_head')
export class AuditHeadEntity {
  @PrimaryColumn({ name: 'organization_id', type: 'text', primaryKeyConstraintName: 'audit_head_pkey' })
  readonly organizationId!: string;

  @Column({ name: 'sequence', type: 'bigint' })
  readonly sequence!: string;

  @Column({ name: 'hash', type: 'text' })
  readonly hash!: string;
}
