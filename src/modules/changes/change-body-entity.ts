import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { SubjectKind } from './change-kinds';

/** One thing that a change changed, before and after. The texts can be erased on request; the digest stays. */
@Entity('change_body')
@Index('change_body_subject_id_index', ['subjectId', 'changeId'])
@Index('change_body_parent_id_index', ['parentId', 'changeId'])
export class ChangeBodyEntity {
  @PrimaryColumn({ name: 'change_id', type: 'text', primaryKeyConstraintName: 'change_body_pkey' })
  @ForeignKey('ChangeEntity', { name: 'change_body_change_id_fkey' })
  readonly changeId!: string;

  /** Counts from 0, in the order in which the change set lists its bodies. */
  @PrimaryColumn({ name: 'position', type: 'integer', primaryKeyConstraintName: 'change_body_pkey' })
  readonly position!: number;

  @Column({ name: 'subject_kind', type: 'text' })
  readonly subjectKind!: SubjectKind;

  @Column({ name: 'subject_id', type: 'text' })
  readonly subjectId!: string;

  @Column({ name: 'subject_key', type: 'text' })
  readonly subjectKey!: string;

  /** The thing whose history shows this body, too: the flag of a configuration. Null for other things. */
  @Column({ name: 'parent_id', type: 'text', nullable: true })
  readonly parentId!: string | null;

  @Column({ name: 'environment_id', type: 'text', nullable: true })
  readonly environmentId!: string | null;

  /** Version of the thing after the change. */
  @Column({ name: 'version', type: 'integer' })
  readonly version!: number;

  /** Canonical JSON. Null when the thing was created, or the body erased. */
  @Column({ name: 'before', type: 'text', nullable: true })
  readonly before!: string | null;

  /** Canonical JSON. Null when the thing was deleted, or the body erased. */
  @Column({ name: 'after', type: 'text', nullable: true })
  readonly after!: string | null;

  /** Random text, so that the digest of an erased body reveals nothing. Null when erased. */
  @Column({ name: 'salt', type: 'text', nullable: true })
  readonly salt!: string | null;

  /** SHA-256(salt || lengths || before || after), hexadecimal. */
  @Column({ name: 'digest', type: 'text' })
  readonly digest!: string;
}
