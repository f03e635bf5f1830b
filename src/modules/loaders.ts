import type { Database } from '../database/transaction';
import type { Loaders } from './context';
import { modules } from './index';

/** Makes the loaders of one operation that began at `now`. */
export function createLoaders(database: Database, now: Date): Loaders {
  const { connection } = database;
  return Object.assign({}, ...modules.map(({ loaders }) => loaders?.(connection, now, database))) as Loaders;
}
