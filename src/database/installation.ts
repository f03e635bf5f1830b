/** Tells one installation, which is all servers of one database, from every other. */
import { createHmac, randomUUID } from 'node:crypto';
import { StartFault } from '../errors';
import type { Connection } from './transaction';

export interface Installation {
  /** A UUID. A restored copy of a database has the same. */
  readonly id: string;
}

/**
 * Reads the row of this database; the first server of all writes it. Throws `StartFault` when it was written with another
 * `keyPepper`: every API key would be refused.
 */
export async function openInstallation(connection: Connection, keyPepper: string): Promise<Installation> {
  const drawn = randomUUID();
  await connection.query(`INSERT INTO installation (id, key_pepper_check) VALUES ($1, $2) ON CONFLICT DO NOTHING`, [
    drawn,
    checkOf(keyPepper, drawn),
  ]);
  const row = await readRow(connection);
  if (row?.key_pepper_check === checkOf(keyPepper, row?.id ?? '')) return { id: row.id };
  throw new StartFault(
    'KEY_PEPPER is not the one that the API keys of this database were made with, so every key would be refused. Set it as it ' +
      'was (without the variable it is in secrets.json in DATA_DIR). If it is lost, run npm run key-pepper:accept, and make new ' +
      'API keys.',
  );
}

/** Whether the API keys of this database were made with `keyPepper`; null while no server has started on it. Writes nothing. */
export async function isKeyPepperOf(connection: Connection, keyPepper: string): Promise<boolean | null> {
  const row = await readRow(connection);
  return row === undefined ? null : row.key_pepper_check === checkOf(keyPepper, row.id);
}

/**
 * Begins a new installation on this database, with another `keyPepper`. API keys that were made with another are refused. Needs a
 * transaction: a server that starts in between would write its own row.
 */
export async function renewInstallation(connection: Connection, keyPepper: string): Promise<void> {
  await connection.query(`DELETE FROM installation`);
  await openInstallation(connection, keyPepper);
}

interface InstallationRow {
  readonly id: string;
  readonly key_pepper_check: string;
}

async function readRow(connection: Connection): Promise<InstallationRow | undefined> {
  const rows: readonly InstallationRow[] = await connection.query(`SELECT id, key_pepper_check FROM installation`);
  return rows[0];
}

/** Reveals no more of the pepper than the stored API keys do, which are HMACs with it, too. */
function checkOf(keyPepper: string, id: string): string {
  return createHmac('sha256', keyPepper).update(`flagstaff installation ${id}`).digest('base64url');
}
