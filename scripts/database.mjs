// `npm run db:migrate`, `npm run db:revert` and `npm run db:new-epoch`: on DATABASE_URL, or on the embedded database under
// DATA_DIR. `npm run db:new-epoch -- ENVIRONMENT_ID` is for one environment.
import { createRequire } from 'node:module';
import { fail, installWhatIsMissing } from './install.mjs';
import { buildWhatIsStale } from './build.mjs';

const [task, environmentId] = process.argv.slice(2);
if (!['migrate', 'revert', 'new-epoch'].includes(task)) fail('Usage: node scripts/database.mjs migrate | revert | new-epoch');
installWhatIsMissing();
buildWhatIsStale();

const load = createRequire(import.meta.url);
const { readConfig } = load('../dist/src/config.js');
const { createDataSource } = load('../dist/src/database/data-source.js');
const { openEmbeddedDatabase } = load('../dist/src/database/embedded.js');
const { migrate, revertLastMigration } = load('../dist/src/database/migrate.js');
const { renewEpochs } = load('../dist/src/modules/changes/epoch-repository.js');
const { entities } = load('../dist/src/modules/entities.js');
const { migrations } = load('../dist/migrations/index.js');

async function main() {
  const { databaseUrl, databasePoolSize, dataDir } = readConfig(process.env);
  const embedded = databaseUrl === null ? await openEmbeddedDatabase({ dataDir }) : null;
  const connection = embedded ?? { url: databaseUrl, poolSize: databasePoolSize };
  const dataSource = createDataSource({ connection, entities, migrations, onPoolError: (error) => fail(error.message) });
  try {
    await dataSource.initialize();
    if (task === 'migrate') {
      const names = await migrate(dataSource);
      process.stdout.write(names.length === 0 ? 'The database is up to date.\n' : `Applied: ${names.join(', ')}.\n`);
    } else if (task === 'new-epoch') {
      await giveNewEpochs(dataSource);
    } else {
      const newest = await newestMigration(dataSource);
      if (newest === null) {
        process.stdout.write('There is no migration to revert.\n');
      } else {
        await revertLastMigration(dataSource);
        process.stdout.write(`Reverted: ${newest}.\n`);
      }
    }
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
    await embedded?.close();
  }
}

async function giveNewEpochs(dataSource) {
  const count = await dataSource.transaction((connection) => renewEpochs(connection, environmentId ?? null));
  if (environmentId !== undefined && count === 0) fail(`There is no environment ${JSON.stringify(environmentId)}.`);
  const what = count === 1 ? '1 environment has a new epoch' : `${count} environments have new epochs`;
  process.stdout.write(`${what}; clients begin anew within about a second.\n`);
}

async function newestMigration(dataSource) {
  const [{ has }] = await dataSource.query(`SELECT to_regclass('migration') IS NOT NULL AS has`);
  if (!has) return null;
  const [row] = await dataSource.query('SELECT name FROM migration ORDER BY id DESC LIMIT 1');
  return row?.name ?? null;
}

main().catch((error) => {
  const causes = error?.errors?.map(({ message }) => message).join(', ');
  fail(`The database could not be changed: ${causes || error?.message || error}`);
});
