import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** Counts the evaluations of a flag in an environment and keeps the time of the last; written in batches behind the requests. */
@Entity('flag_usage')
@Index('flag_usage_environment_id_index', ['environmentId'])
export class FlagUsageEntity {
  @PrimaryColumn({ name: 'flag_id', type: 'text', primaryKeyConstraintName: 'flag_usage_pkey' })
  @ForeignKey('FlagEntity', { name: 'flag_usage_flag_id_fkey', onDelete: 'CASCADE' })
  readonly flagId!: string;

  @PrimaryColumn({ name: 'environment_id', type: 'text', primaryKeyConstraintName: 'flag_usage_pkey' })
  @ForeignKey('EnvironmentEntity', { name: 'flag_usage_environment_id_fkey', onDelete: 'CASCADE' })
  readonly environmentId!: string;

  @Column({ name: 'evaluations', type: 'bigint' })
  readonly evaluations!: string;

  @Column({ name: 'last_evaluated_at', type: 'timestamptz', precision: 3 })
  readonly lastEvaluatedAt!: Date;
}
