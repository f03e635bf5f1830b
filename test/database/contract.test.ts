/** The promises that the code above relies on, whichever database the run is on. */
import { execFileSync } from 'node:child_process';
import type { Duplex } from 'node:stream';
import type { Client, Pool } from 'pg';
import type { DataSource } from 'typeorm';
import { issueOfConstraint } from '../../src/database/constraint-errors';
import { PACKAGE_ROOT } from '../../src/package-root';
import { openOn, openTestDatabase, type OpenedDatabase } from '../support/data-sources';
import { createTestDatabase } from '../support/databases';
import { eventually, uniqueKey } from '../support/make';
import { startTcpProxy } from '../support/tcp-proxy';
import { isEmbedded } from '../support/world';

let opened: OpenedDatabase;
let dataSource: DataSource;
beforeAll(async () => {
  opened = await openTestDatabase();
  ({ dataSource } = opened);
});
afterAll(() => opened.close());

/** A client of pg, with what it does not declare. */
type DyingClient = Client & { readonly connection: { readonly stream: { readonly destroy: () => void } } };

type OpenPool = Pool & { readonly _clients: readonly (Client & { readonly connection: { readonly stream: Duplex } })[] };

/** A table of the test's own. */
async function makeTable(columns: string): Promise<string> {
  const name = uniqueKey('scratch').replaceAll('-', '_');
  await dataSource.query(`CREATE TABLE ${name} (${columns})`);
  return name;
}

const countOf = async (table: string): Promise<number> =>
  (await dataSource.query<{ count: number }[]>(`SELECT count(*)::int AS count FROM ${table}`))[0]!.count;

it('answers every type as it was written', async () => {
  const table = await makeTable(
    'a jsonb, b json, c timestamptz(3), d text[], e bigint, f text, g boolean, h integer, i double precision, j text',
  );
  const unicode = 'é 漢字 \u{1F3F3}️‍🌈 \u202E "quoted" \\ \' ; -- \n\t';
  const row = {
    a: { z: 1, a: [null, true, { deep: 'ü' }] },
    b: { z: 1, a: 2, m: [1.5, 1e21, -0.1] },
    c: new Date('2026-11-21T09:30:00.123Z'),
    d: ['', 'a,b', '{}', 'NULL', '"', '\\'],
    e: '9007199254740993',
    f: unicode,
    g: false,
    h: -2_147_483_648,
    i: 0.1,
    j: null,
  };

  const parameters = [JSON.stringify(row.a), JSON.stringify(row.b), ...Object.values(row).slice(2)];
  await dataSource.query(`INSERT INTO ${table} VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`, parameters);
  const [found] = await dataSource.query<[typeof row]>(`SELECT * FROM ${table}`);

  expect(found).toEqual(row);
  expect(Object.keys(found.b)).toEqual(['z', 'a', 'm']);
});

it('names the constraint of a unique violation, so that it becomes an issue of the input', async () => {
  const table = await makeTable('key text');
  await dataSource.query(`ALTER TABLE ${table} ADD CONSTRAINT ${table}_key_unique UNIQUE (key)`);
  await dataSource.query(`INSERT INTO ${table} VALUES ('a')`);

  const error: unknown = await dataSource.query(`INSERT INTO ${table} VALUES ('a')`).catch((caught: unknown) => caught);

  const issue = { code: 'DUPLICATE', message: 'There is another.', path: ['input', 'key'] } as const;
  expect((error as { driverError: { code: string } }).driverError.code).toBe('23505');
  expect(issueOfConstraint(error, { [`${table}_key_unique`]: issue })).toEqual(issue);
  expect(issueOfConstraint(error, { another_key_unique: issue })).toBeNull();
  expect(issueOfConstraint(new Error('something else'), { [`${table}_key_unique`]: issue })).toBeNull();
});

it('notifies of the heads that a transaction raised after its commit, and only then', async () => {
  const before = opened.notified.length;

  const duringWork = await opened.database.transaction(async (tx) => {
    tx.raisedHeads.add('environment_1');
    await tx.connection.query('SELECT 1');
    return opened.notified.length;
  });
  await opened.database.transaction(async () => 'nothing raised');
  await opened.database
    .transaction(async (tx) => {
      tx.raisedHeads.add('environment_2');
      throw new Error('no');
    })
    .catch(() => undefined);

  expect(duringWork).toBe(before);
  expect(opened.notified.slice(before)).toEqual([new Set(['environment_1'])]);
});

it('leaves nothing of a transaction whose code throws', async () => {
  const table = await makeTable('id integer');
  const fault = new Error('the code changed its mind');

  const work = opened.database.transaction(async ({ connection }) => {
    await connection.query(`INSERT INTO ${table} VALUES (1)`);
    throw fault;
  });

  await expect(work).rejects.toBe(fault);
  expect(await countOf(table)).toBe(0);
});

it('leaves nothing of a transaction one of whose statements fails, and works on afterwards', async () => {
  const table = await makeTable('id integer');

  const work = opened.database.transaction(async ({ connection }) => {
    await connection.query(`INSERT INTO ${table} VALUES (1)`);
    await connection.query('SELECT 1 / 0');
  });

  await expect(work).rejects.toMatchObject({ driverError: { code: '22012' } });
  expect(await countOf(table)).toBe(0);
  await opened.database.transaction(({ connection }) => connection.query(`INSERT INTO ${table} VALUES (2)`));
  expect(await countOf(table)).toBe(1);
});

it('works on after statements that cannot be parsed or get the wrong parameters', async () => {
  const attempts = ['SELEC 1', 'SELECT $1::integer', 'SELECT * FROM no_such_table', ''];

  const codes = [];
  for (const sql of attempts) {
    const parameters = sql.includes('$1') ? ['not a number'] : [];
    const outcome = await dataSource.query(sql, parameters).then(
      () => 'no error',
      (error: { driverError: { code: string } }) => error.driverError.code,
    );
    codes.push(outcome);
  }

  expect(codes).toEqual(['42601', '22P02', '42P01', 'no error']);
  expect(await dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

it('takes back the open transaction of a client that dies', async () => {
  const table = await makeTable('id integer');
  const runner = dataSource.createQueryRunner();
  const client = (await runner.connect()) as DyingClient;
  client.on('error', () => undefined);
  const ended = new Promise((resolve) => client.once('end', resolve));
  await runner.startTransaction();
  await runner.query(`INSERT INTO ${table} VALUES (1)`);

  client.connection.stream.destroy();
  await ended;
  await runner.release();

  expect(await countOf(table)).toBe(0);
  await dataSource.query(`INSERT INTO ${table} VALUES (2)`);
  expect(await countOf(table)).toBe(1);
});

it('fails a query whose client dies while it runs, and answers the next one', async () => {
  const runner = dataSource.createQueryRunner();
  const client = (await runner.connect()) as DyingClient;
  client.on('error', () => undefined);
  const ended = new Promise((resolve) => client.once('end', resolve));

  const query = runner.query('SELECT pg_sleep(2)').then(
    () => 'answered',
    () => 'failed',
  );
  setImmediate(() => client.connection.stream.destroy());

  expect(await query).toBe('failed');
  await ended;
  await runner.release();
  expect(await dataSource.query('SELECT 1 AS one')).toEqual([{ one: 1 }]);
});

it('carries large results and parameters', async () => {
  const bytes = 5 * 1024 * 1024;
  const text = 'é'.repeat(bytes / 2);

  const [wide] = await dataSource.query<[{ text: string; length: number }]>('SELECT $1::text AS text, length($1) AS length', [
    text,
  ]);
  const long = await dataSource.query<
    {
      n: number;
      text: string;
    }[]
  >('SELECT n, repeat($1, 100) AS text FROM generate_series(1, 50000) n', ['x']);

  expect(wide.length).toBe(bytes / 2);
  expect(wide.text === text).toBe(true);
  expect(long).toHaveLength(50_000);
  expect(long.at(-1)).toEqual({ n: 50_000, text: 'x'.repeat(100) });
});

it('answers 200 queries that are asked at once, each with its own answer', async () => {
  const numbers = Array.from({ length: 200 }, (_, n) => n);

  const answers = await Promise.all(
    numbers.map((n) =>
      n % 10 === 9
        ? dataSource
            .query('SELECT 1 / $1::integer', [0])
            .catch((error: { driverError: { code: string } }) => error.driverError.code)
        : dataSource.query('SELECT $1::integer AS n', [n]),
    ),
  );

  expect(answers).toEqual(numbers.map((n) => (n % 10 === 9 ? '22012' : [{ n }])));
});

it('reads one state over several statements', async () => {
  const table = await makeTable('id integer');
  const count = async (query: (sql: string) => Promise<unknown>): Promise<unknown> =>
    query(`SELECT count(*)::int AS count FROM ${table}`);
  let write: Promise<unknown> = Promise.resolve();

  const seen = await opened.database.readConsistently(async (connection) => {
    const first = await count((sql) => connection.query(sql));
    write = dataSource.query(`INSERT INTO ${table} VALUES (1)`);
    // The embedded database has one session: there the write waits for this transaction.
    if (!isEmbedded) await write;
    return [first, await count((sql) => connection.query(sql))];
  });
  await write;

  expect(seen).toEqual([[{ count: 0 }], [{ count: 0 }]]);
  expect(await countOf(table)).toBe(1);
});

it('lets the second of two writers see what the first one wrote', async () => {
  const table = await makeTable('total integer');
  await dataSource.query(`INSERT INTO ${table} VALUES (0)`);
  const addOne = (): Promise<void> =>
    opened.database.transaction(async ({ connection }) => {
      const [row] = await connection.query<{ total: number }[]>(`SELECT total FROM ${table} FOR UPDATE`);
      await connection.query('SELECT pg_sleep(0.01)');
      await connection.query(`UPDATE ${table} SET total = $1`, [row!.total + 1]);
    });

  await Promise.all([addOne(), addOne(), addOne(), addOne()]);

  expect(await dataSource.query(`SELECT total FROM ${table}`)).toEqual([{ total: 4 }]);
});

if (!isEmbedded) {
  it('calls it an outage when the server has ended a transaction that waited too long on a process that stood still', async () => {
    /** Blocks this process: it reads nothing meanwhile. */
    const standStillUntilEnded = (pid: number): void => {
      const look = `
        const client = new (require('pg').Client)(process.argv[1]);
        const look = async () => {
          const { rows } = await client.query('SELECT 1 FROM pg_stat_activity WHERE pid = $1', [process.argv[2]]);
          if (rows.length > 0) return setTimeout(look, 50);
          await client.end();
        };
        client.connect().then(look);`;
      execFileSync(process.execPath, ['-e', look, process.env.DATABASE_URL!, String(pid)], { cwd: PACKAGE_ROOT });
    };
    const work = opened.database.transaction(async ({ connection }) => {
      const [session] = await connection.query<{ pid: number }[]>('SELECT pg_backend_pid() AS pid');
      // Long enough for its answer to be read before the end.
      await connection.query('SET LOCAL idle_in_transaction_session_timeout = 1000');
      standStillUntilEnded(session!.pid);
      // On its way before this process reads what the server has said meanwhile.
      await connection.query('SELECT 1');
    });

    await expect(work).rejects.toMatchObject({ code: 'UNAVAILABLE', cause: { driverError: { code: '25P03' } } });
  });

  it('gives up a connection on which nothing comes any more, closes it and those that nobody uses, and works on with new ones', async () => {
    const place = await createTestDatabase();
    if (place.kind !== 'server') throw new Error('There is no server.');
    const url = new URL(place.url);
    const link = await startTcpProxy(Number(url.port || 5_432));
    url.port = String(link.port);
    const muted = await openOn({ ...place, url: url.href });
    const { database } = muted;
    const { master: pool } = muted.dataSource.driver as unknown as { readonly master: OpenPool };
    const one = (): Promise<unknown> => database.connection.query('SELECT 1 AS one');
    await Promise.all(Array.from({ length: 4 }, one));
    const sockets = pool._clients.map(({ connection }) => connection.stream);

    link.stall();
    const refusal: unknown = await database
      .readSoon((connection) => connection.query('SELECT 1'))
      .catch((error: unknown) => error);
    link.heal();
    const answer = await one();
    await eventually(async () => sockets.every(({ destroyed }) => destroyed));

    expect(sockets.length).toBeGreaterThan(1);
    expect(refusal).toMatchObject({ code: 'UNAVAILABLE' });
    expect(answer).toEqual([{ one: 1 }]);
    await muted.close();
    await link.close();
    await place.drop();
  });
}
