/** Looks at the database, and changes nothing there. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { migrations } from '../../../migrations';
import { withDatabase } from '../../composition/with-database';
import type { Config } from '../../config';
import { isKeyPepperOf } from '../../database/installation';
import type { Connection } from '../../database/transaction';
import { StartFault } from '../../errors';
import { ok, warning, wrong, type Finding } from './finding';

const SLOW_MS = 20;
const CLOCK_WARNING_MS = 500;
const CLOCK_WRONG_MS = 30_000;

/** A directory that a server holds is as it should be: nothing else can be looked at then. */
export async function checkDatabase(config: Config): Promise<Finding[]> {
  // Opening it would make one.
  if (config.databaseUrl === null && !existsSync(join(config.dataDir, 'postgres'))) {
    return [ok('database', `embedded PostgreSQL in ${config.dataDir}: the first start makes it`)];
  }
  try {
    return await withDatabase(config, ({ connection }) => checksOf(connection, config));
  } catch (error) {
    if (!(error instanceof StartFault)) throw error;
    const holder = config.databaseUrl === null ? /is in use by ([^;]*)/.exec(error.message)?.[1] : undefined;
    if (holder === undefined) return [wrong('database', error.message)];
    return [ok('database', `embedded PostgreSQL in ${config.dataDir}, which ${holder} uses: it is not looked at meanwhile`)];
  }
}

async function checksOf(connection: Connection, config: Config): Promise<Finding[]> {
  const findings = [await checkServer(connection, config), await checkClock(connection)];
  const { pending, isEmpty, finding } = await checkMigrations(connection);
  findings.push(finding);
  if (!isEmpty && pending === 0) findings.push(await checkPepper(connection, config));
  if (config.databaseUrl !== null) findings.push(await checkConnections(connection, config));
  return findings;
}

async function checkServer(connection: Connection, { databaseUrl }: Config): Promise<Finding> {
  const startedAt = performance.now();
  const [row] = await rowsOf<{ version: string; standby: boolean }>(
    connection,
    `SELECT split_part(current_setting('server_version'), ' ', 1) AS version, pg_is_in_recovery() AS standby`,
  );
  const ms = performance.now() - startedAt;
  const answers = `${databaseUrl === null ? 'embedded ' : ''}PostgreSQL ${row?.version ?? ''} answers in ${ms.toFixed(1)} ms`;
  if (row?.standby) return wrong('database', `${answers}, but it is a standby; let DATABASE_URL name the primary.`);
  if (ms > SLOW_MS && databaseUrl !== null) {
    return warning('database', `${answers}, and a mutation asks it some twenty times; move server and database closer together.`);
  }
  return ok('database', answers);
}

/** Revisions, sessions and limits are compared by time. */
async function checkClock(connection: Connection): Promise<Finding> {
  const before = Date.now();
  const [row] = await rowsOf<{ now: Date }>(connection, 'SELECT clock_timestamp() AS now');
  const after = Date.now();
  const difference = (row?.now.getTime() ?? before) - (before + after) / 2;
  const says = `this machine and the database differ by ${(Math.abs(difference) / 1_000).toFixed(1)} s`;
  const remedy = 'let both take the time from NTP.';
  if (Math.abs(difference) > CLOCK_WRONG_MS) return wrong('clock', `${says}; ${remedy}`);
  return Math.abs(difference) > CLOCK_WARNING_MS ? warning('clock', `${says}; ${remedy}`) : ok('clock', says);
}

async function checkMigrations(connection: Connection): Promise<{ pending: number; isEmpty: boolean; finding: Finding }> {
  const [table] = await rowsOf<{ name: string | null }>(connection, `SELECT to_regclass('migration')::text AS name`);
  const isEmpty = !table?.name;
  const ran = isEmpty ? [] : (await rowsOf<{ name: string }>(connection, 'SELECT name FROM migration')).map(({ name }) => name);
  const own = migrations.map(({ name }) => name);
  const pending = own.filter((name) => !ran.includes(name)).length;
  const newer = ran.filter((name) => !(own as readonly string[]).includes(name)).length;
  if (isEmpty) return { pending, isEmpty, finding: ok('migrations', 'the database is empty; the first server makes the tables') };
  if (newer > 0) {
    const sentence = `${newer} were made by a newer release, which is right while servers are exchanged; otherwise start that release.`;
    return { pending, isEmpty, finding: warning('migrations', sentence) };
  }
  const said = pending === 0 ? 'all have run' : `${pending} will be run by the next server that starts, or by npm run db:migrate`;
  return { pending, isEmpty, finding: ok('migrations', said) };
}

async function checkPepper(connection: Connection, { keyPepper }: Config): Promise<Finding> {
  const isRight = await isKeyPepperOf(connection, keyPepper);
  if (isRight === null) return ok('KEY_PEPPER', 'no server has started on this database yet');
  if (isRight) return ok('KEY_PEPPER', 'is the one that the API keys were made with');
  return wrong('KEY_PEPPER', 'is not the one that the API keys were made with: no server starts; set it as it was.');
}

async function checkConnections(connection: Connection, { databasePoolSize }: Config): Promise<Finding> {
  const [row] = await rowsOf<{ max: number; used: number }>(
    connection,
    `SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS max,
       (SELECT count(*)::int FROM pg_stat_activity WHERE backend_type = 'client backend') AS used`,
  );
  const { max = 0, used = 0 } = row ?? {};
  const says = `${used} of ${max} are used; each server takes up to ${databasePoolSize}`;
  if (max - used >= databasePoolSize) return ok('connections', says);
  return warning('connections', `${says}; raise max_connections, or lower DATABASE_POOL_SIZE.`);
}

async function rowsOf<Row>(connection: Connection, sql: string): Promise<readonly Row[]> {
  return connection.query(sql);
}
