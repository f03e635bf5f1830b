/** Log-ins with everything that a client keeps of them, and looks at what became of them. */
import { newId } from '../../src/ids';
import { insertUser } from '../../src/modules/access/access-repository';
import { hashPassword } from '../../src/modules/accounts/passwords';
import { uniqueEmail, PASSWORD } from './members';
import { make } from './make';
import { sendQuery } from './raw';
import type { World } from './world';

export interface SessionTokens {
  readonly accessToken: string;
  readonly expiresAt: string;
  readonly refreshToken: string;
  readonly refreshExpiresAt: string;
}

export const TOKENS = 'accessToken expiresAt refreshToken refreshExpiresAt';

export interface Account {
  readonly id: string;
  readonly email: string;
}

/** Somebody with an account, no role and no session yet. */
export async function makeAccount({ app }: World, email = uniqueEmail('somebody')): Promise<Account> {
  const user = {
    id: newId('user'),
    email,
    name: 'Somebody',
    passwordHash: await hashPassword(PASSWORD),
    version: 1,
    createdAt: new Date(),
  };
  await insertUser(app.database.connection, user);
  return { id: user.id, email };
}

export function logIn(world: World, { email }: { readonly email: string }, password = PASSWORD): Promise<SessionTokens> {
  return make<SessionTokens>(world.client(), 'logIn', { email, password }, TOKENS);
}

/** Status of a request with the credential: 200, or 401 when it is refused. */
export async function statusOf(world: World, credential: string): Promise<number> {
  const { status } = await sendQuery(world, '{ viewer { user { id } } }', { authorization: `Bearer ${credential}` });
  return status;
}

/** How much is written down of sessions, passwords and their changes: equal before and after means that nothing was written. */
export async function written(world: World): Promise<object> {
  const [row] = await world.app.database.connection.query<object[]>(
    `SELECT (SELECT count(*)::int FROM session) AS sessions,
       (SELECT count(*)::int FROM session WHERE ended_at IS NULL) AS live,
       (SELECT string_agg(last_refreshed_at::text, ' ' ORDER BY id) FROM session) AS refreshed,
       (SELECT count(*)::int FROM refresh_token) AS tokens,
       (SELECT count(*)::int FROM refresh_token WHERE used_at IS NULL) AS unused,
       (SELECT count(*)::int FROM password_reset) AS resets,
       (SELECT count(*)::int FROM password_reset WHERE ended_at IS NULL) AS open,
       (SELECT md5(string_agg(id || version || password_hash, ' ' ORDER BY id)) FROM app_user) AS passwords,
       (SELECT count(*)::int FROM change) AS changes,
       (SELECT string_agg(organization_id || revision, ' ' ORDER BY organization_id) FROM access_head) AS heads`,
  );
  return row!;
}

/** The revision of an access head; null when there is none. */
export async function accessHead(world: World, organizationId = 'system'): Promise<number | null> {
  const rows = await world.app.database.connection.query<{ revision: number }[]>(
    'SELECT revision FROM access_head WHERE organization_id = $1',
    [organizationId],
  );
  return rows[0]?.revision ?? null;
}
