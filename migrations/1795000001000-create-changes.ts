import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The record of every change, and the heads that order it. */
export class CreateChanges1795000001000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "audit_head" (
        "organization_id" text NOT NULL,
        "sequence" bigint NOT NULL,
        "hash" text NOT NULL,
        CONSTRAINT "audit_head_pkey" PRIMARY KEY ("organization_id")
      )
    `);
    await runner.query(`
      CREATE TABLE "access_head" (
        "organization_id" text NOT NULL,
        "revision" integer NOT NULL,
        CONSTRAINT "access_head_pkey" PRIMARY KEY ("organization_id")
      )
    `);
    await runner.query(
      `ALTER TABLE "access_head" ADD CONSTRAINT "access_head_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE`,
    );
    await runner.query(`
      CREATE TABLE "environment_head" (
        "environment_id" text NOT NULL,
        "project_id" text NOT NULL,
        "epoch" text NOT NULL,
        "revision" integer NOT NULL,
        CONSTRAINT "environment_head_pkey" PRIMARY KEY ("environment_id")
      )
    `);
    await runner.query(`CREATE INDEX "environment_head_project_id_index" ON "environment_head" ("project_id")`);
    await runner.query(
      `ALTER TABLE "environment_head" ADD CONSTRAINT "environment_head_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE CASCADE`,
    );
    await runner.query(`
      CREATE TABLE "change" (
        "id" text NOT NULL,
        "organization_id" text NOT NULL,
        "sequence" bigint NOT NULL,
        "project_id" text,
        "kind" text NOT NULL,
        "actor_kind" text NOT NULL,
        "actor_id" text,
        "actor_name" text NOT NULL,
        "authentication" text NOT NULL,
        "address" text NOT NULL,
        "user_agent" text NOT NULL,
        "request_id" text NOT NULL,
        "result" text NOT NULL,
        "body_digest" text NOT NULL,
        "canonical" text NOT NULL,
        "hash" text NOT NULL,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        CONSTRAINT "change_organization_id_sequence_unique" UNIQUE ("organization_id", "sequence"),
        CONSTRAINT "change_pkey" PRIMARY KEY ("id")
      )
    `);
    await runner.query(`CREATE INDEX "change_project_id_sequence_index" ON "change" ("project_id", "sequence")`);
    await runner.query(`
      CREATE TABLE "change_body" (
        "change_id" text NOT NULL,
        "position" integer NOT NULL,
        "subject_kind" text NOT NULL,
        "subject_id" text NOT NULL,
        "subject_key" text NOT NULL,
        "parent_id" text,
        "environment_id" text,
        "version" integer NOT NULL,
        "before" text,
        "after" text,
        "salt" text,
        "digest" text NOT NULL,
        CONSTRAINT "change_body_pkey" PRIMARY KEY ("change_id", "position")
      )
    `);
    await runner.query(`CREATE INDEX "change_body_parent_id_index" ON "change_body" ("parent_id", "change_id")`);
    await runner.query(`CREATE INDEX "change_body_subject_id_index" ON "change_body" ("subject_id", "change_id")`);
    await runner.query(
      `ALTER TABLE "change_body" ADD CONSTRAINT "change_body_change_id_fkey" FOREIGN KEY ("change_id") REFERENCES "change"("id")`,
    );
    await runner.query(`
      CREATE TABLE "environment_revision" (
        "environment_id" text NOT NULL,
        "revision" integer NOT NULL,
        "epoch" text NOT NULL,
        "change_id" text NOT NULL,
        "events" json NOT NULL,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        CONSTRAINT "environment_revision_pkey" PRIMARY KEY ("environment_id", "revision")
      )
    `);
    await runner.query(`CREATE INDEX "environment_revision_created_at_index" ON "environment_revision" ("created_at")`);
    await runner.query(
      `ALTER TABLE "environment_revision" ADD CONSTRAINT "environment_revision_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE CASCADE`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "environment_revision"`);
    await runner.query(`DROP TABLE "change_body"`);
    await runner.query(`DROP TABLE "change"`);
    await runner.query(`DROP TABLE "environment_head"`);
    await runner.query(`DROP TABLE "access_head"`);
    await runner.query(`DROP TABLE "audit_head"`);
  }
}
