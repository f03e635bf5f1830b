import type { MigrationInterface, QueryRunner } from 'typeorm';

const COLUMNS = `"environment_revision" ("environment_id", "created_at", "revision")`;

/** Finds a revision by the time at which it held, and the events that are still there, without stopping writers. */
export class RevisionIndexes1795000016000 implements MigrationInterface {
  /** An index cannot be built CONCURRENTLY in a transaction. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    await buildIndex(runner, 'environment_revision_environment_id_created_at_revision_index', COLUMNS);
    await buildIndex(runner, 'environment_revision_with_events_index', `${COLUMNS} WHERE "events" IS NOT NULL`);
    // This index is not used by any query.
    await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS "environment_revision_created_at_index"`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`CREATE INDEX "environment_revision_created_at_index" ON "environment_revision" ("created_at")`);
    await runner.query(`DROP INDEX "environment_revision_with_events_index"`);
    await runner.query(`DROP INDEX "environment_revision_environment_id_created_at_revision_index"`);
  }
}

/** Leaves one that an operator has built before the upgrade; replaces one that was left half-built, which is invalid. */
async function buildIndex(runner: QueryRunner, name: string, on: string): Promise<void> {
  const valid = (await runner.query(`SELECT 1 FROM pg_index WHERE indexrelid = to_regclass($1) AND indisvalid`, [
    `"${name}"`,
  ])) as unknown[];
  if (valid.length > 0) return;
  await runner.query(`DROP INDEX CONCURRENTLY IF EXISTS "${name}"`);
  await runner.query(`CREATE INDEX CONCURRENTLY "${name}" ON ${on}`);
}
