import { migrations } from '../../migrations';
import { migrate, revertLastMigration } from '../../src/database/migrate';
import { createUnmigratedDatabase } from '../support/databases';
import { openOn, openTestDatabase, type OpenedDatabase } from '../support/data-sources';
import { isEmbedded } from '../support/world';

const TABLES = `SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1`;
const SHAPE = `
  SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable || ' ' || coalesce(column_default, '') AS line
  FROM information_schema.columns WHERE table_schema = 'public'
  UNION ALL SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype <> 'n'
  UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
  UNION ALL SELECT event_object_table || ' ' || trigger_name || ' ' || event_manipulation
  FROM information_schema.triggers WHERE trigger_schema = 'public'
  ORDER BY 1`;

const shapeOf = async ({ dataSource }: OpenedDatabase): Promise<string[]> =>
  (await dataSource.query<{ line: string }[]>(SHAPE)).map(({ line }) => line);

it('goes up, down to nothing, and up again to the same shape', async () => {
  const opened = await openTestDatabase({ isEmpty: true });

  const ran = await migrate(opened.dataSource);
  const first = await shapeOf(opened);
  for (const _ of migrations) await revertLastMigration(opened.dataSource);
  const left = await opened.dataSource.query<unknown[]>(TABLES);
  await migrate(opened.dataSource);
  const second = await shapeOf(opened);
  await opened.close();

  expect(ran).toHaveLength(migrations.length);
  expect(left).toEqual([{ table_name: 'migration' }]);
  expect(second).toEqual(first);
});

it('has nothing to do on a database that is up to date', async () => {
  const opened = await openTestDatabase();

  const ran = await migrate(opened.dataSource);
  await opened.close();

  expect(ran).toEqual([]);
});

it('leaves nothing for the entities to change', async () => {
  const opened = await openTestDatabase();

  const log = await opened.dataSource.driver.createSchemaBuilder().log();
  await opened.close();

  expect(log.upQueries.map(({ query }) => query)).toEqual([]);
});

it('names every constraint and index after its table, its columns and its kind', async () => {
  const opened = await openTestDatabase();

  const constraints = await opened.dataSource.query<
    {
      table: string;
      name: string;
      kind: 'p' | 'f' | 'u' | 'c';
      columns: string;
    }[]
  >(`
    SELECT conrelid::regclass::text AS table, conname AS name, contype AS kind,
      (SELECT string_agg(attname, '_' ORDER BY place) FROM unnest(conkey) WITH ORDINALITY AS k (number, place)
       JOIN pg_attribute ON attrelid = conrelid AND attnum = number) AS columns
    FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace AND contype <> 'n' AND conrelid <> 'migration'::regclass`);
  const indexes = await opened.dataSource.query<{ table: string; name: string }[]>(`
    SELECT tablename AS table, indexname AS name FROM pg_indexes
    WHERE schemaname = 'public' AND tablename <> 'migration'
      AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conname = indexname)`);
  await opened.close();

  const kinds = { p: 'pkey', f: 'fkey', u: 'unique', c: 'check' };
  const expected = constraints.map(({ table, kind, columns }) =>
    kind === 'p' ? `${table}_pkey` : `${table}_${columns}_${kinds[kind]}`,
  );
  expect(constraints.map(({ name }) => name)).toEqual(expected);
  expect(indexes.filter(({ table, name }) => !name.startsWith(`${table}_`) || !name.endsWith('_index'))).toEqual([]);
});

describe('the migrations of revision rows', () => {
  /** Reverts a migration and all that came after it. */
  async function revertFrom({ dataSource }: OpenedDatabase, first: string): Promise<void> {
    const count = migrations.length - migrations.findIndex(({ name }) => name === first);
    for (let i = 0; i < count; i++) await revertLastMigration(dataSource);
  }
  const insertOld = (opened: OpenedDatabase, sql: string): Promise<unknown> =>
    opened.dataSource.query(
      `INSERT INTO environment_revision (environment_id, revision, epoch, change_id, events, created_at) ${sql}`,
    );
  const rowsOf = (opened: OpenedDatabase): Promise<object[]> =>
    opened.dataSource.query(
      `SELECT environment_id AS environment, revision, epoch, change_id AS change, events, extract(epoch FROM created_at)::integer AS at
       FROM environment_revision ORDER BY 1, 2`,
    );

  /** Two environments whose rows are as the release before wrote them: from 3 on, and as their servers' clocks were. */
  async function openAsBefore(): Promise<OpenedDatabase> {
    const opened = await openTestDatabase();
    await revertFrom(opened, 'RevisionSkeletons1795000014000');
    await opened.dataSource.query(`
      INSERT INTO organization VALUES ('o', 'o', 'O', 1, now());
      INSERT INTO project (id, organization_id, key, name, description, stale_after_days, version, created_at)
        VALUES ('p', 'o', 'p', 'P', '', 90, 1, now());
      INSERT INTO environment (id, project_id, key, name, color, is_production, position, version, created_at)
      SELECT id, 'p', id, id, 'GRAY', false, 1, 1, now() FROM unnest('{a,b}'::text[]) id`);
    await insertOld(
      opened,
      `SELECT id, 2 + n, 'e', 'change_' || n, '[{"n":1}]', to_timestamp(at) FROM unnest('{a,b}'::text[]) id,
         unnest('{100,90,95,120,120,110}'::integer[]) WITH ORDINALITY AS t (at, n)`,
    );
    return opened;
  }

  const row = (environment: string, n: number, at: number, events: unknown = [{ n: 1 }]): object => {
    return { environment, revision: 2 + n, epoch: 'e', change: `change_${n}`, events, at };
  };
  const all = (environment: string): object[] =>
    [100, 100, 100, 120, 120, 120].map((at, index) => row(environment, index + 1, at));

  it('keep what is there, and let no time go back', async () => {
    const opened = await openAsBefore();

    await migrate(opened.dataSource);
    const after = await rowsOf(opened);
    // A server of the release before writes this meanwhile.
    await insertOld(opened, `VALUES ('a', 9, 'e', 'change_7', '[]', to_timestamp(130))`);
    const late = await rowsOf(opened);
    await opened.close();

    expect(after).toEqual([...all('a'), ...all('b')]);
    expect(late).toHaveLength(13);
  });

  it('take rows without events with them on the way down, and go up again', async () => {
    const opened = await openAsBefore();
    await migrate(opened.dataSource);
    await opened.dataSource.query(`UPDATE environment_revision SET events = NULL WHERE environment_id = 'a' AND revision <= 5`);

    await revertFrom(opened, 'RevisionSkeletons1795000014000');
    const down = await rowsOf(opened);
    const refused = await insertOld(opened, `VALUES ('a', 9, 'e', 'change_7', NULL, now())`).catch(
      (error: Error) => error.message,
    );
    await migrate(opened.dataSource);
    const up = await rowsOf(opened);
    await opened.close();

    expect(down).toEqual([...all('a').slice(3), ...all('b')]);
    expect(refused).toContain('violates not-null constraint');
    expect(up).toEqual(down);
  });

  it('finish what was left half-built, and leave what an operator has built', async () => {
    const opened = await openAsBefore();
    await migrate(opened.dataSource);
    await revertFrom(opened, 'RevisionIndexes1795000016000');
    const built = 'environment_revision_environment_id_created_at_revision_index';
    const halfBuilt = 'environment_revision_with_events_index';
    const on = 'environment_revision (environment_id, created_at, revision)';
    await opened.dataSource.query(`CREATE INDEX ${built} ON ${on}`);
    await opened.dataSource.query(`CREATE INDEX ${halfBuilt} ON ${on} WHERE events IS NOT NULL`);
    await opened.dataSource.query(`UPDATE pg_index SET indisvalid = false WHERE indexrelid = '${halfBuilt}'::regclass`);
    const oids = (): Promise<{ oid: number; isValid: boolean }[]> =>
      opened.dataSource.query(
        `SELECT indexrelid AS oid, indisvalid AS "isValid" FROM pg_index WHERE indexrelid IN ('${built}'::regclass, '${halfBuilt}'::regclass)
         ORDER BY indexrelid = '${halfBuilt}'::regclass`,
      );
    const before = await oids();

    await migrate(opened.dataSource);
    const after = await oids();
    await opened.close();

    expect(after.map(({ isValid }) => isValid)).toEqual([true, true]);
    expect(after.map(({ oid }, index) => oid === before[index]!.oid)).toEqual([true, false]);
  });
});

if (!isEmbedded) {
  it('is run once when two servers migrate an empty database at once', async () => {
    const place = await createUnmigratedDatabase();
    const [one, other] = await Promise.all([openOn(place), openOn(place)]);

    const ran = await Promise.all([migrate(one.dataSource), migrate(other.dataSource)]);
    const recorded = await one.dataSource.query<{ name: string }[]>('SELECT name FROM migration ORDER BY id');
    await Promise.all([one.close(), other.close()]);
    if (place.kind === 'server') await place.drop();

    expect(ran.map(({ length }) => length).toSorted((a, b) => a - b)).toEqual([0, migrations.length]);
    expect(recorded.map(({ name }) => name)).toEqual(ran.flat());
  });
}
