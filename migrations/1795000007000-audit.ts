import type { MigrationInterface, QueryRunner } from 'typeorm';

// insufficient_privilege: what the second database role of docs/AUDIT.md would be told, too.
const REFUSE = `RAISE EXCEPTION 'The audit log is append-only: % of % is refused.', TG_OP, TG_TABLE_NAME USING ERRCODE = '42501'`;

/** The record of changes becomes append-only; failed authentications get a table of their own, apart from the writers' locks. */
export class Audit1795000007000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION "audit_refuse"() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        ${REFUSE};
      END $$
    `);
    await runner.query(`
      CREATE FUNCTION "change_body_guard"() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE
        erased change_body%ROWTYPE := OLD;
      BEGIN
        erased.before := NULL;
        erased.after := NULL;
        erased.salt := NULL;
        IF NEW IS DISTINCT FROM erased THEN
          ${REFUSE};
        END IF;
        RETURN NEW;
      END $$
    `);
    // Equal values are let through: that is how a writer locks the end of a chain.
    await runner.query(`
      CREATE FUNCTION "audit_head_guard"() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW IS DISTINCT FROM OLD
          AND (NEW.organization_id <> OLD.organization_id OR NEW.sequence <> OLD.sequence + 1 OR NEW.hash = OLD.hash) THEN
          ${REFUSE};
        END IF;
        RETURN NEW;
      END $$
    `);
    await runner.query(
      `CREATE TRIGGER "change_refuse" BEFORE UPDATE OR DELETE OR TRUNCATE ON "change" FOR EACH STATEMENT EXECUTE FUNCTION "audit_refuse"()`,
    );
    for (const table of ['change_body', 'audit_head']) {
      await runner.query(
        `CREATE TRIGGER "${table}_refuse" BEFORE DELETE OR TRUNCATE ON "${table}" FOR EACH STATEMENT EXECUTE FUNCTION "audit_refuse"()`,
      );
      await runner.query(
        `CREATE TRIGGER "${table}_guard" BEFORE UPDATE ON "${table}" FOR EACH ROW EXECUTE FUNCTION "${table}_guard"()`,
      );
    }
    await runner.query(`
      CREATE TABLE "failed_authentication" (
        "id" text NOT NULL,
        "kind" text NOT NULL,
        "address" text NOT NULL,
        "user_agent" text NOT NULL,
        "account" text,
        "user_id" text,
        "organization_id" text,
        "count" integer NOT NULL,
        "first_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        "last_at" TIMESTAMP(3) WITH TIME ZONE NOT NULL,
        CONSTRAINT "failed_authentication_kind_check" CHECK ("kind" IN ('PASSWORD', 'API_KEY', 'ACCESS_TOKEN', 'REFRESH_TOKEN', 'OIDC', 'RESET_TOKEN', 'INVITATION', 'OVERFLOW')),
        CONSTRAINT "failed_authentication_pkey" PRIMARY KEY ("id")
      )
    `);
    await runner.query(`CREATE INDEX "failed_authentication_last_at_index" ON "failed_authentication" ("last_at")`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "failed_authentication"`);
    for (const table of ['audit_head', 'change_body']) {
      await runner.query(`DROP TRIGGER "${table}_guard" ON "${table}"`);
      await runner.query(`DROP TRIGGER "${table}_refuse" ON "${table}"`);
    }
    await runner.query(`DROP TRIGGER "change_refuse" ON "change"`);
    await runner.query(`DROP FUNCTION "audit_head_guard"`);
    await runner.query(`DROP FUNCTION "change_body_guard"`);
    await runner.query(`DROP FUNCTION "audit_refuse"`);
  }
}
