import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The trace of the request that made a revision, so that its delivery by any server joins that trace. */
export class RevisionTraces1795000019000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "environment_revision" ADD COLUMN "trace_parent" text NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "environment_revision" DROP COLUMN "trace_parent"`);
  }
}
