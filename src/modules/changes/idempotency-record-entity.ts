import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** The result of a mutation that was sent with an Idempotency-Key; repeated requests get it for 24 hours. */
@Entity('idempotency_record')
@Index('idempotency_record_created_at_index', ['createdAt'])
export class IdempotencyRecordEntity {
  @PrimaryColumn({ name: 'actor_id', type: 'text', primaryKeyConstraintName: 'idempotency_record_pkey' })
  readonly actorId!: string;

  @PrimaryColumn({ name: 'idempotency_key', type: 'text', primaryKeyConstraintName: 'idempotency_record_pkey' })
  readonly idempotencyKey!: string;

  /** The digest, with a number from the second time that a request holds the same mutation. Rows of earlier releases: the alias. */
  @PrimaryColumn({ name: 'field', type: 'text', primaryKeyConstraintName: 'idempotency_record_pkey' })
  readonly field!: string;

  /** HMAC-SHA-256 of the SHA-256 of the mutation's name and input, base64url. */
  @Column({ name: 'digest', type: 'text' })
  readonly digest!: string;

  /** The service's answer: JSON, encrypted, for it may hold a new key's secret. Null only inside the transaction. */
  @Column({ name: 'sealed_result', type: 'text', nullable: true })
  readonly sealedResult!: string | null;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  readonly createdAt!: Date;
}
