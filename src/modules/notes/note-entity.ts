import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

@Entity('note')
@Index('note_project_id_index', ['projectId'])
export class NoteEntity {
  @PrimaryColumn({ name: 'id', type: 'text', primaryKeyConstraintName: 'note_pkey' })
  readonly id!: string;

  @ForeignKey('ProjectEntity', { name: 'note_project_id_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'project_id', type: 'text' })
  readonly projectId!: string;

  @Column({ name: 'text', type: 'text' })
  readonly text!: string;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  readonly createdAt!: Date;
}
