import type { OwnerCount, PageRequest } from '../../database/page-loader';
import type { Connection } from '../../database/transaction';
import { InvitationEntity } from './invitation-entity';
import { RoleBindingEntity } from './role-binding-entity';

/** A user with bindings in an organization, or with bindings that reach one of its projects. */
export interface MemberOfOwner {
  /** The organization or project of which this is a member. */
  readonly ownerId: string;
  readonly organizationId: string;
  /** Null: a member of the organization. */
  readonly projectId: string | null;
  readonly userId: string;
  readonly email: string;
}

const MEMBERS_OF_ORGANIZATIONS = `(SELECT id AS owner_id, id AS organization_id, CAST(NULL AS text) AS project_id FROM organization)`;
const MEMBERS_OF_PROJECTS = `(SELECT id AS owner_id, organization_id, id AS project_id FROM project)`;
const REACHES = `b.organization_id = o.organization_id AND (o.project_id IS NULL OR b.project_id IS NULL OR b.project_id = o.project_id)`;

export type MemberOwner = 'ORGANIZATION' | 'PROJECT';

function ownersOf(kind: MemberOwner): string {
  return kind === 'ORGANIZATION' ? MEMBERS_OF_ORGANIZATIONS : MEMBERS_OF_PROJECTS;
}

/** Ordered by e-mail address. `position`: the e-mail address after which each page begins. */
export function listMembers(
  connection: Connection,
  kind: MemberOwner,
  ownerIds: readonly string[],
  { position, limit }: Omit<PageRequest, 'ownerId'>,
): Promise<MemberOfOwner[]> {
  return connection.query(
    `SELECT o.owner_id AS "ownerId", o.organization_id AS "organizationId", o.project_id AS "projectId",
            m.id AS "userId", m.email
     FROM ${ownersOf(kind)} o
     CROSS JOIN LATERAL (
       SELECT u.id, u.email FROM app_user u
       WHERE u.id IN (SELECT b.user_id FROM role_binding b WHERE ${REACHES}) AND ($2::text IS NULL OR u.email > $2)
       ORDER BY u.email LIMIT $3
     ) m
     WHERE o.owner_id = ANY($1) ORDER BY m.email`,
    [ownerIds, position, limit],
  );
}

export function countMembers(connection: Connection, kind: MemberOwner, ownerIds: readonly string[]): Promise<OwnerCount[]> {
  return connection.query(
    `SELECT o.owner_id AS "ownerId", CAST(count(DISTINCT b.user_id) AS integer) AS count
     FROM ${ownersOf(kind)} o JOIN role_binding b ON ${REACHES}
     WHERE o.owner_id = ANY($1) GROUP BY o.owner_id`,
    [ownerIds],
  );
}

/** Widest scope first: the organization, then projects, then environments. */
export function findBindingsOfMembers(
  connection: Connection,
  organizationIds: readonly string[],
  userIds: readonly string[],
): Promise<RoleBindingEntity[]> {
  return connection
    .createQueryBuilder(RoleBindingEntity, 'b')
    .where('b.organizationId = ANY(:organizationIds) AND b.userId = ANY(:userIds)', { organizationIds, userIds })
    .orderBy('b.environmentId', 'ASC', 'NULLS FIRST')
    .addOrderBy('b.projectId', 'ASC', 'NULLS FIRST')
    .getMany();
}

/** Counts people, not bindings: one user may be OWNER both by an invitation and by a group. */
export async function countOwners(connection: Connection, organizationId: string): Promise<number> {
  const [row] = await connection.query<{ count: number }[]>(
    `SELECT CAST(count(DISTINCT user_id) AS integer) AS count FROM role_binding WHERE organization_id = $1 AND role = 'OWNER'`,
    [organizationId],
  );
  return row?.count ?? 0;
}

/** Updates a binding's role, or inserts a new one. */
export async function saveBinding(connection: Connection, binding: RoleBindingEntity, isNew: boolean): Promise<void> {
  if (isNew) await connection.insert(RoleBindingEntity, binding);
  else await connection.update(RoleBindingEntity, { id: binding.id }, { role: binding.role });
}

export async function deleteBindings(connection: Connection, ids: readonly string[]): Promise<void> {
  await connection.createQueryBuilder().delete().from(RoleBindingEntity).where('id = ANY(:ids)', { ids }).execute();
}

export async function insertInvitation(connection: Connection, invitation: InvitationEntity): Promise<void> {
  await connection.insert(InvitationEntity, invitation);
}

export async function deleteInvitation(connection: Connection, id: string): Promise<void> {
  await connection.delete(InvitationEntity, { id });
}

export function findInvitationById(connection: Connection, id: string): Promise<InvitationEntity | null> {
  return connection.findOneBy(InvitationEntity, { id });
}

export function findInvitationByTokenHash(connection: Connection, tokenHash: string): Promise<InvitationEntity | null> {
  return connection.findOneBy(InvitationEntity, { tokenHash });
}

/** The names that tell people what an invitation offers, and who offers it. */
export interface InvitationNames {
  readonly organizationName: string;
  readonly projectName: string | null;
  readonly environmentName: string | null;
  readonly inviterName: string | null;
  readonly inviterEmail: string | null;
}

/** Null when the invitation is gone. */
export async function findInvitationNames(connection: Connection, id: string): Promise<InvitationNames | null> {
  const rows = await connection.query<InvitationNames[]>(
    `SELECT o.name AS "organizationName", p.name AS "projectName", e.name AS "environmentName",
            u.name AS "inviterName", u.email AS "inviterEmail"
     FROM invitation i JOIN organization o ON o.id = i.organization_id
     LEFT JOIN project p ON p.id = i.project_id
     LEFT JOIN environment e ON e.id = i.environment_id
     LEFT JOIN app_user u ON u.id = i.invited_by_id
     WHERE i.id = $1`,
    [id],
  );
  return rows[0] ?? null;
}

export function findInvitationByEmail(
  connection: Connection,
  organizationId: string,
  email: string,
): Promise<InvitationEntity | null> {
  return connection.findOneBy(InvitationEntity, { organizationId, email });
}

/** Deletes the invitations into the organization that the user made, and returns them. */
export async function takeInvitationsOfMaker(
  connection: Connection,
  organizationId: string,
  invitedById: string,
): Promise<InvitationEntity[]> {
  const invitations = await connection.find(InvitationEntity, { where: { organizationId, invitedById }, order: { id: 'ASC' } });
  const ids = invitations.map(({ id }) => id);
  await connection.createQueryBuilder().delete().from(InvitationEntity).where('id = ANY(:ids)', { ids }).execute();
  return invitations;
}

/** Ordered by e-mail address. `position`: the e-mail address after which each page begins. */
export function listInvitations(
  connection: Connection,
  organizationIds: readonly string[],
  { position, limit }: Omit<PageRequest, 'ownerId'>,
): Promise<InvitationEntity[]> {
  const page = connection
    .createQueryBuilder(InvitationEntity, 'i')
    .select('i.id')
    .where('i.organizationId = o.id AND (CAST(:position AS text) IS NULL OR i.email > :position)')
    .orderBy('i.email')
    .limit(limit);
  return connection
    .createQueryBuilder(InvitationEntity, 'i')
    .where(
      `i.id IN (SELECT x.i_id FROM unnest(CAST(:organizationIds AS text[])) AS o(id) CROSS JOIN LATERAL (${page.getQuery()}) x)`,
    )
    .setParameters({ organizationIds, position })
    .orderBy('i.email')
    .getMany();
}

export function countInvitations(connection: Connection, organizationIds: readonly string[]): Promise<OwnerCount[]> {
  return connection.query(
    `SELECT organization_id AS "ownerId", CAST(count(*) AS integer) AS count FROM invitation
     WHERE organization_id = ANY($1) GROUP BY organization_id`,
    [organizationIds],
  );
}
