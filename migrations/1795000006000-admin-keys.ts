import type { MigrationInterface, QueryRunner } from 'typeorm';

/** API keys with a role; from which origins a key may be used; when it was used last. */
export class AdminKeys1795000006000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "api_key" ADD "role" text`);
    await runner.query(`ALTER TABLE "api_key" ADD "allowed_origins" text array`);
    await runner.query(`ALTER TABLE "api_key" ADD "last_used_at" TIMESTAMP(3) WITH TIME ZONE`);
    // Existing keys count as used now: they must not end because nobody has written their uses down until now.
    await runner.query(`UPDATE "api_key" SET "last_used_at" = now()`);
    await runner.query(`ALTER TABLE "api_key" ALTER COLUMN "project_id" DROP NOT NULL`);
    await runner.query(`ALTER TABLE "api_key" ALTER COLUMN "environment_id" DROP NOT NULL`);
    await runner.query(`ALTER TABLE "api_key" DROP CONSTRAINT "api_key_kind_check"`);
    await runner.query(
      `ALTER TABLE "api_key" ADD CONSTRAINT "api_key_kind_check" CHECK ("kind" IN ('SERVER', 'CLIENT', 'MOBILE', 'ADMIN'))`,
    );
    await runner.query(
      `ALTER TABLE "api_key" ADD CONSTRAINT "api_key_role_check" CHECK ("role" IN ('VIEWER', 'EDITOR', 'ADMIN'))`,
    );
    await runner.query(
      `ALTER TABLE "api_key" ADD CONSTRAINT "api_key_kind_role_check" CHECK (("kind" = 'ADMIN') = ("role" IS NOT NULL))`,
    );
    await runner.query(
      `ALTER TABLE "api_key" ADD CONSTRAINT "api_key_kind_environment_id_check" CHECK ("kind" = 'ADMIN' OR "environment_id" IS NOT NULL)`,
    );
    await runner.query(
      `ALTER TABLE "api_key" ADD CONSTRAINT "api_key_environment_id_project_id_check" CHECK ("environment_id" IS NULL OR "project_id" IS NOT NULL)`,
    );
    await runner.query(
      `ALTER TABLE "api_key" ADD CONSTRAINT "api_key_kind_allowed_origins_check" CHECK ("kind" IN ('CLIENT', 'MOBILE') OR "allowed_origins" IS NULL)`,
    );
  }

  /** The version before knows no key with a role: such keys end. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM "api_key" WHERE "kind" = 'ADMIN'`);
    await runner.query(`ALTER TABLE "api_key" DROP CONSTRAINT "api_key_kind_allowed_origins_check"`);
    await runner.query(`ALTER TABLE "api_key" DROP CONSTRAINT "api_key_environment_id_project_id_check"`);
    await runner.query(`ALTER TABLE "api_key" DROP CONSTRAINT "api_key_kind_environment_id_check"`);
    await runner.query(`ALTER TABLE "api_key" DROP CONSTRAINT "api_key_kind_role_check"`);
    await runner.query(`ALTER TABLE "api_key" DROP CONSTRAINT "api_key_role_check"`);
    await runner.query(`ALTER TABLE "api_key" DROP CONSTRAINT "api_key_kind_check"`);
    await runner.query(
      `ALTER TABLE "api_key" ADD CONSTRAINT "api_key_kind_check" CHECK ("kind" IN ('SERVER', 'CLIENT', 'MOBILE'))`,
    );
    await runner.query(`ALTER TABLE "api_key" ALTER COLUMN "environment_id" SET NOT NULL`);
    await runner.query(`ALTER TABLE "api_key" ALTER COLUMN "project_id" SET NOT NULL`);
    await runner.query(`ALTER TABLE "api_key" DROP COLUMN "last_used_at"`);
    await runner.query(`ALTER TABLE "api_key" DROP COLUMN "allowed_origins"`);
    await runner.query(`ALTER TABLE "api_key" DROP COLUMN "role"`);
  }
}
