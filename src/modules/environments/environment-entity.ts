import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import type { Role } from '../access/permissions';

@Entity('environment')
@Check('environment_required_role_check', `"required_role" IN ('EDITOR', 'ADMIN', 'OWNER')`)
@Unique('environment_project_id_key_unique', ['projectId', 'key'])
export class EnvironmentEntity {
  @PrimaryColumn({ name: 'id', type: 'text', primaryKeyConstraintName: 'environment_pkey' })
  readonly id!: string;

  @ForeignKey('ProjectEntity', { name: 'environment_project_id_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'project_id', type: 'text' })
  readonly projectId!: string;

  @Column({ name: 'key', type: 'text', collation: 'C' })
  readonly key!: string;

  @Column({ name: 'name', type: 'text' })
  readonly name!: string;

  @Column({ name: 'color', type: 'text' })
  readonly color!: string;

  @Column({ name: 'is_production', type: 'boolean' })
  readonly isProduction!: boolean;

  /** The weakest role that may change it and its flag configurations. Null: every role with the permission. */
  @Column({ name: 'required_role', type: 'text', nullable: true })
  readonly requiredRole!: Role | null;

  /** Order in the project, from 0, without gaps. */
  @Column({ name: 'position', type: 'integer' })
  readonly position!: number;

  @Column({ name: 'version', type: 'integer' })
  readonly version!: number;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  readonly createdAt!: Date;
}
