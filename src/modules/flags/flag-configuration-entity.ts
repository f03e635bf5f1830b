import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { SnapshotPrerequisite, SnapshotRule, SnapshotServe, SnapshotTarget } from '../../evaluation';

/** A rule as stored: its wire form, and the name that only people read. */
export type StoredRule = SnapshotRule & { readonly name: string };

/**
 * How one flag behaves in one environment. A configuration that was never set has no row: it is off, serves the flag's
 * `offVariation` while off and its `onVariation` as fallthrough, and has version 0.
 */
@Entity('flag_configuration')
@Index('flag_configuration_environment_id_index', ['environmentId'])
export class FlagConfigurationEntity {
  @PrimaryColumn({ name: 'flag_id', type: 'text', primaryKeyConstraintName: 'flag_configuration_pkey' })
  @ForeignKey('FlagEntity', { name: 'flag_configuration_flag_id_fkey', onDelete: 'CASCADE' })
  readonly flagId!: string;

  @PrimaryColumn({ name: 'environment_id', type: 'text', primaryKeyConstraintName: 'flag_configuration_pkey' })
  @ForeignKey('EnvironmentEntity', { name: 'flag_configuration_environment_id_fkey', onDelete: 'CASCADE' })
  readonly environmentId!: string;

  @Column({ name: 'is_enabled', type: 'boolean' })
  readonly isEnabled!: boolean;

  @Column({ name: 'off_variation', type: 'text' })
  readonly offVariation!: string;

  @Column({ name: 'prerequisites', type: 'jsonb' })
  readonly prerequisites!: readonly SnapshotPrerequisite[];

  @Column({ name: 'targets', type: 'jsonb' })
  readonly targets!: readonly SnapshotTarget[];

  @Column({ name: 'rules', type: 'jsonb' })
  readonly rules!: readonly StoredRule[];

  @Column({ name: 'fallthrough', type: 'jsonb' })
  readonly fallthrough!: SnapshotServe;

  @Column({ name: 'version', type: 'integer' })
  readonly version!: number;

  /** Null only for a configuration without a row. */
  @Column({ name: 'updated_at', type: 'timestamptz', precision: 3 })
  readonly updatedAt!: Date | null;
}
