import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How often each variation was served, by the minute. */
export class Usage1795000009000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "flag_usage_minute" (
        "flag_id" text NOT NULL,
        "environment_id" text NOT NULL,
        "minute" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        "variation_key" text NOT NULL,
        "evaluations" bigint NOT NULL,
        CONSTRAINT "flag_usage_minute_pkey" PRIMARY KEY ("flag_id", "environment_id", "minute", "variation_key"),
        CONSTRAINT "flag_usage_minute_flag_id_fkey" FOREIGN KEY ("flag_id") REFERENCES "flag"("id") ON DELETE CASCADE,
        CONSTRAINT "flag_usage_minute_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE CASCADE
      )
    `);
    await runner.query(`CREATE INDEX "flag_usage_minute_environment_id_index" ON "flag_usage_minute" ("environment_id")`);
    await runner.query(`CREATE INDEX "flag_usage_minute_minute_index" ON "flag_usage_minute" ("minute")`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "flag_usage_minute"`);
  }
}
