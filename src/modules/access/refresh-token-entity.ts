import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** The newest token of a session is unused. Used ones stay as long as the session, so that reuse is detected. */
@Entity('refresh_token')
@Index('refresh_token_session_id_index', ['sessionId'])
export class RefreshTokenEntity {
  /** SHA-256 of the token, base64url. The token is random, so no pepper is needed. */
  @PrimaryColumn({ name: 'token_hash', type: 'text', primaryKeyConstraintName: 'refresh_token_pkey' })
  readonly tokenHash!: string;

  @ForeignKey('SessionEntity', { name: 'refresh_token_session_id_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'session_id', type: 'text' })
  readonly sessionId!: string;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  readonly createdAt!: Date;

  /** Null: not used yet. */
  @Column({ name: 'used_at', type: 'timestamptz', precision: 3, nullable: true })
  readonly usedAt!: Date | null;
}
