/** Implements `npm run db:backup` and `db:restore`: the whole database as one file, and back into an empty one. */
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { link, open, rm, type FileHandle } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { withDataSource } from '../composition/with-database';
import type { Config } from '../config';
import { openEmbeddedDatabase, restoreEmbeddedDatabase } from '../database/embedded';
import { openInstallation } from '../database/installation';
import { migrate } from '../database/migrate';
import { StartFault } from '../errors';
import { renewEpochs } from '../modules/changes/epoch-repository';

type Location = Pick<Config, 'databaseUrl' | 'dataDir'>;

/** Writes a new file, which only this account may read. Throws `StartFault` when there is one already, and leaves none behind then. */
export async function backUp({ databaseUrl, dataDir }: Location, path: string): Promise<string> {
  if (existsSync(path)) throw new StartFault(`The file ${path} exists already; name another one.`);
  // Written aside, so that half a backup is not taken for a whole one.
  const draft = `${path}.${randomUUID()}`;
  try {
    const file = await openNew(draft, path);
    try {
      if (databaseUrl === null) await file.writeFile(await dumpEmbedded(dataDir));
      else await dumpServer(databaseUrl, file);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(draft, path);
  } finally {
    await rm(draft, { force: true });
  }
  const secrets = databaseUrl === null ? `, or ${join(resolve(dataDir), 'secrets.json')},` : '';
  return `Written: ${path}. KEY_PEPPER and JWT_SECRET${secrets} are not in it: keep them, too, but not beside it.`;
}

function openNew(draft: string, path: string): Promise<FileHandle> {
  return open(draft, 'wx', 0o600).catch((error: Error) => {
    throw new StartFault(
      `The file ${path} cannot be written (${error.message}); name one in a directory that this account may write to.`,
    );
  });
}

async function dumpEmbedded(dataDir: string): Promise<Buffer> {
  if (!existsSync(join(dataDir, 'postgres'))) throw new StartFault(`There is no database in ${resolve(dataDir)}.`);
  const database = await openEmbeddedDatabase({ dataDir });
  try {
    return await promisify(gzip)(await database.dump());
  } finally {
    await database.close();
  }
}

function dumpServer(databaseUrl: string, file: FileHandle): Promise<void> {
  // Owners are decided where it is restored.
  return runClient('pg_dump', ['--format=custom', '--no-owner', '--no-privileges'], databaseUrl, file.fd);
}

/**
 * Fills an empty database from a file of `backUp`, brings it up to this release, and gives every environment a new epoch, so that
 * clients which have seen later revisions start over. Throws `StartFault` when there is something in it already, and when the restored
 * API keys were made with another KEY_PEPPER.
 */
export async function restore(config: Location & Pick<Config, 'keyPepper'>, path: string): Promise<string> {
  if (!existsSync(path)) throw new StartFault(`There is no file ${path}.`);
  if (config.databaseUrl === null) await restoreEmbedded(config.dataDir, path);
  else await restoreServer(config, config.databaseUrl, path);
  const count = await withDataSource(config, async (dataSource) => {
    await migrate(dataSource);
    return dataSource.transaction((connection) => renewEpochs(connection, null));
  });
  await withDataSource(config, (dataSource) => openInstallation(dataSource.manager, config.keyPepper));
  return `Restored: ${path}. ${count === 1 ? '1 environment has a new epoch' : `${count} environments have new epochs`}. Run npm run audit:verify before servers start.`;
}

async function restoreEmbedded(dataDir: string, path: string): Promise<void> {
  if (existsSync(join(dataDir, 'postgres'))) {
    throw new StartFault(`There is a database in ${resolve(dataDir)} already; set DATA_DIR to another directory.`);
  }
  await restoreEmbeddedDatabase(dataDir, path);
}

async function restoreServer(config: Location, databaseUrl: string, path: string): Promise<void> {
  const [{ name, tables } = { name: '', tables: 0 }] = await withDataSource(config, (dataSource) =>
    dataSource.query<{ name: string; tables: number }[]>(
      `SELECT current_database() AS name, count(relname)::integer AS tables FROM pg_namespace n
       LEFT JOIN pg_class c ON c.relnamespace = n.oid AND c.relkind IN ('r', 'p', 'v', 'm', 'S')
       WHERE n.nspname = current_schema()`,
    ),
  );
  if (tables > 0) {
    throw new StartFault(
      `The database ${JSON.stringify(name)} is not empty; create a new one for the backup, and set DATABASE_URL to it.`,
    );
  }
  const whole = ['--no-owner', '--no-privileges', '--exit-on-error', '--single-transaction'];
  await runClient('pg_restore', [...whole, resolve(path)], databaseUrl, 'ignore');
}

/** Runs a client program of PostgreSQL, which must be installed. Throws `StartFault` with what it says. */
async function runClient(
  program: string,
  args: readonly string[],
  databaseUrl: string,
  output: number | 'ignore',
): Promise<void> {
  const { url, password } = forLibpq(databaseUrl);
  // eslint-disable-next-line no-restricted-properties -- The program gets what this process was given, such as PGSSLROOTCERT and PATH.
  const env = { ...process.env, ...(password === '' ? {} : { PGPASSWORD: password }) };
  const child = spawn(program, [...args, `--dbname=${url}`], { env, stdio: ['ignore', output, 'pipe'] });
  const closed = once(child, 'close') as Promise<[number | null]>;
  const [said, code] = await Promise.all([
    child.stderr === null ? '' : text(child.stderr),
    closed.then(
      ([status]) => status,
      (error: NodeJS.ErrnoException) => {
        if (error.code !== 'ENOENT') throw error;
        throw new StartFault(
          `${program} is not installed here; install PostgreSQL's client programs, of the server's version or a newer one, or ` +
            'run it where PostgreSQL runs (docs/OPERATIONS.md, "Backup and restore").',
        );
      },
    ),
  ]);
  if (code === 0) return;
  const [line = ''] = said.split('\n').filter((each) => each !== '');
  throw new StartFault(line === '' ? `${program} ended with exit code ${code}.` : line);
}

/** Takes the password out, which other accounts could see among the arguments, and what only pg understands. */
function forLibpq(databaseUrl: string): { readonly url: string; readonly password: string } {
  const url = new URL(databaseUrl);
  const password = decodeURIComponent(url.password);
  url.password = '';
  url.searchParams.delete('uselibpqcompat');
  if (url.searchParams.get('sslmode') === 'no-verify') url.searchParams.set('sslmode', 'require');
  return { url: url.href, password };
}
