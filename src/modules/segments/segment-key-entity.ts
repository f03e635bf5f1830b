import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

export type SegmentList = 'INCLUDED' | 'EXCLUDED';

/** A targeting key in one of the two lists of a segment. The primary key ensures that no key is in both. */
@Entity('segment_key')
@Check('segment_key_list_check', `"list" IN ('INCLUDED', 'EXCLUDED')`)
export class SegmentKeyEntity {
  @PrimaryColumn({ name: 'segment_id', type: 'text', primaryKeyConstraintName: 'segment_key_pkey' })
  @ForeignKey('SegmentEntity', { name: 'segment_key_segment_id_fkey', onDelete: 'CASCADE' })
  readonly segmentId!: string;

  @PrimaryColumn({
    name: 'targeting_key',
    type: 'text',
    collation: 'C',
    primaryKeyConstraintName: 'segment_key_pkey',
  })
  readonly targetingKey!: string;

  @Column({ name: 'list', type: 'text' })
  readonly list!: SegmentList;
}
