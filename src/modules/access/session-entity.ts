import { Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';

/** How the user proved their identity. */
export type SessionAuthentication = 'PASSWORD' | 'OIDC';

/** From a log-in to its end. Access tokens name their session and are invalid once it has ended; so is the cookie of one. */
@Entity('session')
@Unique('session_cookie_hash_unique', ['cookieHash'])
@Index('session_user_id_index', ['userId'])
@Index('session_expires_at_index', ['expiresAt'])
export class SessionEntity {
  @PrimaryColumn({ name: 'id', type: 'text', primaryKeyConstraintName: 'session_pkey' })
  readonly id!: string;

  @ForeignKey('UserEntity', { name: 'session_user_id_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'user_id', type: 'text' })
  readonly userId!: string;

  @Column({ name: 'authentication', type: 'text' })
  readonly authentication!: SessionAuthentication;

  /** IP address at the log-in. */
  @Column({ name: 'address', type: 'text' })
  readonly address!: string;

  /** User agent at the log-in. */
  @Column({ name: 'user_agent', type: 'text' })
  readonly userAgent!: string;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  readonly createdAt!: Date;

  /** The log-in counts as the first refresh. */
  @Column({ name: 'last_refreshed_at', type: 'timestamptz', precision: 3 })
  readonly lastRefreshedAt!: Date;

  /** Refreshes do not extend it. */
  @Column({ name: 'expires_at', type: 'timestamptz', precision: 3 })
  readonly expiresAt!: Date;

  /** Null while it is alive, or when it ended only by expiring. */
  @Column({ name: 'ended_at', type: 'timestamptz', precision: 3, nullable: true })
  readonly endedAt!: Date | null;

  /** SHA-256 of the secret in a browser's cookie, base64url. Null: its client has tokens instead. */
  @Column({ name: 'cookie_hash', type: 'text', nullable: true })
  readonly cookieHash!: string | null;
}
