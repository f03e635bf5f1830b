import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Environments that are changed with a stronger role only. */
export class RequireRole1795000010000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "environment" ADD "required_role" text`);
    await runner.query(
      `ALTER TABLE "environment" ADD CONSTRAINT "environment_required_role_check" CHECK ("required_role" IN ('EDITOR', 'ADMIN', 'OWNER'))`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "environment" DROP COLUMN "required_role"`);
  }
}
