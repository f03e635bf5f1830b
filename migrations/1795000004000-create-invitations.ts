import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Invitations to organizations; since when members have their roles; which API key follows which. */
export class CreateInvitations1795000004000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "invitation" (
        "id" text NOT NULL,
        "organization_id" text NOT NULL,
        "project_id" text,
        "environment_id" text,
        "email" text NOT NULL,
        "role" text NOT NULL,
        "token_hash" text NOT NULL,
        "invited_by_id" text,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        "expires_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        CONSTRAINT "invitation_organization_id_email_unique" UNIQUE ("organization_id", "email"),
        CONSTRAINT "invitation_token_hash_unique" UNIQUE ("token_hash"),
        CONSTRAINT "invitation_role_check" CHECK ("role" IN ('OWNER', 'ADMIN', 'EDITOR', 'VIEWER')),
        CONSTRAINT "invitation_pkey" PRIMARY KEY ("id"),
        CONSTRAINT "invitation_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE,
        CONSTRAINT "invitation_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE,
        CONSTRAINT "invitation_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE CASCADE,
        CONSTRAINT "invitation_invited_by_id_fkey" FOREIGN KEY ("invited_by_id") REFERENCES "app_user"("id") ON DELETE SET NULL
      )
    `);
    await runner.query(`ALTER TABLE "role_binding" ADD "created_at" TIMESTAMP(3) WITH TIME ZONE`);
    await runner.query(
      `UPDATE "role_binding" SET "created_at" = "organization"."created_at" FROM "organization" WHERE "organization"."id" = "role_binding"."organization_id"`,
    );
    await runner.query(`ALTER TABLE "role_binding" ALTER COLUMN "created_at" SET NOT NULL`);
    await runner.query(`ALTER TABLE "api_key" ADD "replaced_by_id" text`);
    await runner.query(
      `ALTER TABLE "api_key" ADD CONSTRAINT "api_key_replaced_by_id_fkey" FOREIGN KEY ("replaced_by_id") REFERENCES "api_key"("id") ON DELETE SET NULL`,
    );
    // Deleting what they refer to would read the whole table for each row without these.
    await runner.query(`CREATE INDEX "invitation_project_id_index" ON "invitation" ("project_id")`);
    await runner.query(`CREATE INDEX "invitation_environment_id_index" ON "invitation" ("environment_id")`);
    await runner.query(`CREATE INDEX "role_binding_project_id_index" ON "role_binding" ("project_id")`);
    await runner.query(`CREATE INDEX "role_binding_environment_id_index" ON "role_binding" ("environment_id")`);
    await runner.query(`CREATE INDEX "api_key_organization_id_index" ON "api_key" ("organization_id")`);
    await runner.query(`CREATE INDEX "api_key_project_id_index" ON "api_key" ("project_id")`);
    await runner.query(`CREATE INDEX "api_key_replaced_by_id_index" ON "api_key" ("replaced_by_id")`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP INDEX "api_key_project_id_index"`);
    await runner.query(`DROP INDEX "api_key_organization_id_index"`);
    await runner.query(`ALTER TABLE "api_key" DROP COLUMN "replaced_by_id"`);
    await runner.query(`DROP INDEX "role_binding_environment_id_index"`);
    await runner.query(`DROP INDEX "role_binding_project_id_index"`);
    await runner.query(`ALTER TABLE "role_binding" DROP COLUMN "created_at"`);
    await runner.query(`DROP TABLE "invitation"`);
  }
}
