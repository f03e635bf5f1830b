/** Builders of people, and looks into the audit log. */
import { randomBytes } from 'node:crypto';
import type { GraphQLClient } from 'graphql-request';
import { make } from './make';
import type { World } from './world';

export interface Person {
  readonly id: string;
  readonly email: string;
  readonly client: GraphQLClient;
}

export const PASSWORD = 'correct horse battery staple';

export const uniqueEmail = (name = 'member'): string => `${name}-${randomBytes(5).toString('hex')}@example.com`;

export interface RolePlace {
  readonly organizationId: string;
  readonly projectId?: string;
  readonly environmentId?: string;
}

/** A server on which people have accounts, and somebody owns everything. */
export type Society = Pick<World, 'client' | 'owner'>;

/** Somebody with one role: invited by the owner of everything, with an account of their own, logged in. */
export async function makeMember(world: Society, role: string, place: RolePlace, email = uniqueEmail()): Promise<Person> {
  const owner = world.client(world.owner.accessToken);
  const { invitationToken } = await make<{ invitationToken: string }>(
    owner,
    'inviteMember',
    { ...place, email, role },
    'invitationToken',
  );
  const input = { token: invitationToken, name: 'A member', password: PASSWORD };
  const { user } = await make<{ user: { id: string } }>(world.client(), 'acceptInvitation', input, 'user { id }');
  return { id: user.id, email, client: await logInByPassword(world, email) };
}

/** Somebody with an account and a role in another organization only. */
export async function makeOutsider(world: World): Promise<Person> {
  const owner = world.client(world.owner.accessToken);
  const { organization } = await make<{ organization: { id: string } }>(
    owner,
    'createOrganization',
    { key: `elsewhere-${randomBytes(5).toString('hex')}`, name: 'Elsewhere' },
    'organization { id }',
  );
  return makeMember(world, 'VIEWER', { organizationId: organization.id });
}

export async function logInByPassword(world: Pick<World, 'client'>, email: string, password = PASSWORD): Promise<GraphQLClient> {
  const { accessToken } = await make<{ accessToken: string }>(world.client(), 'logIn', { email, password }, 'accessToken');
  return world.client(accessToken);
}

/** How many changes an organization's chain has: equal before and after means that nothing was recorded. */
export async function chainLength(world: World, organizationId: string): Promise<number> {
  const rows = await world.app.database.connection.query<{ sequence: string }[]>(
    'SELECT sequence FROM audit_head WHERE organization_id = $1',
    [organizationId],
  );
  return Number(rows[0]?.sequence ?? 0);
}

/** The newest change of a chain, with its items. */
export async function lastChange(world: World, organizationId: string): Promise<{ kind: string; items: object[] }> {
  const { connection } = world.app.database;
  const [change] = await connection.query<{ id: string; kind: string }[]>(
    'SELECT id, kind FROM change WHERE organization_id = $1 ORDER BY sequence DESC LIMIT 1',
    [organizationId],
  );
  const bodies = await connection.query<{ kind: string; version: number; before: string | null; after: string | null }[]>(
    'SELECT subject_kind AS kind, version, before, after FROM change_body WHERE change_id = $1 ORDER BY position',
    [change!.id],
  );
  const items = bodies.map(({ before, after, ...rest }) => ({
    ...rest,
    before: before === null ? null : (JSON.parse(before) as object),
    after: after === null ? null : (JSON.parse(after) as object),
  }));
  return { kind: change!.kind, items };
}

/** The actor written down with the newest change of a chain. */
export async function lastActor(world: World, organizationId: string): Promise<object> {
  const [row] = await world.app.database.connection.query<object[]>(
    `SELECT actor_kind AS kind, actor_id AS id, actor_name AS name, authentication FROM change
     WHERE organization_id = $1 ORDER BY sequence DESC LIMIT 1`,
    [organizationId],
  );
  return row!;
}

/** The code of the refusal of a whole request; null when it was answered. */
export async function refusalOf(work: Promise<unknown>): Promise<{ code: string; message: string } | null> {
  try {
    await work;
    return null;
  } catch (error) {
    const [first] = (error as { response: { errors: { message: string; extensions: { code: string } }[] } }).response.errors;
    return { code: first!.extensions.code, message: first!.message };
  }
}
