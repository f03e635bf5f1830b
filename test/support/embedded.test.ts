/** Worlds use embedded databases that others have used before: none may find what these have left. */
import { createTestDatabase } from './databases';
import { openOn, type OpenedDatabase } from './data-sources';
import { isEmbedded } from './world';

const describeEmbedded = isEmbedded ? describe : describe.skip;
const HEADS = 'SELECT * FROM access_head ORDER BY organization_id';
const MIGRATIONS = 'SELECT * FROM migration ORDER BY id';

async function opening<T>(work: (query: OpenedDatabase['dataSource']['query']) => Promise<T>): Promise<T> {
  const opened = await openOn(await createTestDatabase());
  try {
    return await work((sql) => opened.dataSource.query(sql));
  } finally {
    await opened.close();
  }
}

describeEmbedded('a database that was used', () => {
  it('has the rows that were loaded, and no others', async () => {
    const before = await opening(async (query) => [await query(HEADS), await query(MIGRATIONS)]);
    await opening(async (query) => {
      await query(`INSERT INTO access_head VALUES ('one', 7)`);
      await query(`UPDATE access_head SET revision = 12 WHERE organization_id = 'system'`);
      await query('DELETE FROM migration');
    });

    const after = await opening(async (query) => [await query(HEADS), await query(MIGRATIONS)]);

    expect(after).toEqual(before);
    expect(before).toEqual([[{ organization_id: 'system', revision: 0 }], expect.arrayContaining([expect.anything()])]);
  });

  it.each([
    ['a table', 'CREATE TABLE left_over (a integer)', `SELECT relname FROM pg_class WHERE relname = 'left_over'`],
    ['a column', 'ALTER TABLE flag ADD left_over text', `SELECT attname FROM pg_attribute WHERE attname = 'left_over'`],
    [
      'a trigger that was switched off',
      'ALTER TABLE change DISABLE TRIGGER ALL',
      `SELECT 1 FROM pg_trigger WHERE tgenabled = 'D'`,
    ],
    ['a setting', `ALTER DATABASE postgres SET "DateStyle" = 'German'`, 'SELECT 1 FROM pg_db_role_setting'],
    ['a setting of the session', `SET "TimeZone" = 'Asia/Tokyo'`, `SELECT 1 WHERE current_setting('TimeZone') = 'Asia/Tokyo'`],
  ])('does not come back with %s', async (_name, statement, look) => {
    await opening(async (query) => {
      await query(statement);
      expect(await query(look)).not.toEqual([]);
    });

    expect(await opening((query) => query(look))).toEqual([]);
  });
});
