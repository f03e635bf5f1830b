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
