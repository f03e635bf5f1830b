import { Column, Entity, PrimaryColumn, Unique } from 'typeorm';

@Entity('app_user')
@Unique('app_user_email_unique', ['email'])
export class UserEntity {
  @PrimaryColumn({ name: 'id', type: 'text', primaryKeyConstraintName: 'app_user_pkey' })
  readonly id!: string;

  /** Lower case. */
  @Column({ name: 'email', type: 'text' })
  readonly email!: string;

  @Column({ name: 'name', type: 'text' })
  readonly name!: string;

  /** argon2id, PHC text. */
  @Column({ name: 'password_hash', type: 'text' })
  readonly passwordHash!: string;

  @Column({ name: 'version', type: 'integer' })
  readonly version!: number;

  @Column({ name: 'created_at', type: 'timestamptz', precision: 3 })
  readonly createdAt!: Date;
}
