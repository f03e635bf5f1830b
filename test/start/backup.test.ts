/** `db:backup` and `db:restore` on the embedded database; test/faults/backup has them on PostgreSQL, under clients. */
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { COMMANDS } from '../../src/commands/commands';
import { withDataSource } from '../../src/composition/with-database';
import { readConfig, type Config } from '../../src/config';
import { openEmbeddedDatabase } from '../../src/database/embedded';
import { migrate } from '../../src/database/migrate';

const directory = mkdtempSync(join(tmpdir(), 'flagstaff-backup-'));
afterAll(() => rmSync(directory, { recursive: true }));

const configAt = (name: string): Config =>
  readConfig({ NODE_ENV: 'test', DATA_DIR: join(directory, name), JWT_SECRET: 'j'.repeat(32), KEY_PEPPER: 'k'.repeat(32) });

/** The output of the command, or the sentence that it fails with. */
async function run(config: Config, name: string, file: string): Promise<string> {
  const lines: string[] = [];
  try {
    await COMMANDS[name]!(
      [file],
      () => config,
      (line) => lines.push(line),
    );
    return lines.join('\n');
  } catch (error) {
    return (error as Error).message;
  }
}

it('writes the embedded database into a file and restores it elsewhere, while no server runs', async () => {
  const [origin, target] = [configAt('origin'), configAt('target')];
  const file = join(directory, 'flagstaff.backup');
  await withDataSource(origin, async (dataSource) => {
    await migrate(dataSource);
    await dataSource.query(`CREATE TABLE witness AS SELECT 'kept' AS word`);
  });
  const server = await openEmbeddedDatabase(origin);
  const busy = await run(origin, 'db:backup', file);
  await server.close();

  const written = await run(origin, 'db:backup', file);
  const restored = await run(target, 'db:restore', file);
  const refused = await run(target, 'db:restore', file);

  const rows = await withDataSource(target, (dataSource) => dataSource.query<object[]>('SELECT word FROM witness'));
  expect(busy).toMatch(/ is in use by process /);
  const secrets = `KEY_PEPPER and JWT_SECRET, or ${join(origin.dataDir, 'secrets.json')}, are not in it`;
  expect(written).toBe(`Written: ${file}. ${secrets}: keep them, too, but not beside it.`);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(restored).toBe(`Restored: ${file}. 0 environments have new epochs. Run npm run audit:verify before servers start.`);
  expect(refused).toBe(`There is a database in ${target.dataDir} already; set DATA_DIR to another directory.`);
  expect(rows).toEqual([{ word: 'kept' }]);
});

it('leaves nothing behind of a file that is no backup, or that cannot be written', async () => {
  const target = configAt('other');
  const file = join(directory, 'no.backup');
  writeFileSync(file, 'This is no backup.');

  const sentences = [
    await run(target, 'db:restore', file),
    await run(target, 'db:restore', `${file}.none`),
    await run(target, 'db:backup', file),
    await run(target, 'db:backup', join(directory, 'none', 'file')),
    await run(target, 'db:backup', join(directory, 'new')),
  ];

  expect(sentences).toEqual([
    expect.stringMatching(`^The backup ${file} cannot be restored: `),
    `There is no file ${file}.none.`,
    `The file ${file} exists already; name another one.`,
    expect.stringMatching(
      /^The file .*none\/file cannot be written \(ENOENT.*\); name one in a directory that this account may write to\.$/,
    ),
    `There is no database in ${target.dataDir}.`,
  ]);
  expect(['other/postgres', 'new'].map((name) => existsSync(join(directory, name)))).toEqual([false, false]);
});
