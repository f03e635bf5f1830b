/** Breaks one thing inside a server for the time of one piece of work. The server itself knows nothing of it. */
import type { Pool, PoolClient } from 'pg';
import type { World } from '../../support/world';

/** Runs `work` while a method of an object fails as told; also methods of its class. */
export async function whileBroken<T>(
  target: object,
  method: string,
  fail: (...args: never[]) => unknown,
  work: () => Promise<T>,
) {
  const isOwn = Object.hasOwn(target, method);
  const original: unknown = Reflect.get(target, method);
  if (typeof original !== 'function') throw new Error(`${method} is no method.`);
  Object.assign(target, { [method]: fail });
  try {
    return await work();
  } finally {
    if (isOwn) Object.assign(target, { [method]: original });
    else Reflect.deleteProperty(target, method);
  }
}

/** Runs `work` while every statement that matches is replaced by another one, on the driver itself. */
export async function whileStatement<T>(
  world: World,
  pattern: RegExp,
  replacement: string,
  work: () => Promise<T>,
): Promise<{ result: T; replaced: number }> {
  const { master: pool } = world.app.database.connection.dataSource.driver as unknown as { readonly master: Pool };
  const restores = new Map<PoolClient, () => void>();
  let replaced = 0;
  const listen = (client: PoolClient): void => {
    if (restores.has(client)) return;
    const original = client.query.bind(client) as (...args: unknown[]) => unknown;
    const query = (...args: unknown[]): unknown => {
      const [first, , callback] = args;
      const text = typeof first === 'string' ? first : (first as { text: string }).text;
      if (!pattern.test(text)) return original(...args);
      replaced++;
      return typeof callback === 'function' ? original(replacement, callback) : original(replacement);
    };
    Object.assign(client, { query });
    restores.set(client, () => Reflect.deleteProperty(client, 'query'));
  };
  pool.on('acquire', listen);
  try {
    return { result: await work(), replaced };
  } finally {
    pool.off('acquire', listen);
    for (const restore of restores.values()) restore();
  }
}

/** Runs `work` while the database of the world is not what its migrations made. */
export async function whileChanged<T>(world: World, change: string, undo: string, work: () => Promise<T>): Promise<T> {
  const { connection } = world.app.database;
  await connection.query(change);
  try {
    return await work();
  } finally {
    await connection.query(undo);
  }
}
