/** The row that tells one installation from another, and a KEY_PEPPER from the one that API keys were made with. */
import type { Connection } from '../../src/database/transaction';
import { openInstallation, renewInstallation } from '../../src/database/installation';
import { createWorld, type World } from '../support/world';

const [OLD, NEW] = ['a pepper of 32 characters, the old one', 'a pepper of 32 characters, the new one'];
const REFUSAL =
  'KEY_PEPPER is not the one that the API keys of this database were made with, so every key would be refused. Set it as it ' +
  'was (without the variable it is in secrets.json in DATA_DIR). If it is lost, run npm run key-pepper:accept, and make new ' +
  'API keys.';

let world: World;
let connection: Connection;
beforeAll(async () => {
  world = await createWorld();
  connection = world.app.database.connection;
});
// Other servers of this database start after this.
afterAll(async () => {
  await connection.query('DELETE FROM installation');
  await world.close();
});
beforeEach(() => connection.query('DELETE FROM installation'));

it('is one for all servers of a database, also of those that start at once', async () => {
  const opened = await Promise.all(Array.from({ length: 8 }, () => openInstallation(connection, OLD)));

  expect(new Set(opened.map(({ id }) => id)).size).toBe(1);
  expect(opened[0]!.id).toMatch(/^[0-9a-f-]{36}$/);
});

it('refuses another KEY_PEPPER, and goes on with the first', async () => {
  const { id } = await openInstallation(connection, OLD);

  await expect(openInstallation(connection, NEW)).rejects.toThrow(REFUSAL);
  expect(await openInstallation(connection, OLD)).toEqual({ id });
});

it('accepts another when it is told to, as another installation', async () => {
  const before = await openInstallation(connection, OLD);

  await renewInstallation(connection, NEW);

  const after = await openInstallation(connection, NEW);
  expect(after.id).not.toBe(before.id);
  await expect(openInstallation(connection, OLD)).rejects.toThrow(REFUSAL);
});
