/**
 * Makes the databases of a test run. Embedded: one migrated database is dumped to a file and loaded by
 * the worlds (embedded.ts). With DATABASE_URL: one migrated template database, copied for each world. The names are of our own.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash, randomBytes } from 'node:crypto';
import { createRequire } from 'node:module';
import { PGlite } from '@electric-sql/pglite';
import { Client } from 'pg';
import { migrations } from '../../migrations';
import { createDataSource } from '../../src/database/data-source';
import { openEmbeddedDatabase } from '../../src/database/embedded';
import { migrate } from '../../src/database/migrate';
import { entities } from '../../src/modules/entities';
import { PACKAGE_ROOT } from '../../src/package-root';
import { closeIdle } from './embedded';

/** Archives of data directories, embedded. */
interface Dumps {
  readonly migrated: string;
  /** Without any table. */
  readonly empty: string;
}

interface RunState {
  readonly dumps: Dumps | null;
  readonly template: string | null;
  readonly directory: string;
}

const STATE_VARIABLE = 'FLAGSTAFF_TEST_STATE';
const fail = (error: Error): never => {
  throw error;
};

/** Once for a run: makes the migrated original. */
export async function prepareDatabases(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'flagstaff-test-'));
  const state: RunState = process.env.DATABASE_URL
    ? { directory, dumps: null, template: await createTemplate() }
    : { directory, dumps: await findOrMakeDumps(), template: null };
  process.env[STATE_VARIABLE] = join(directory, 'state.json');
  writeFileSync(join(directory, 'state.json'), JSON.stringify(state));
}

/** Once at the end of a run: removes everything that it made. */
export async function removeDatabases(): Promise<void> {
  const { directory, template } = runState();
  await closeIdle();
  if (template !== null) {
    await onServer(async (client) => {
      const { rows } = await client.query<{ datname: string }>('SELECT datname FROM pg_database WHERE starts_with(datname, $1)', [
        template,
      ]);
      for (const { datname } of rows) await client.query(`DROP DATABASE IF EXISTS "${datname}" WITH (FORCE)`);
    });
  }
  rmSync(directory, { recursive: true, force: true });
}

export type TestDatabase =
  | { readonly kind: 'embedded'; readonly loadFrom: string }
  | { readonly kind: 'server'; readonly url: string; readonly drop: () => Promise<void> };

/** Settings of PostgreSQL that a database gives to its sessions. */
export type DatabaseSettings = Readonly<Record<string, string>>;

/** A migrated database of one's own. */
export async function createTestDatabase(settings: DatabaseSettings = {}): Promise<TestDatabase> {
  const { dumps, template } = runState();
  if (dumps !== null) return { kind: 'embedded', loadFrom: await withSettings(dumps.migrated, settings) };
  const name = `${template}_${randomBytes(6).toString('hex')}`;
  await onServer(async (client) => {
    await client.query(`CREATE DATABASE "${name}" TEMPLATE "${template}"`);
    for (const sql of alterations(name, settings)) await client.query(sql);
  });
  return serverDatabase(name);
}

function alterations(database: string, settings: DatabaseSettings): string[] {
  return Object.entries(settings).map(([name, value]) => {
    const list = name === 'DateStyle' ? value : `'${value}'`;
    return `ALTER DATABASE "${database}" SET ${name} = ${list}`;
  });
}

/** The dump itself where there is nothing to set. */
async function withSettings(dump: string, settings: DatabaseSettings): Promise<string> {
  if (Object.keys(settings).length === 0) return dump;
  const path = join(runState().directory, `${digestOf([JSON.stringify(settings)])}.tar`);
  if (existsSync(path)) return path;
  const database = await PGlite.create({ dataDir: 'memory://', loadDataDir: new Blob([readFileSync(dump)]) });
  for (const sql of alterations('postgres', settings)) await database.exec(sql);
  const bytes = await (await database.dumpDataDir('none')).arrayBuffer();
  await database.close();
  writeWhole(path, new Uint8Array(bytes));
  return path;
}

/** A server's database of one's own, made by these words of CREATE DATABASE, without any table. */
export async function createServerDatabase(words: string): Promise<Extract<TestDatabase, { kind: 'server' }>> {
  const name = `${runState().template}_${randomBytes(6).toString('hex')}`;
  await onServer((client) => client.query(`CREATE DATABASE "${name}" ${words}`));
  return serverDatabase(name);
}

/** A database of one's own without any table. */
export async function createUnmigratedDatabase(): Promise<TestDatabase> {
  const { dumps, template } = runState();
  if (dumps !== null) return { kind: 'embedded', loadFrom: dumps.empty };
  const name = `${template}_${randomBytes(6).toString('hex')}`;
  await onServer((client) => client.query(`CREATE DATABASE "${name}"`));
  return serverDatabase(name);
}

function serverDatabase(name: string): Extract<TestDatabase, { kind: 'server' }> {
  return {
    kind: 'server',
    url: urlOf(name),
    drop: () => onServer(async (client) => void (await client.query(`DROP DATABASE IF EXISTS "${name}" WITH (FORCE)`))),
  };
}

function runState(): RunState {
  return JSON.parse(readFileSync(process.env[STATE_VARIABLE] ?? '', 'utf8')) as RunState;
}

/** Dumps are kept for later runs, under a digest of what they are made by. */
const KEPT_IN = join(PACKAGE_ROOT, 'node_modules', '.cache', 'flagstaff-databases');
const KEPT_FOR_MS = 24 * 60 * 60 * 1_000;

async function findOrMakeDumps(): Promise<Dumps> {
  const makers = ['migrations', join('src', 'database')].flatMap((folder) => filesOf(join(PACKAGE_ROOT, folder)));
  const pglite = createRequire(__filename).resolve('@electric-sql/pglite');
  const digest = digestOf([...makers, __filename, pglite].map((path) => readFileSync(path)));
  const dumps = { empty: join(KEPT_IN, `${digest}-empty.tar`), migrated: join(KEPT_IN, `${digest}-migrated.tar`) };
  if (existsSync(dumps.migrated)) return dumps;
  mkdirSync(KEPT_IN, { recursive: true });
  for (const path of filesOf(KEPT_IN)) if (statSync(path).mtimeMs < Date.now() - KEPT_FOR_MS) rmSync(path, { force: true });
  writeWhole(dumps.empty, await dumpEmpty());
  writeWhole(dumps.migrated, await dumpMigrated(dumps.empty));
  return dumps;
}

const filesOf = (folder: string): string[] => readdirSync(folder, { encoding: 'utf8' }).map((name) => join(folder, name));

function digestOf(parts: readonly (string | Buffer)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part).update('\0');
  return hash.digest('hex').slice(0, 16);
}

/** Writes the file so that another process never reads half of it. */
function writeWhole(path: string, bytes: Uint8Array): void {
  writeFileSync(`${path}.${process.pid}`, bytes);
  renameSync(`${path}.${process.pid}`, path);
}

async function dumpMigrated(empty: string): Promise<Uint8Array> {
  const database = await openEmbeddedDatabase({ loadFrom: empty });
  const dataSource = createDataSource({ connection: database, entities, migrations, onPoolError: fail });
  await dataSource.initialize();
  await migrate(dataSource);
  await dataSource.query('SET wal_recycle = off');
  await dataSource.query('CHECKPOINT');
  await dataSource.destroy();
  const dump = await database.dump();
  await database.close();
  return dump;
}

/**
 * Makes a database that is quick to load and to open, for each world does both: with a write-ahead log in files of 1 MiB, not
 * 16, and without the databases that others are copied from, it is a fifth of the size; and PostgreSQL zeroes its buffers.
 */
async function dumpEmpty(): Promise<Uint8Array> {
  const database = await PGlite.create({ dataDir: 'memory://', initDbStartParams: ['--wal-segsize=1'] });
  await database.exec(`ALTER SYSTEM SET shared_buffers = '8MB'`);
  await database.exec('UPDATE pg_database SET datistemplate = false');
  for (const name of ['template0', 'template1']) await database.exec(`DROP DATABASE ${name}`);
  await database.exec('SET wal_recycle = off');
  await database.exec('CHECKPOINT');
  const dump = await database.dumpDataDir('none');
  await database.close();
  return new Uint8Array(await dump.arrayBuffer());
}

async function createTemplate(): Promise<string> {
  const name = `flagstaff_test_${randomBytes(4).toString('hex')}`;
  await onServer((client) => client.query(`CREATE DATABASE "${name}"`));
  const dataSource = createDataSource({ connection: { url: urlOf(name), poolSize: 3 }, entities, migrations, onPoolError: fail });
  await dataSource.initialize();
  await migrate(dataSource);
  await dataSource.destroy();
  return name;
}

function urlOf(name: string): string {
  const url = new URL(process.env.DATABASE_URL ?? '');
  url.pathname = `/${name}`;
  return url.toString();
}

async function onServer<T>(work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: process.env.DATABASE_URL });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
