import { Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import type { SnapshotSegmentRule } from '../../evaluation';

/** A rule as stored: its wire form, and the name that only people read. */
export type StoredSegmentRule = SnapshotSegmentRule & { readonly name: string };

@Entity('segment')
@Unique('segment_project_id_key_unique', ['projectId', 'key'])
export class SegmentEntity {
  @PrimaryColumn({ name: 'id', type: 'text', primaryKeyConstraintName: 'segment_pkey' })
  readonly id!: string;

  @ForeignKey('ProjectEntity', { name: 'segment_project_id_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'project_id', type: 'text' })
  readonly projectId!: string;

  @Column({ name: 'key', type: 'text', collation: 'C' })
  readonly key!: string;

  @Column({ name: 'name', type: 'text' })
  readonly name!: string;

  @Column({ name: 'description', type: 'text' })
  readonly description!: string;

  @Column({ name: 'rules', type: 'jsonb' })
  readonly rules!: readonly StoredSegmentRule[];

  /** Raised by 1 with each change, including changes of its keys. */
  @Column({ name: 'version', type: 'integer' })
  readonly version!: number;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  readonly createdAt!: Date;

  @Column({ name: 'updated_at', type: 'timestamptz', precision: 3 })
  readonly updatedAt!: Date;

  /** The key and the name as they are searched. Null: written by a server of the release before. */
  @Column({ name: 'search_text', type: 'text', nullable: true, select: false })
  readonly searchText?: string | null;
}
