/** Implements `npm run db:migrate`, `db:revert`, `db:new-epoch` and `key-pepper:accept`. Each answers the sentence to print. */
import { withDataSource } from '../composition/with-database';
import type { Config } from '../config';
import { renewInstallation } from '../database/installation';
import { migrate, revertLastMigration } from '../database/migrate';
import { StartFault } from '../errors';
import { renewEpochs } from '../modules/changes/epoch-repository';

export function migrateDatabase(config: Config): Promise<string> {
  return withDataSource(config, async (dataSource) => {
    const names = await migrate(dataSource);
    return names.length === 0 ? 'The database is up to date.' : `Applied: ${names.join(', ')}.`;
  });
}

export function revertDatabase(config: Config): Promise<string> {
  return withDataSource(config, async (dataSource) => {
    const [{ has } = { has: false }] = await dataSource.query<{ has: boolean }[]>(
      `SELECT to_regclass('migration') IS NOT NULL AS has`,
    );
    const newest = has ? await dataSource.query<{ name: string }[]>('SELECT name FROM migration ORDER BY id DESC LIMIT 1') : [];
    if (newest[0] === undefined) return 'There is no migration to revert.';
    await revertLastMigration(dataSource);
    return `Reverted: ${newest[0].name}.`;
  });
}

/** Null: of all environments. */
export function renewEpochsOf(config: Config, environmentId: string | null): Promise<string> {
  return withDataSource(config, async (dataSource) => {
    const count = await dataSource.transaction((connection) => renewEpochs(connection, environmentId));
    if (environmentId !== null && count === 0) throw new StartFault(`There is no environment ${JSON.stringify(environmentId)}.`);
    const what = count === 1 ? '1 environment has a new epoch' : `${count} environments have new epochs`;
    return `${what}; clients start over within about a second.`;
  });
}

export function acceptKeyPepper(config: Config): Promise<string> {
  return withDataSource(config, async (dataSource) => {
    await migrate(dataSource);
    await dataSource.transaction((connection) => renewInstallation(connection, config.keyPepper));
    return 'Servers with this KEY_PEPPER start. API keys that were made with another stay refused: make new ones.';
  });
}
