import type { Connection } from '../database/transaction';
import type { Loaders } from './context';
import { modules } from './index';

/** Makes the loaders of one operation that began at `now`. */
export function createLoaders(connection: Connection, now: Date): Loaders {
  return Object.assign({}, ...modules.map(({ loaders }) => loaders?.(connection, now))) as Loaders;
}
