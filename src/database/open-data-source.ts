/** Connects to the database, and refuses with one sentence one on which the product would not do what it promises. */
import type { ClientBase } from 'pg';
import type { DataSource, QueryRunner } from 'typeorm';
import { StartFault } from '../errors';
import { isEmbedded } from './data-source';

interface Facts {
  readonly encoding: string;
  /** Null: the search path names no schema that exists. */
  readonly schema: string | null;
  readonly replicationRole: string;
  readonly role: string;
  readonly database: string;
  readonly pid: number;
}

const READ_FACTS = `SELECT current_setting('server_encoding') AS encoding, current_schema() AS schema,
  current_setting('session_replication_role') AS "replicationRole", current_user AS role, current_database() AS database,
  pg_backend_pid() AS pid`;

/** Throws `StartFault`; it has a cause when the database cannot be reached. `variable`: the one that has its URL. */
export async function openDataSource(dataSource: DataSource, variable = 'DATABASE_URL'): Promise<void> {
  try {
    await dataSource.initialize();
    if (!isEmbedded(dataSource)) await check(dataSource, variable);
  } catch (error) {
    if (dataSource.isInitialized) await dataSource.destroy();
    if (error instanceof StartFault) throw error;
    // PgBouncer's words in statement mode, where there are no transactions at all.
    if (/statement pooling/.test(messageOf(error))) throw mixedSessions(variable);
    const sentence = isEmbedded(dataSource)
      ? `The embedded database cannot be used: ${messageOf(error)}.`
      : `The database at ${variable} cannot be reached: ${messageOf(error)}; ${remedyFor(error)}.`;
    throw new StartFault(sentence, { cause: error });
  }
}

/** Node reports a refused connection to several addresses as an AggregateError without a message. */
function messageOf(error: unknown): string {
  const { message, errors, cause } = error as { message?: string; errors?: Error[]; cause?: unknown };
  if (cause instanceof Error) return messageOf(cause);
  return (message === undefined || message === '' ? errors?.map((part) => part.message).join(', ') : message) ?? 'unknown cause';
}

/** Says what to do, by the codes of Node and PostgreSQL. */
const REMEDIES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'correct its host',
  EAI_AGAIN: 'let the name service of this machine answer, or write an address for the host',
  ECONNREFUSED: 'start PostgreSQL there, or correct host and port',
  // Invalid password, invalid authorization, and no such database; PostgreSQL's appendix A.
  '28P01': 'correct user and password',
  '28000': 'correct the user, or allow it in pg_hba.conf',
  '3D000': 'create the database, or correct its name',
  '53300': 'raise max_connections there, or lower DATABASE_POOL_SIZE',
  '57P03': 'wait until it has started',
};
const TLS_REMEDIES: readonly (readonly [RegExp, string])[] = [
  [/does not support SSL/, 'let the server take TLS, or write sslmode=disable'],
  [/altnames/, 'write the host that the certificate names, or sslmode=verify-ca'],
  [/certificate/i, 'name its authority with sslrootcert=/path/to/ca.pem, or write sslmode=require, which does not look at it'],
];

function remedyFor(error: unknown): string {
  const { code, cause, errors } = error as { code?: string; cause?: unknown; errors?: unknown[] };
  if (cause instanceof Error) return remedyFor(cause);
  if (code === undefined && errors?.[0] !== undefined) return remedyFor(errors[0]);
  const message = messageOf(error);
  const forTls = TLS_REMEDIES.find(([pattern]) => pattern.test(message));
  return REMEDIES[code ?? ''] ?? forTls?.[1] ?? 'correct host and port, or what lies between';
}

/** Returns the version of PostgreSQL, without the packager's addition. */
export async function readVersion(dataSource: DataSource): Promise<string> {
  const [row] = await dataSource.query<{ server_version: string }[]>('SHOW server_version');
  return row?.server_version.split(' ')[0] ?? 'unknown';
}

async function check(dataSource: DataSource, variable: string): Promise<void> {
  const runner = dataSource.createQueryRunner();
  try {
    const [facts] = (await runner.query(READ_FACTS)) as Facts[];
    if (facts !== undefined) refuseUnfit(facts, variable);
    const { processID } = (await runner.connect()) as ClientBase & { readonly processID?: number };
    // A pooler gives its clients numbers of its own.
    if (facts !== undefined && processID !== facts.pid) await refuseMixedSessions(dataSource, runner, variable);
  } finally {
    await runner.release();
  }
}

function refuseUnfit({ encoding, schema, replicationRole, role, database }: Facts, variable: string): void {
  if (encoding !== 'UTF8') {
    throw new StartFault(
      `The database ${database} at ${variable} is encoded as ${encoding}, which cannot hold every text; ` +
        `create one with CREATE DATABASE … ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0.`,
    );
  }
  if (schema === null) {
    throw new StartFault(
      `The search_path of the role ${role} in the database ${database} at ${variable} names no schema that exists; ` +
        `run ALTER ROLE "${role}" IN DATABASE "${database}" SET search_path = public, or create the schema that it names.`,
    );
  }
  if (replicationRole !== 'origin') {
    throw new StartFault(
      `The database ${database} at ${variable} has session_replication_role = ${replicationRole}, under which the triggers ` +
        'that guard the audit log do not run; set it to origin.',
    );
  }
}

/** Rounds after which a pooler that gave each of two clients a session of its own is believed to go on so. */
const ROUNDS = 3;

/**
 * A pooler that gives a session to another client after each transaction would let another server work in the session that holds
 * the migration lock, and give us sessions without our settings. It shows in the backend that a client works with: while this
 * one is between two statements, another one begins a transaction, in this one's session or, afterwards, leaving another to it.
 */
async function refuseMixedSessions(dataSource: DataSource, runner: QueryRunner, variable: string): Promise<void> {
  const other = dataSource.createQueryRunner();
  try {
    for (let round = 0; round < ROUNDS; round++) {
      const before = await backendOf(runner);
      await other.startTransaction();
      const others = await backendOf(other);
      const after = await backendOf(runner);
      await other.rollbackTransaction();
      if (before === others || before !== after) throw mixedSessions(variable);
    }
  } finally {
    await other.release();
  }
}

async function backendOf(runner: QueryRunner): Promise<number | undefined> {
  const [row] = (await runner.query('SELECT pg_backend_pid() AS pid')) as { readonly pid: number }[];
  return row?.pid;
}

function mixedSessions(variable: string): StartFault {
  return new StartFault(
    `${variable} leads to a connection pooler that gives a session to another client after each transaction; set its pool_mode ` +
      `to session for this database, or let ${variable} lead to PostgreSQL itself.`,
  );
}
