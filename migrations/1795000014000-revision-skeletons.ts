import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Revision rows stay when their events are purged or erased (docs/adr/0014). */
export class RevisionSkeletons1795000014000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "environment_revision" ALTER COLUMN "events" DROP NOT NULL`);
  }

  /** Rows without events are what the release before would have deleted. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM "environment_revision" WHERE "events" IS NULL`);
    await runner.query(`ALTER TABLE "environment_revision" ALTER COLUMN "events" SET NOT NULL`);
  }
}
