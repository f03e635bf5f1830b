import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = ['flag', 'segment', 'project'] as const;
const BATCH = 1_000;

/** Keys and names as they are searched: folded by the server, because `lower` depends on the locale of the database. */
export class SearchText1795000018000 implements MigrationInterface {
  /** A transaction would keep other servers out of the tables until all rows are filled. Can be repeated after a kill. */
  readonly transaction = false;

  async up(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) {
      // Null: written by a server of the release before, which still runs.
      await runner.query(`ALTER TABLE "${table}" ADD COLUMN IF NOT EXISTS "search_text" text`);
      await fill(runner, table);
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const table of TABLES) await runner.query(`ALTER TABLE "${table}" DROP COLUMN "search_text"`);
  }
}

async function fill(runner: QueryRunner, table: string): Promise<void> {
  for (let after = ''; ;) {
    const rows = (await runner.query(`SELECT id, key, name FROM "${table}" WHERE id > $1 ORDER BY id LIMIT ${BATCH}`, [
      after,
    ])) as { readonly id: string; readonly key: string; readonly name: string }[];
    const last = rows.at(-1);
    if (last === undefined) return;
    await runner.query(
      `UPDATE "${table}" t SET search_text = v.text FROM unnest($1::text[], $2::text[], $3::text[]) AS v(id, name, text)
       WHERE t.id = v.id AND t.name = v.name AND t.search_text IS NULL`,
      [rows.map(({ id }) => id), rows.map(({ name }) => name), rows.map(folded)],
    );
    after = last.id;
  }
}

/** The search text as it was when this migration was written. */
function folded({ key, name }: { readonly key: string; readonly name: string }): string {
  return `${key}\n${name}`.normalize('NFKC').toLowerCase().toUpperCase().normalize('NFKC');
}
