/** The tables as text, from the catalog of the database: what a client of the database could see. */

type Query = (sql: string) => Promise<unknown>;

/** Each answers lines in one column, sorted. */
const PARTS: Readonly<Record<string, string>> = {
  columns: `
    SELECT format('%s.%s %s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
      CASE WHEN a.attnotnull THEN ' NOT NULL' ELSE '' END,
      CASE WHEN d.oid IS NULL THEN '' ELSE ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid) END) AS line
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v')`,
  constraints: `
    SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS line
    FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'`,
  indexes: `SELECT indexdef AS line FROM pg_indexes WHERE schemaname = 'public'`,
  triggers: `SELECT pg_get_triggerdef(oid) AS line FROM pg_trigger WHERE NOT tgisinternal`,
  functions: `SELECT pg_get_functiondef(oid) AS line FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prokind = 'f'`,
  sequences: `SELECT format('%s %s', sequencename, data_type) AS line FROM pg_sequences WHERE schemaname = 'public'`,
};

export async function readTables(query: Query): Promise<string> {
  const parts: string[] = [];
  for (const [name, sql] of Object.entries(PARTS)) {
    const rows = (await query(`SELECT line FROM (${sql}) lines ORDER BY line COLLATE "C"`)) as readonly {
      readonly line: string;
    }[];
    parts.push(`# ${name}\n\n${rows.map(({ line }) => `${line}\n`).join('')}`);
  }
  return parts.join('\n');
}
