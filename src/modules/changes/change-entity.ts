import { Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import type { ActorKind, AuthenticationMethod, ChangeKind } from './change-kinds';

/**
 * The audit envelope: one row for each committed change, never updated. It refers to nothing by foreign key,
 * because it outlives what it describes.
 */
@Entity('change')
@Unique('change_organization_id_sequence_unique', ['organizationId', 'sequence'])
@Index('change_project_id_sequence_index', ['projectId', 'sequence'])
export class ChangeEntity {
  @PrimaryColumn({ name: 'id', type: 'text', primaryKeyConstraintName: 'change_pkey' })
  readonly id!: string;

  /** The chain of the change: an organization, or `system` for accounts and sessions. */
  @Column({ name: 'organization_id', type: 'text' })
  readonly organizationId!: string;

  /** Position in the chain: counts from 1, without gaps. */
  @Column({ name: 'sequence', type: 'bigint' })
  readonly sequence!: string;

  /** Null when the change belongs to no project. */
  @Column({ name: 'project_id', type: 'text', nullable: true })
  readonly projectId!: string | null;

  @Column({ name: 'kind', type: 'text' })
  readonly kind!: ChangeKind;

  @Column({ name: 'actor_kind', type: 'text' })
  readonly actorKind!: ActorKind;

  /** Null for the system. */
  @Column({ name: 'actor_id', type: 'text', nullable: true })
  readonly actorId!: string | null;

  /** The name that the actor had at that time. */
  @Column({ name: 'actor_name', type: 'text' })
  readonly actorName!: string;

  @Column({ name: 'authentication', type: 'text' })
  readonly authentication!: AuthenticationMethod;

  @Column({ name: 'address', type: 'text' })
  readonly address!: string;

  @Column({ name: 'user_agent', type: 'text' })
  readonly userAgent!: string;

  @Column({ name: 'request_id', type: 'text' })
  readonly requestId!: string;

  @Column({ name: 'result', type: 'text' })
  readonly result!: 'SUCCEEDED';

  /** SHA-256 over the columns of the bodies, in their order, without their texts and salts; hexadecimal. */
  @Column({ name: 'body_digest', type: 'text' })
  readonly bodyDigest!: string;

  /** The text that `hash` covers: this row as canonical JSON. */
  @Column({ name: 'canonical', type: 'text' })
  readonly canonical!: string;

  /** SHA-256(hash of the previous row of the chain || canonical), hexadecimal. */
  @Column({ name: 'hash', type: 'text' })
  readonly hash!: string;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  readonly createdAt!: Date;
}
