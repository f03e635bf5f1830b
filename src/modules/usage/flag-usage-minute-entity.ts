import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** Counts how often a flag served one variation in an environment within one minute. */
@Entity('flag_usage_minute')
@Index('flag_usage_minute_environment_id_index', ['environmentId'])
@Index('flag_usage_minute_minute_index', ['minute'])
export class FlagUsageMinuteEntity {
  @PrimaryColumn({ name: 'flag_id', type: 'text', primaryKeyConstraintName: 'flag_usage_minute_pkey' })
  @ForeignKey('FlagEntity', { name: 'flag_usage_minute_flag_id_fkey', onDelete: 'CASCADE' })
  readonly flagId!: string;

  @PrimaryColumn({ name: 'environment_id', type: 'text', primaryKeyConstraintName: 'flag_usage_minute_pkey' })
  @ForeignKey('EnvironmentEntity', { name: 'flag_usage_minute_environment_id_fkey', onDelete: 'CASCADE' })
  readonly environmentId!: string;

  /** The time at which the minute began. */
  @PrimaryColumn({ name: 'minute', type: 'timestamptz', precision: 3, primaryKeyConstraintName: 'flag_usage_minute_pkey' })
  readonly minute!: Date;

  /** Empty when the flag was in error and served none. */
  @PrimaryColumn({ name: 'variation_key', type: 'text', primaryKeyConstraintName: 'flag_usage_minute_pkey' })
  readonly variationKey!: string;

  @Column({ name: 'evaluations', type: 'bigint' })
  readonly evaluations!: string;
}
