import { Column, Entity, ForeignKey, PrimaryColumn, Unique } from 'typeorm';

/** The identity of a user at an OpenID provider: one subject per provider. */
@Entity('oidc_identity')
@Unique('oidc_identity_user_id_issuer_unique', ['userId', 'issuer'])
export class OidcIdentityEntity {
  /** URL of the provider, as its ID tokens name it. */
  @PrimaryColumn({ name: 'issuer', type: 'text', primaryKeyConstraintName: 'oidc_identity_pkey' })
  readonly issuer!: string;

  /** Chosen by the provider; never reassigned to somebody else (OpenID Connect Core 1.0, section 2). */
  @PrimaryColumn({ name: 'subject', type: 'text', primaryKeyConstraintName: 'oidc_identity_pkey' })
  readonly subject!: string;

  @ForeignKey('UserEntity', { name: 'oidc_identity_user_id_fkey', onDelete: 'CASCADE' })
  @Column({ name: 'user_id', type: 'text' })
  readonly userId!: string;

  /** Time of the first log-in. */
  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  readonly createdAt!: Date;
}
