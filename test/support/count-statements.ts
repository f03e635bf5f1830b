/** Counts what a server sends to its database, on the pg driver itself, so that nothing between can hide a statement. */
import type { PoolClient, Pool } from 'pg';
import type { World } from './world';

export interface Counted<T> {
  readonly result: T;
  /** Texts in the order in which they were sent, BEGIN and COMMIT included. */
  readonly statements: readonly string[];
}

/**
 * Runs `work`, which must only read, and answers the statements that the world's first server sent meanwhile, for any
 * client. It runs twice and is counted the second time, when the server remembers who asks; what the server does by a
 * timer is left out: the look at the heads, each second, and what is written behind the requests. Not to be nested.
 */
export async function countStatements<T>(world: World, work: () => Promise<T>): Promise<Counted<T>> {
  await work();
  for (;;) {
    const { result, statements } = await countStatementsOnce(world, work);
    const counted = { result, statements: statements.filter((text) => !isWrittenBehind(text)) };
    // The poll has told of a write of before, and the server had to find out again who asks.
    if (!counted.statements.some((text) => text.includes('"SessionEntity"'))) return counted;
  }
}

/** The same for work that is done once, whatever it is. */
export async function countStatementsOnce<T>(world: World, work: () => Promise<T>): Promise<Counted<T>> {
  const { master: pool } = world.app.database.connection.dataSource.driver as unknown as { readonly master: Pool };
  const statements: string[] = [];
  const restores = new Map<PoolClient, () => void>();
  const listen = (client: PoolClient): void => {
    if (restores.has(client)) return;
    const original = client.query.bind(client) as (...args: unknown[]) => unknown;
    const counting = (...args: unknown[]): unknown => {
      const text = textOf(args[0]);
      if (!isLookAtHeads(text)) statements.push(text);
      return original(...args);
    };
    Object.assign(client, { query: counting });
    restores.set(client, () => Reflect.deleteProperty(client, 'query'));
  };
  pool.on('acquire', listen);
  try {
    return { result: await work(), statements };
  } finally {
    pool.off('acquire', listen);
    for (const restore of restores.values()) restore();
  }
}

function textOf(query: unknown): string {
  return typeof query === 'string' ? query : (query as { readonly text: string }).text;
}

function isLookAtHeads(text: string): boolean {
  return text.includes('access_head') && text.startsWith('SELECT');
}

/** Uses of keys, counts of evaluations and failed authentications: every few seconds, of whatever was asked before. */
function isWrittenBehind(text: string): boolean {
  return /UPDATE api_key k SET last_used_at|INSERT INTO "?(?:flag_usage_minute|failed_authentication)\b/.test(text);
}
