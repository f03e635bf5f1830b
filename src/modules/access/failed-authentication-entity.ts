import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Stored text. OVERFLOW: attempts beyond those kept apart in one minute. */
export type FailedAuthenticationKind =
  | 'PASSWORD'
  | 'API_KEY'
  | 'ACCESS_TOKEN'
  | 'REFRESH_TOKEN'
  | 'OIDC'
  | 'RESET_TOKEN'
  | 'INVITATION'
  | 'SET_UP_TOKEN'
  | 'SESSION_COOKIE'
  | 'OVERFLOW';

/** Failed attempts of one kind, from one address, for one account, within about a minute. Has no foreign keys. */
@Entity('failed_authentication')
@Check(
  'failed_authentication_kind_check',
  `"kind" IN ('PASSWORD', 'API_KEY', 'ACCESS_TOKEN', 'REFRESH_TOKEN', 'OIDC', 'RESET_TOKEN', 'INVITATION', 'SET_UP_TOKEN', 'SESSION_COOKIE', 'OVERFLOW')`,
)
@Index('failed_authentication_last_at_index', ['lastAt'])
export class FailedAuthenticationEntity {
  @PrimaryColumn({ name: 'id', type: 'text', primaryKeyConstraintName: 'failed_authentication_pkey' })
  readonly id!: string;

  @Column({ name: 'kind', type: 'text' })
  readonly kind!: FailedAuthenticationKind;

  /** IP address of the client as the server saw it. Empty for OVERFLOW. */
  @Column({ name: 'address', type: 'text' })
  readonly address!: string;

  /** The user agent of the first attempt. */
  @Column({ name: 'user_agent', type: 'text' })
  readonly userAgent!: string;

  /** Keyed hash of the account that was tried, hexadecimal: equal for equal accounts. Null when none was named. */
  @Column({ name: 'account', type: 'text', nullable: true })
  readonly account!: string | null;

  /** The user whose account was tried. Null when there is none, or when it is not known. */
  @Column({ name: 'user_id', type: 'text', nullable: true })
  readonly userId!: string | null;

  /** Null when unknown. */
  @Column({ name: 'organization_id', type: 'text', nullable: true })
  readonly organizationId!: string | null;

  /** Number of attempts, from 1. */
  @Column({ name: 'count', type: 'integer' })
  readonly count!: number;

  @Column({ name: 'first_at', type: 'timestamptz', precision: 3 })
  readonly firstAt!: Date;

  @Column({ name: 'last_at', type: 'timestamptz', precision: 3 })
  readonly lastAt!: Date;
}
