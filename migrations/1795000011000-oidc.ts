import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Identities of users at an OpenID provider, and the roles that come from there. */
export class Oidc1795000011000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "oidc_identity" (
        "issuer" text NOT NULL,
        "subject" text NOT NULL,
        "user_id" text NOT NULL,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        CONSTRAINT "oidc_identity_user_id_issuer_unique" UNIQUE ("user_id", "issuer"),
        CONSTRAINT "oidc_identity_pkey" PRIMARY KEY ("issuer", "subject"),
        CONSTRAINT "oidc_identity_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE
      )
    `);
    await runner.query(`ALTER TABLE "role_binding" ADD "source" text NOT NULL DEFAULT 'DIRECT'`);
    await runner.query(
      `ALTER TABLE "role_binding" ADD CONSTRAINT "role_binding_source_check" CHECK ("source" IN ('DIRECT', 'OIDC'))`,
    );
  }

  /** Roles from groups go, too: nobody would take them away any more. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM "role_binding" WHERE "source" = 'OIDC'`);
    await runner.query(`ALTER TABLE "role_binding" DROP COLUMN "source"`);
    await runner.query(`DROP TABLE "oidc_identity"`);
  }
}
