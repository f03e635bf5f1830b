import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

@Entity('organization')
@Unique('organization_key_unique', ['key'])
export class OrganizationEntity {
  @PrimaryColumn({ name: 'id', type: 'text', primaryKeyConstraintName: 'organization_pkey' })
  readonly id!: string;

  @Column({ name: 'key', type: 'text', collation: 'C' })
  readonly key!: string;

  @Column({ name: 'name', type: 'text' })
  readonly name!: string;

  @Column({ name: 'version', type: 'integer' })
  readonly version!: number;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  readonly createdAt!: Date;
}
