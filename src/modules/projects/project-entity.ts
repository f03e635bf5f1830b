import { Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';

@Entity('project')
@Unique('project_organization_id_key_unique', ['organizationId', 'key'])
export class ProjectEntity {
  @PrimaryColumn({ name: 'id', type: 'text', primaryKeyConstraintName: 'project_pkey' })
  readonly id!: string;

  @ForeignKey('OrganizationEntity', { name: 'project_organization_id_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'organization_id', type: 'text' })
  readonly organizationId!: string;

  @Column({ name: 'key', type: 'text', collation: 'C' })
  readonly key!: string;

  @Column({ name: 'name', type: 'text' })
  readonly name!: string;

  @Column({ name: 'description', type: 'text' })
  readonly description!: string;

  /** Days without change or evaluation after which a temporary flag counts as stale; 1 to 3,650. */
  @Column({ name: 'stale_after_days', type: 'integer' })
  readonly staleAfterDays!: number;

  @Column({ name: 'version', type: 'integer' })
  readonly version!: number;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  readonly createdAt!: Date;

  /** The key and the name as they are searched. Null: written by a server of the release before. */
  @Column({ name: 'search_text', type: 'text', nullable: true, select: false })
  readonly searchText?: string | null;
}
