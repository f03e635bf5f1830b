import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The instances of SDKs that report, and the revision of each. */
export class Clients1795000020000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "client_instance" (
        "environment_id" text NOT NULL,
        "instance_id" text NOT NULL,
        "sdk" text NOT NULL,
        "epoch" text NULL,
        "revision" integer NULL,
        "batch" integer NOT NULL,
        "live_until" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        CONSTRAINT "client_instance_pkey" PRIMARY KEY ("environment_id", "instance_id"),
        CONSTRAINT "client_instance_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE CASCADE
      )
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "client_instance"`);
  }
}
