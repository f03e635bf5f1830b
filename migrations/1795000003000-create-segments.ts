import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Reusable sets of contexts, their keys as rows; and what finds stale flags. */
export class CreateSegments1795000003000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "segment" (
        "id" text NOT NULL,
        "project_id" text NOT NULL,
        "key" text COLLATE "C" NOT NULL,
        "name" text NOT NULL,
        "description" text NOT NULL,
        "rules" jsonb NOT NULL,
        "version" integer NOT NULL,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        CONSTRAINT "segment_project_id_key_unique" UNIQUE ("project_id", "key"),
        CONSTRAINT "segment_pkey" PRIMARY KEY ("id"),
        CONSTRAINT "segment_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE
      )
    `);
    await runner.query(`
      CREATE TABLE "segment_key" (
        "segment_id" text NOT NULL,
        "targeting_key" text COLLATE "C" NOT NULL,
        "list" text NOT NULL,
        CONSTRAINT "segment_key_list_check" CHECK ("list" IN ('INCLUDED', 'EXCLUDED')),
        CONSTRAINT "segment_key_pkey" PRIMARY KEY ("segment_id", "targeting_key"),
        CONSTRAINT "segment_key_segment_id_fkey" FOREIGN KEY ("segment_id") REFERENCES "segment"("id") ON DELETE CASCADE
      )
    `);
    await runner.query(`
      CREATE TABLE "flag_usage" (
        "flag_id" text NOT NULL,
        "environment_id" text NOT NULL,
        "evaluations" bigint NOT NULL,
        "last_evaluated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        CONSTRAINT "flag_usage_pkey" PRIMARY KEY ("flag_id", "environment_id"),
        CONSTRAINT "flag_usage_flag_id_fkey" FOREIGN KEY ("flag_id") REFERENCES "flag"("id") ON DELETE CASCADE,
        CONSTRAINT "flag_usage_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE CASCADE
      )
    `);
    await runner.query(`CREATE INDEX "flag_usage_environment_id_index" ON "flag_usage" ("environment_id")`);
    await runner.query(`ALTER TABLE "project" ADD "stale_after_days" integer NOT NULL DEFAULT 30`);
    await runner.query(`ALTER TABLE "project" ALTER COLUMN "stale_after_days" DROP DEFAULT`);
    await runner.query(`ALTER TABLE "flag" ADD "owner_id" text`);
    await runner.query(
      `ALTER TABLE "flag" ADD CONSTRAINT "flag_owner_id_fkey" FOREIGN KEY ("owner_id") REFERENCES "app_user"("id") ON DELETE SET NULL`,
    );
    await runner.query(`ALTER TABLE "flag" ADD "changed_at" TIMESTAMP(3) WITH TIME ZONE`);
    await runner.query(`UPDATE "flag" SET "changed_at" = "updated_at"`);
    await runner.query(`ALTER TABLE "flag" ALTER COLUMN "changed_at" SET NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "flag" DROP COLUMN "changed_at"`);
    await runner.query(`ALTER TABLE "flag" DROP COLUMN "owner_id"`);
    await runner.query(`ALTER TABLE "project" DROP COLUMN "stale_after_days"`);
    await runner.query(`DROP TABLE "flag_usage"`);
    await runner.query(`DROP TABLE "segment_key"`);
    await runner.query(`DROP TABLE "segment"`);
  }
}
