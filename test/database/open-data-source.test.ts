/** Databases on which the server would not do what it promises: refused at the start, in one sentence. */
import { Client } from 'pg';
import { migrations } from '../../migrations';
import { createDataSource } from '../../src/database/data-source';
import { migrate } from '../../src/database/migrate';
import { openDataSource } from '../../src/database/open-data-source';
import { StartFault } from '../../src/errors';
import { entities } from '../../src/modules/entities';
import { createServerDatabase } from '../support/databases';
import { uniqueKey } from '../support/make';
import { isEmbedded } from '../support/world';

interface Scene {
  readonly url: URL;
  readonly name: string;
  readonly query: (sql: string) => Promise<unknown>;
}

async function onDatabase<T>(words: string, work: (scene: Scene) => Promise<T>): Promise<T> {
  const database = await createServerDatabase(words);
  const url = new URL(database.url);
  const client = new Client({ connectionString: url.href });
  await client.connect();
  try {
    return await work({ url, name: url.pathname.slice(1), query: (sql) => client.query(sql) });
  } finally {
    await client.end();
    await database.drop();
  }
}

/** The sentence with which a start on the database ends; null when it starts. */
async function refusalOf(url: string): Promise<string | null> {
  const onPoolError = (): void => undefined;
  const dataSource = createDataSource({ connection: { url, poolSize: 2 }, entities, migrations, onPoolError });
  try {
    await openDataSource(dataSource);
    await migrate(dataSource);
    return null;
  } catch (error) {
    if (!(error instanceof StartFault)) throw error;
    return error.message;
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
  }
}

it('says of a host that nobody knows what to do', async () => {
  const causes = [
    'getaddrinfo ENOTFOUND nobody.invalid; correct its host',
    // A machine that reaches no name service says this.
    'getaddrinfo EAI_AGAIN nobody.invalid; let the name service of this machine answer, or write an address for the host',
  ];

  expect(causes.map((cause) => `The database at DATABASE_URL cannot be reached: ${cause}.`)).toContain(
    await refusalOf('postgres://nobody.invalid/flags'),
  );
});

const onServer = isEmbedded ? it.skip : it;

onServer('says of a database and of a user that do not exist what to do', async () => {
  await onDatabase('', async ({ url }) => {
    const elsewhere = new URL(url);
    elsewhere.pathname = '/nothing-here';
    const somebody = new URL(url);
    somebody.username = 'nobody-here';

    expect(await refusalOf(elsewhere.href)).toBe(
      'The database at DATABASE_URL cannot be reached: database "nothing-here" does not exist; create the database, or correct its name.',
    );
    expect(await refusalOf(somebody.href)).toBe(
      'The database at DATABASE_URL cannot be reached: role "nobody-here" does not exist; correct the user, or allow it in pg_hba.conf.',
    );
  });
});

onServer.each(['SQL_ASCII', 'LATIN1'])('refuses a database that is encoded as %s', async (encoding) => {
  await onDatabase(`ENCODING '${encoding}' LOCALE 'C' TEMPLATE template0`, async ({ url, name }) => {
    expect(await refusalOf(url.href)).toBe(
      `The database ${name} at DATABASE_URL is encoded as ${encoding}, which cannot hold every text; ` +
        `create one with CREATE DATABASE … ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0.`,
    );
  });
});

onServer('refuses an empty search path, and starts after what the sentence says to run', async () => {
  await onDatabase('', async ({ url, name, query }) => {
    await query(`ALTER DATABASE "${name}" SET search_path = ''`);
    const { username } = url;

    const refusal = await refusalOf(url.href);
    const [, remedy = ''] = /run (ALTER ROLE .*), or create/.exec(refusal ?? '') ?? [];
    await query(remedy);

    expect(refusal).toBe(
      `The search_path of the role ${username} in the database ${name} at DATABASE_URL names no schema that exists; ` +
        `run ALTER ROLE "${username}" IN DATABASE "${name}" SET search_path = public, or create the schema that it names.`,
    );
    expect(await refusalOf(url.href)).toBeNull();
  });
});

onServer('refuses sessions in which the triggers of the audit log do not run', async () => {
  await onDatabase('', async ({ url, name, query }) => {
    await query(`ALTER DATABASE "${name}" SET session_replication_role = replica`);

    expect(await refusalOf(url.href)).toBe(
      `The database ${name} at DATABASE_URL has session_replication_role = replica, under which the triggers ` +
        'that guard the audit log do not run; set it to origin.',
    );
  });
});

onServer('refuses a role that may not create tables, and starts after what the sentence says to run', async () => {
  await onDatabase('', async ({ url, query }) => {
    const role = uniqueKey('role').replaceAll('-', '_');
    await query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
    const roles = new URL(url);
    roles.username = role;
    roles.password = 'secret';
    try {
      const refusal = await refusalOf(roles.href);
      await query(`GRANT CREATE ON SCHEMA public TO ${role}`);

      expect(refusal).toBe(
        'The role of DATABASE_URL may not migrate the database (permission denied for schema public); make it the owner of the ' +
          'database and of its tables, or run GRANT CREATE ON SCHEMA … TO it.',
      );
      expect(await refusalOf(roles.href)).toBeNull();
    } finally {
      await query(`DROP OWNED BY ${role} CASCADE`);
      await query(`DROP ROLE ${role}`);
    }
  });
});
