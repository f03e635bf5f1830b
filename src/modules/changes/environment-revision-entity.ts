import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { FlagEvent } from './flag-event';

/**
 * One row for each environment and revision, read by delivery and resume. It stays as long as its environment; purging and
 * erasing remove only its events.
 */
@Entity('environment_revision')
@Index('environment_revision_environment_id_created_at_revision_index', ['environmentId', 'createdAt', 'revision'])
@Index('environment_revision_with_events_index', ['environmentId', 'createdAt', 'revision'], {
  where: '"events" IS NOT NULL',
})
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

  /** Flags and segments that changed here, in wire form. Null when they were purged or erased. */
  @Column({ name: 'events', type: 'json', nullable: true })
  readonly events!: readonly FlagEvent[] | null;

  /** The time of the change, but never earlier than that of the previous revision: the clocks of servers differ. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  readonly createdAt!: Date;

  /** The trace of the request that made it (W3C `traceparent`). Null: it was not traced. */
  @Column({ name: 'trace_parent', type: 'text', nullable: true })
  readonly traceParent!: string | null;
}
