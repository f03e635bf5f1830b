import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Sessions, their refresh tokens, one-time tokens for a new password, and an access head for what belongs to no organization. */
export class Sessions1795000005000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "session" (
        "id" text NOT NULL,
        "user_id" text NOT NULL,
        "authentication" text NOT NULL,
        "address" text NOT NULL,
        "user_agent" text NOT NULL,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        "last_refreshed_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        "expires_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        "ended_at" TIMESTAMP(3) WITH TIME ZONE,
        CONSTRAINT "session_pkey" PRIMARY KEY ("id"),
        CONSTRAINT "session_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE
      )
    `);
    await runner.query(`CREATE INDEX "session_user_id_index" ON "session" ("user_id")`);
    await runner.query(`CREATE INDEX "session_expires_at_index" ON "session" ("expires_at")`);
    await runner.query(`
      CREATE TABLE "refresh_token" (
        "token_hash" text NOT NULL,
        "session_id" text NOT NULL,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        "used_at" TIMESTAMP(3) WITH TIME ZONE,
        CONSTRAINT "refresh_token_pkey" PRIMARY KEY ("token_hash"),
        CONSTRAINT "refresh_token_session_id_fkey" FOREIGN KEY ("session_id") REFERENCES "session"("id") ON DELETE CASCADE
      )
    `);
    await runner.query(`CREATE INDEX "refresh_token_session_id_index" ON "refresh_token" ("session_id")`);
    await runner.query(`
      CREATE TABLE "password_reset" (
        "token_hash" text NOT NULL,
        "user_id" text NOT NULL,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        "expires_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        "ended_at" TIMESTAMP(3) WITH TIME ZONE,
        CONSTRAINT "password_reset_pkey" PRIMARY KEY ("token_hash"),
        CONSTRAINT "password_reset_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE
      )
    `);
    await runner.query(`CREATE INDEX "password_reset_user_id_index" ON "password_reset" ("user_id")`);
    await runner.query(`CREATE INDEX "password_reset_expires_at_index" ON "password_reset" ("expires_at")`);
    // A head outlives its organization, so that other servers learn of the deletion.
    await runner.query(`ALTER TABLE "access_head" DROP CONSTRAINT "access_head_organization_id_fkey"`);
    await runner.query(`INSERT INTO "access_head" ("organization_id", "revision") VALUES ('system', 0)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `DELETE FROM "access_head" WHERE NOT EXISTS (SELECT 1 FROM "organization" WHERE "organization"."id" = "access_head"."organization_id")`,
    );
    await runner.query(
      `ALTER TABLE "access_head" ADD CONSTRAINT "access_head_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE`,
    );
    await runner.query(`DROP TABLE "password_reset"`);
    await runner.query(`DROP TABLE "refresh_token"`);
    await runner.query(`DROP TABLE "session"`);
  }
}
