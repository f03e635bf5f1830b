import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

/** An instance of an SDK, as it reported last. */
@Entity('client_instance')
export class ClientInstanceEntity {
  @PrimaryColumn({ name: 'environment_id', type: 'text', primaryKeyConstraintName: 'client_instance_pkey' })
  @ForeignKey('EnvironmentEntity', { name: 'client_instance_environment_id_fkey', onDelete: 'CASCADE' })
  readonly environmentId!: string;

  @PrimaryColumn({ name: 'instance_id', type: 'text', primaryKeyConstraintName: 'client_instance_pkey' })
  readonly instanceId!: string;

  /** Name and version of the SDK. */
  @Column({ name: 'sdk', type: 'text' })
  readonly sdk!: string;

  /** Null, like `revision`: it has no flags yet. */
  @Column({ name: 'epoch', type: 'text', nullable: true })
  readonly epoch!: string | null;

  @Column({ name: 'revision', type: 'integer', nullable: true })
  readonly revision!: number | null;

  /** The number of its last report. */
  @Column({ name: 'batch', type: 'integer' })
  readonly batch!: number;

  /** When it counts as gone, unless it reports before. */
  @Column({ name: 'live_until', type: 'timestamptz', precision: 3 })
  readonly liveUntil!: Date;
}
