import type { Connection } from '../../database/transaction';
import { OidcIdentityEntity } from './oidc-identity-entity';
import { RoleBindingEntity } from '../access/role-binding-entity';
import { UserEntity } from '../access/user-entity';

export function findUserByIdentity(connection: Connection, issuer: string, subject: string): Promise<UserEntity | null> {
  return connection
    .createQueryBuilder(UserEntity, 'u')
    .innerJoin(OidcIdentityEntity, 'i', 'i.userId = u.id AND i.issuer = :issuer AND i.subject = :subject', { issuer, subject })
    .getOne();
}

/** Whether the user is already linked to an identity at the provider. */
export function hasIdentityAt(connection: Connection, issuer: string, userId: string): Promise<boolean> {
  return connection.existsBy(OidcIdentityEntity, { issuer, userId });
}

export async function insertIdentity(connection: Connection, identity: OidcIdentityEntity): Promise<void> {
  await connection.insert(OidcIdentityEntity, identity);
}

export interface OrganizationOfGroups {
  readonly id: string;
  readonly key: string;
}

/** Finds the organizations with one of the ids or keys, and those in which the user has a role from a group; ordered by id. */
export function findOrganizationsOfGroups(
  connection: Connection,
  { ids, keys }: { readonly ids: readonly string[]; readonly keys: readonly string[] },
  userId: string | null,
): Promise<OrganizationOfGroups[]> {
  return connection.query(
    `SELECT id, key FROM organization
     WHERE id = ANY($1) OR key = ANY($2)
       OR id IN (SELECT organization_id FROM role_binding WHERE user_id = $3 AND source = 'OIDC')
     ORDER BY id`,
    [ids, keys, userId],
  );
}

/** The user's roles in the organization itself; the caller has locked it. */
export function findOrganizationRoles(
  connection: Connection,
  organizationId: string,
  userId: string,
): Promise<RoleBindingEntity[]> {
  return connection
    .createQueryBuilder(RoleBindingEntity, 'b')
    .where('b.organizationId = :organizationId AND b.userId = :userId', { organizationId, userId })
    .andWhere('b.projectId IS NULL AND b.environmentId IS NULL')
    .orderBy('b.id')
    .getMany();
}
