import type { MigrationInterface, QueryRunner } from 'typeorm';

const KINDS = `'PASSWORD', 'API_KEY', 'ACCESS_TOKEN', 'REFRESH_TOKEN', 'OIDC', 'RESET_TOKEN', 'INVITATION'`;

/** A refused set-up token is a failed authentication, too. */
export class SetUpFailures1795000013000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "failed_authentication" DROP CONSTRAINT "failed_authentication_kind_check"`);
    await runner.query(
      `ALTER TABLE "failed_authentication" ADD CONSTRAINT "failed_authentication_kind_check" CHECK ("kind" IN (${KINDS}, 'SET_UP_TOKEN', 'OVERFLOW'))`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM "failed_authentication" WHERE "kind" = 'SET_UP_TOKEN'`);
    await runner.query(`ALTER TABLE "failed_authentication" DROP CONSTRAINT "failed_authentication_kind_check"`);
    await runner.query(
      `ALTER TABLE "failed_authentication" ADD CONSTRAINT "failed_authentication_kind_check" CHECK ("kind" IN (${KINDS}, 'OVERFLOW'))`,
    );
  }
}
