import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** A one-time token with which a user who forgot the password sets a new one. */
@Entity('password_reset')
@Index('password_reset_user_id_index', ['userId'])
@Index('password_reset_expires_at_index', ['expiresAt'])
export class PasswordResetEntity {
  /** SHA-256 of the token, base64url. The token is random, so no pepper is needed. */
  @PrimaryColumn({ name: 'token_hash', type: 'text', primaryKeyConstraintName: 'password_reset_pkey' })
  readonly tokenHash!: string;

  @ForeignKey('UserEntity', { name: 'password_reset_user_id_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'user_id', type: 'text' })
  readonly userId!: string;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  readonly createdAt!: Date;

  @Column({ name: 'expires_at', type: 'timestamptz', precision: 3 })
  readonly expiresAt!: Date;

  /** When it was used, or the password was set in another way. Null: neither. */
  @Column({ name: 'ended_at', type: 'timestamptz', precision: 3, nullable: true })
  readonly endedAt!: Date | null;
}
