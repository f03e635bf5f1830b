/**
 * Embedded databases of the tests: each process of a run uses them again, because to open one takes ten times as long as to bring it
 * back to what was loaded.
 */
import { Client } from 'pg';
import { openEmbeddedDatabase, type EmbeddedDatabase } from '../../src/database/embedded';

interface Reusable {
  readonly database: EmbeddedDatabase;
  readonly loadFrom: string;
  /** Statements that bring back the rows that were loaded. */
  readonly refill: string;
  readonly catalog: string;
}

/** Databases as they were loaded, which no test uses. */
const idle: Reusable[] = [];
/** Few tests use more at the same time; each takes some 100 MB. */
const IDLE_MAX = 2;

/** Otherwise their threads keep the process from ending. */
export async function closeIdle(): Promise<void> {
  await Promise.all(idle.splice(0).map(({ database }) => database.close()));
}

/** Jest tells a process of a run that it is to end by itself by a message of this kind. */
const END = 2;
process.on('message', function listen([kind]: [number]) {
  if (kind !== END) return;
  process.off('message', listen);
  void closeIdle();
});

/** A database of one's own with what the archive holds; `close` takes it back. */
export async function takeEmbedded(loadFrom: string): Promise<EmbeddedDatabase> {
  const at = idle.findIndex((one) => one.loadFrom === loadFrom);
  const taken = at < 0 ? await openReusable(loadFrom) : idle.splice(at, 1)[0]!;
  return { ...taken.database, close: () => giveBack(taken) };
}

async function openReusable(loadFrom: string): Promise<Reusable> {
  const database = await openEmbeddedDatabase({ loadFrom });
  return onConnection(database, async (client) => ({
    database,
    loadFrom,
    refill: await statementsToRefill(client),
    catalog: await catalogOf(client),
  }));
}

async function giveBack(reusable: Reusable): Promise<void> {
  const { database, refill, catalog } = reusable;
  const isAsLoaded = await onConnection(database, async (client) => {
    if ((await catalogOf(client)) !== catalog) return false;
    // Triggers refuse to empty some tables.
    await client.query(`SET session_replication_role = replica; ${await statementsToEmpty(client)} ${refill}`);
    // Otherwise the write-ahead log grows with each use.
    await client.query('CHECKPOINT');
    return true;
  });
  if (isAsLoaded) idle.push(reusable);
  else await database.close();
  if (idle.length > IDLE_MAX) await idle.shift()!.database.close();
}

async function onConnection<T>(database: EmbeddedDatabase, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ user: 'postgres', database: 'postgres', stream: database.createStream });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The catalog's entries for tables, indexes, columns, constraints, triggers, functions and settings. */
async function catalogOf(client: Client): Promise<string> {
  const lists = [
    'SELECT oid, relname, relkind, reloptions FROM pg_class WHERE oid >= 16384 AND relnamespace <> 99',
    'SELECT attrelid, attnum, attname, atttypid, attnotnull FROM pg_attribute WHERE attrelid >= 16384',
    'SELECT oid, adbin FROM pg_attrdef',
    'SELECT oid, conname, convalidated FROM pg_constraint WHERE oid >= 16384',
    'SELECT oid, tgname, tgenabled FROM pg_trigger',
    'SELECT oid, proname, xmin FROM pg_proc WHERE oid >= 16384',
    'SELECT oid, nspname FROM pg_namespace',
    'SELECT * FROM pg_db_role_setting',
  ];
  const digests = lists.map((sql) => `(SELECT md5(string_agg(x::text, ',' ORDER BY x::text)) FROM (${sql}) x)`);
  const { rows } = await client.query<{ catalog: string }>(`SELECT concat_ws(' ', ${digests.join(', ')}) AS catalog`);
  return rows[0]!.catalog;
}

const NAMES_OF_TABLES = `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace`;

/** The tables that hold anything. */
async function filledTables(client: Client): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(`${NAMES_OF_TABLES} AND pg_relation_size(oid) > 0 ORDER BY relname`);
  return rows.map(({ name }) => client.escapeIdentifier(name));
}

async function statementsToEmpty(client: Client): Promise<string> {
  const tables = await filledTables(client);
  return tables.length === 0 ? '' : `TRUNCATE ${tables.join(', ')} CASCADE;`;
}

async function statementsToRefill(client: Client): Promise<string> {
  const statements: string[] = [];
  for (const table of await filledTables(client)) {
    const { rows } = await client.query<{ rows: string }>(`SELECT coalesce(json_agg(t), '[]')::text AS rows FROM ${table} t`);
    const literal = client.escapeLiteral(rows[0]!.rows);
    statements.push(`INSERT INTO ${table} SELECT * FROM json_populate_recordset(NULL::${table}, ${literal});`);
  }
  return statements.join(' ');
}
