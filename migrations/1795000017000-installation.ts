import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One row, which the first server writes: what distinguishes this database, and a check of KEY_PEPPER. */
export class Installation1795000017000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `CREATE TABLE "installation" (
        "is_only" boolean NOT NULL DEFAULT true PRIMARY KEY CHECK ("is_only"),
        "id" text NOT NULL,
        "key_pepper_check" text NOT NULL
      )`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "installation"`);
  }
}
