import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Notes on projects. */
export class CreateNotes1795000017000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "note" (
        "id" text NOT NULL,
        "project_id" text NOT NULL,
        "text" text NOT NULL,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        CONSTRAINT "note_pkey" PRIMARY KEY ("id"),
        CONSTRAINT "note_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE
      )
    `);
    await runner.query(`CREATE INDEX "note_project_id_index" ON "note" ("project_id")`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "note"`);
  }
}
