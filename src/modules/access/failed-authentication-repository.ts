import type { Connection } from '../../database/transaction';
import { FailedAuthenticationEntity } from './failed-authentication-entity';

/** Inserts all rows with one statement. */
export async function insertFailedAuthentications(
  connection: Connection,
  rows: readonly FailedAuthenticationEntity[],
): Promise<void> {
  await connection.insert(FailedAuthenticationEntity, [...rows]);
}

/** Deletes the rows that ended before `end`, and all but the newest `rowsMax`. */
export async function purgeFailedAuthentications(connection: Connection, end: Date, rowsMax: number): Promise<void> {
  await connection.query('DELETE FROM failed_authentication WHERE last_at < $1', [end]);
  await connection.query(
    `DELETE FROM failed_authentication
     WHERE last_at <= (SELECT last_at FROM failed_authentication ORDER BY last_at DESC OFFSET $1 LIMIT 1)`,
    [rowsMax],
  );
}
