/** Servers that reach PostgreSQL through PgBouncer. */
import { runProgram, makeDataDir, cleanUpProcesses, type Program } from '../support/processes';
import { eventually } from '../support/make';
import { hasPgBouncer, startOwnPgBouncer, type OwnPgBouncer, type PoolMode } from '../support/own-pgbouncer';
import { startOwnPostgres, type OwnPostgres } from '../support/own-postgres';
import { describeFaults, scaled } from './cluster';

jest.setTimeout(scaled(600_000, 360_000));

const OWNER = { OWNER_EMAIL: 'owner@example.com', OWNER_PASSWORD: 'correct horse battery staple' };
const SECRETS = { JWT_SECRET: 'a secret of 32 characters, or more', KEY_PEPPER: 'a pepper of 32 characters, or more' };

// A laptop may not have it; CI installs it.
(hasPgBouncer ? describeFaults : describe.skip)('servers behind PgBouncer', () => {
  let postgres: OwnPostgres;
  beforeAll(async () => {
    postgres = await startOwnPostgres();
  });
  afterAll(() => postgres?.remove());
  afterEach(cleanUpProcesses);

  async function through<T>(mode: PoolMode, work: (pooler: OwnPgBouncer) => Promise<T>): Promise<T> {
    const pooler = await startOwnPgBouncer(postgres, mode);
    try {
      return await work(pooler);
    } finally {
      await pooler.remove();
    }
  }

  const start = (url: string): Program => runProgram({ DATABASE_URL: url, DATA_DIR: makeDataDir(), ...OWNER, ...SECRETS });
  const locks = (): Promise<unknown[]> => postgres.query(`SELECT 1 FROM pg_locks WHERE locktype = 'advisory'`);

  async function makeOrganization(program: Program, key: string): Promise<unknown> {
    const post = async (query: string, input: object, token?: string): Promise<Record<string, Record<string, unknown>>> => {
      const headers = {
        'content-type': 'application/json',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      };
      const body = JSON.stringify({ query, variables: { input } });
      const response = await fetch(`${await program.listening}/graphql`, { method: 'POST', headers, body });
      return ((await response.json()) as { data: Record<string, Record<string, unknown>> }).data;
    };
    const input = { email: OWNER.OWNER_EMAIL, password: OWNER.OWNER_PASSWORD };
    const { logIn } = await post('mutation ($input: LogInInput!) { logIn(input: $input) { accessToken } }', input);
    const mutation = 'mutation ($input: CreateOrganizationInput!) { createOrganization(input: $input) { organization { key } } }';
    return (await post(mutation, { key, name: key }, logIn!.accessToken as string)).createOrganization;
  }

  it('work in session mode, two at once, also after one was killed while it migrated', async () => {
    await postgres.query('CREATE DATABASE fresh');

    await through('session', async (pooler) => {
      const killed = start(pooler.urlOf('fresh'));
      await eventually(async () => (await locks()).length > 0);
      killed.signal('SIGKILL');
      await killed.ended;
      const both = [start(pooler.urlOf('fresh')), start(pooler.urlOf('fresh'))] as const;
      await Promise.all(both.map(({ listening }) => listening));
      const answers = [await makeOrganization(both[0], 'one'), await makeOrganization(both[1], 'two')];

      expect(answers).toEqual([{ organization: { key: 'one' } }, { organization: { key: 'two' } }]);
      expect(await locks()).toEqual([]);
    });
  });

  it.each<PoolMode>(['transaction', 'statement'])('do not start in %s mode, and say what to write', async (mode) => {
    await through(mode, async (pooler) => {
      const ending = await start(pooler.urlOf('flagstaff')).ended;

      expect(ending).toEqual({
        code: 1,
        signal: null,
        stderr:
          'Flagstaff cannot start: DATABASE_URL leads to a connection pooler that gives a session to another client after each ' +
          'transaction; set its pool_mode to session for this database, or let DATABASE_URL lead to PostgreSQL itself.\n',
      });
      expect(await locks()).toEqual([]);
    });
  });
});
