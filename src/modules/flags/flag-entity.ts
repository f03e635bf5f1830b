import { Check, Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';
import type { FlagValueType, JsonValue } from '../../evaluation';

export type FlagLifetime = 'TEMPORARY' | 'PERMANENT';

/** A variation as stored in its flag. */
export interface StoredVariation {
  readonly key: string;
  readonly name: string;
  readonly value: JsonValue;
}

@Entity('flag')
@Unique('flag_project_id_key_unique', ['projectId', 'key'])
@Check('flag_value_type_check', `"value_type" IN ('BOOLEAN', 'STRING', 'NUMBER', 'JSON')`)
@Check('flag_lifetime_check', `"lifetime" IN ('TEMPORARY', 'PERMANENT')`)
export class FlagEntity {
  @PrimaryColumn({ name: 'id', type: 'text', primaryKeyConstraintName: 'flag_pkey' })
  readonly id!: string;

  @ForeignKey('ProjectEntity', { name: 'flag_project_id_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'project_id', type: 'text' })
  readonly projectId!: string;

  @Column({ name: 'key', type: 'text', collation: 'C' })
  readonly key!: string;

  @Column({ name: 'name', type: 'text' })
  readonly name!: string;

  @Column({ name: 'description', type: 'text' })
  readonly description!: string;

  @Column({ name: 'value_type', type: 'text' })
  readonly valueType!: FlagValueType;

  /** 2 to 100, in declared order. They change only with their flag, under its version, so they are part of its row. */
  @Column({ name: 'variations', type: 'json' })
  readonly variations!: readonly StoredVariation[];

  /** Key of the variation that a configuration serves while off, until it is configured otherwise. */
  @Column({ name: 'off_variation', type: 'text' })
  readonly offVariation!: string;

  /** Key of the variation that a configuration's fallthrough serves, until it is configured otherwise. */
  @Column({ name: 'on_variation', type: 'text' })
  readonly onVariation!: string;

  /** Alphabetical, unique. */
  @Column({ name: 'tags', type: 'text', array: true })
  readonly tags!: readonly string[];

  /** Null when there is no owner, or that account was deleted. */
  @ForeignKey('UserEntity', { name: 'flag_owner_id_fkey', onDelete: 'SET NULL' })
  @Column({ name: 'owner_id', type: 'text', nullable: true })
  readonly ownerId!: string | null;

  @Column({ name: 'lifetime', type: 'text' })
  readonly lifetime!: FlagLifetime;

  @Column({ name: 'is_client_available', type: 'boolean' })
  readonly isClientAvailable!: boolean;

  @Column({ name: 'is_archived', type: 'boolean' })
  readonly isArchived!: boolean;

  @Column({ name: 'salt', type: 'text' })
  readonly salt!: string;

  @Column({ name: 'version', type: 'integer' })
  readonly version!: number;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  readonly createdAt!: Date;

  /** When the flag itself last changed. */
  @Column({ name: 'updated_at', type: 'timestamptz', precision: 3 })
  readonly updatedAt!: Date;

  /** When the flag or one of its configurations last changed. */
  @Column({ name: 'changed_at', type: 'timestamptz', precision: 3 })
  readonly changedAt!: Date;

  /** The key and the name as they are searched. Null: written by a server of the release before. */
  @Column({ name: 'search_text', type: 'text', nullable: true, select: false })
  readonly searchText?: string | null;
}
