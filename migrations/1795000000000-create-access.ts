import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Users, what they belong to, and what they may do. */
export class CreateAccess1795000000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "app_user" (
        "id" text NOT NULL,
        "email" text NOT NULL,
        "name" text NOT NULL,
        "password_hash" text NOT NULL,
        "version" integer NOT NULL,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        CONSTRAINT "app_user_email_unique" UNIQUE ("email"),
        CONSTRAINT "app_user_pkey" PRIMARY KEY ("id")
      )
    `);
    await runner.query(`
      CREATE TABLE "organization" (
        "id" text NOT NULL,
        "key" text COLLATE "C" NOT NULL,
        "name" text NOT NULL,
        "version" integer NOT NULL,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        CONSTRAINT "organization_key_unique" UNIQUE ("key"),
        CONSTRAINT "organization_pkey" PRIMARY KEY ("id")
      )
    `);
    await runner.query(`
      CREATE TABLE "project" (
        "id" text NOT NULL,
        "organization_id" text NOT NULL,
        "key" text COLLATE "C" NOT NULL,
        "name" text NOT NULL,
        "description" text NOT NULL,
        "version" integer NOT NULL,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        CONSTRAINT "project_organization_id_key_unique" UNIQUE ("organization_id", "key"),
        CONSTRAINT "project_pkey" PRIMARY KEY ("id")
      )
    `);
    await runner.query(
      `ALTER TABLE "project" ADD CONSTRAINT "project_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE`,
    );
    await runner.query(`
      CREATE TABLE "environment" (
        "id" text NOT NULL,
        "project_id" text NOT NULL,
        "key" text COLLATE "C" NOT NULL,
        "name" text NOT NULL,
        "color" text NOT NULL,
        "is_production" boolean NOT NULL,
        "position" integer NOT NULL,
        "version" integer NOT NULL,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        CONSTRAINT "environment_project_id_key_unique" UNIQUE ("project_id", "key"),
        CONSTRAINT "environment_pkey" PRIMARY KEY ("id")
      )
    `);
    await runner.query(
      `ALTER TABLE "environment" ADD CONSTRAINT "environment_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE`,
    );
    await runner.query(`
      CREATE TABLE "role_binding" (
        "id" text NOT NULL,
        "user_id" text NOT NULL,
        "role" text NOT NULL,
        "organization_id" text NOT NULL,
        "project_id" text,
        "environment_id" text,
        CONSTRAINT "role_binding_role_check" CHECK ("role" IN ('OWNER', 'ADMIN', 'EDITOR', 'VIEWER')),
        CONSTRAINT "role_binding_pkey" PRIMARY KEY ("id")
      )
    `);
    await runner.query(`CREATE INDEX "role_binding_organization_id_index" ON "role_binding" ("organization_id")`);
    await runner.query(`CREATE INDEX "role_binding_user_id_index" ON "role_binding" ("user_id")`);
    await runner.query(
      `ALTER TABLE "role_binding" ADD CONSTRAINT "role_binding_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "app_user"("id") ON DELETE CASCADE`,
    );
    await runner.query(
      `ALTER TABLE "role_binding" ADD CONSTRAINT "role_binding_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE`,
    );
    await runner.query(
      `ALTER TABLE "role_binding" ADD CONSTRAINT "role_binding_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE`,
    );
    await runner.query(
      `ALTER TABLE "role_binding" ADD CONSTRAINT "role_binding_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE CASCADE`,
    );
    await runner.query(`
      CREATE TABLE "api_key" (
        "id" text NOT NULL,
        "organization_id" text NOT NULL,
        "project_id" text NOT NULL,
        "environment_id" text NOT NULL,
        "kind" text NOT NULL,
        "name" text NOT NULL,
        "prefix" text NOT NULL,
        "hash" text NOT NULL,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        "expires_at" TIMESTAMP(3) WITH TIME ZONE,
        "revoked_at" TIMESTAMP(3) WITH TIME ZONE,
        CONSTRAINT "api_key_hash_unique" UNIQUE ("hash"),
        CONSTRAINT "api_key_kind_check" CHECK ("kind" IN ('SERVER', 'CLIENT', 'MOBILE')),
        CONSTRAINT "api_key_pkey" PRIMARY KEY ("id")
      )
    `);
    await runner.query(`CREATE INDEX "api_key_environment_id_index" ON "api_key" ("environment_id")`);
    await runner.query(
      `ALTER TABLE "api_key" ADD CONSTRAINT "api_key_organization_id_fkey" FOREIGN KEY ("organization_id") REFERENCES "organization"("id") ON DELETE CASCADE`,
    );
    await runner.query(
      `ALTER TABLE "api_key" ADD CONSTRAINT "api_key_project_id_fkey" FOREIGN KEY ("project_id") REFERENCES "project"("id") ON DELETE CASCADE`,
    );
    await runner.query(
      `ALTER TABLE "api_key" ADD CONSTRAINT "api_key_environment_id_fkey" FOREIGN KEY ("environment_id") REFERENCES "environment"("id") ON DELETE CASCADE`,
    );
    await runner.query(`
      CREATE TABLE "idempotency_record" (
        "actor_id" text NOT NULL,
        "idempotency_key" text NOT NULL,
        "field" text NOT NULL,
        "digest" text NOT NULL,
        "sealed_result" text,
        "created_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        CONSTRAINT "idempotency_record_pkey" PRIMARY KEY ("actor_id", "idempotency_key", "field")
      )
    `);
    await runner.query(`CREATE INDEX "idempotency_record_created_at_index" ON "idempotency_record" ("created_at")`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "idempotency_record"`);
    await runner.query(`DROP TABLE "api_key"`);
    await runner.query(`DROP TABLE "role_binding"`);
    await runner.query(`DROP TABLE "environment"`);
    await runner.query(`DROP TABLE "project"`);
    await runner.query(`DROP TABLE "organization"`);
    await runner.query(`DROP TABLE "app_user"`);
  }
}
