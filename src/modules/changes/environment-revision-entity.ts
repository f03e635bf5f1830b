import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { FlagEvent } from './flag-event';

/** What delivery and resume read: one row for each environment and revision. May be purged when old. */
@Entity('environment_revision')
@Index('environment_revision_created_at_index', ['createdAt'])
export class EnvironmentRevisionEntity {
  @PrimaryColumn({ name: 'environment_id', type: 'text', primaryKeyConstraintName: 'environment_revision_pkey' })
  @ForeignKey('EnvironmentEntity', { name: 'environment_revision_environment_id_fkey', onDelete: 'CASCADE' })
  readonly environmentId!: string;

  @PrimaryColumn({ name: 'revision', type: 'integer', primaryKeyConstraintName: 'environment_revision_pkey' })
  readonly revision!: number;

  @Column({ name: 'epoch', type: 'text' })
  readonly epoch!: string;

  @Column({ name: 'change_id', type: 'text' })
  readonly changeId!: string;

  /** Flags and segments that changed here, in wire form. */
  @Column({ name: 'events', type: 'json' })
  readonly events!: readonly FlagEvent[];

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  readonly createdAt!: Date;
}
