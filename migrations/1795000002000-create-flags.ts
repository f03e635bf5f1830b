import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Flags and their configurations. */
export class CreateFlags1795000002000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "flag" (
        "id" text NOT NULL,
        "project_id" text NOT NULL,
        "key" text COLLATE "C" NOT NULL,
        "name" text NOT NULL,
        "description" text NOT NULL,
        "value_type" text NOT NULL,
        "variations" json NOT NULL,
        "off_variation" text NOT NULL,
        "on_variation" text NOT NULL,
        "tags" text array NOT NULL,
        "lifetime" text NOT NULL,
        "is_client_available" boolean NOT NULL,
        "is_archived" boolean NOT NULL,
        "salt" text NOT NULL,
        "version" integer NOT NULL,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        CONSTRAINT "flag_project_id_key_unique" UNIQUE ("project_id", "key"),
        CONSTRAINT "flag_lifetime_check" CHECK ("lifetime" IN ('TEMPORARY', 'PERMANENT')),
        CONSTRAINT "flag_value_type_check" CHECK ("value_type" IN ('BOOLEAN', 'STRING', 'NUMBER', 'JSON')),
        CONSTRAINT "flag_pkey" PRIMARY KEY ("id")
      )
    `);
    await runner.query(
      `ALTER TABLE "flag" ADD CONSTRAINT "flag_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE`,
    );
    await runner.query(`
      CREATE TABLE "flag_configuration" (
        "flag_id" text NOT NULL,
        "environment_id" text NOT NULL,
        "is_enabled" boolean NOT NULL,
        "off_variation" text NOT NULL,
        "prerequisites" jsonb NOT NULL,
        "targets" jsonb NOT NULL,
        "rules" jsonb NOT NULL,
        "fallthrough" jsonb NOT NULL,
        "version" integer NOT NULL,
        "updated_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        CONSTRAINT "flag_configuration_pkey" PRIMARY KEY ("flag_id", "environment_id")
      )
    `);
    await runner.query(`CREATE INDEX "flag_configuration_environment_id_index" ON "flag_configuration" ("environment_id")`);
    await runner.query(
      `ALTER TABLE "flag_configuration" ADD CONSTRAINT "flag_configuration_flag_id_fkey" FOREIGN KEY ("flag_id") REFERENCES "flag"("id") ON DELETE CASCADE`,
    );
    await runner.query(
      `ALTER TABLE "flag_configuration" ADD CONSTRAINT "flag_configuration_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE CASCADE`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "flag_configuration"`);
    await runner.query(`DROP TABLE "flag"`);
  }
}
