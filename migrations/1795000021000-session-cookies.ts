import type { MigrationInterface, QueryRunner } from 'typeorm';

const KINDS = `'PASSWORD', 'API_KEY', 'ACCESS_TOKEN', 'REFRESH_TOKEN', 'OIDC', 'RESET_TOKEN', 'INVITATION', 'SET_UP_TOKEN'`;

/** Sessions of browsers, which hold a cookie instead of tokens. */
export class SessionCookies1795000021000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "session" ADD COLUMN "cookie_hash" text NULL`);
    await runner.query(`ALTER TABLE "session" ADD CONSTRAINT "session_cookie_hash_unique" UNIQUE ("cookie_hash")`);
    await allowKinds(runner, `${KINDS}, 'SESSION_COOKIE', 'OVERFLOW'`);
  }

  /** Sessions that have a cookie alone stay, without a way to use them, until they expire. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM "failed_authentication" WHERE "kind" = 'SESSION_COOKIE'`);
    await allowKinds(runner, `${KINDS}, 'OVERFLOW'`);
    await runner.query(`ALTER TABLE "session" DROP CONSTRAINT "session_cookie_hash_unique"`);
    await runner.query(`ALTER TABLE "session" DROP COLUMN "cookie_hash"`);
  }
}

async function allowKinds(runner: QueryRunner, kinds: string): Promise<void> {
  await runner.query(`ALTER TABLE "failed_authentication" DROP CONSTRAINT "failed_authentication_kind_check"`);
  await runner.query(
    `ALTER TABLE "failed_authentication" ADD CONSTRAINT "failed_authentication_kind_check" CHECK ("kind" IN (${kinds}))`,
  );
}
