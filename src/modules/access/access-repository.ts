import type { OwnerCount } from '../../database/page-loader';
import type { Connection } from '../../database/transaction';
import type { Binding } from './actor';
import { ApiKeyEntity } from './api-key-entity';
import { RoleBindingEntity } from './role-binding-entity';
import { UserEntity } from './user-entity';

/** Locks the table against other first users until the transaction ends, and returns whether it has a user. */
export async function lockForFirstUser(connection: Connection): Promise<boolean> {
  await connection.query('LOCK TABLE app_user IN SHARE ROW EXCLUSIVE MODE');
  return connection.existsBy(UserEntity, {});
}

export function hasUser(connection: Connection): Promise<boolean> {
  return connection.existsBy(UserEntity, {});
}

export async function insertUser(connection: Connection, user: UserEntity): Promise<void> {
  await connection.insert(UserEntity, user);
}

export async function updateUserName(connection: Connection, { id, name, version }: UserEntity): Promise<void> {
  await connection.update(UserEntity, { id }, { name, version });
}

export function findUserByEmail(connection: Connection, email: string): Promise<UserEntity | null> {
  return connection.findOneBy(UserEntity, { email });
}

export function findUsersByIds(connection: Connection, ids: readonly string[]): Promise<UserEntity[]> {
  return connection.createQueryBuilder(UserEntity, 'u').where('u.id = ANY(:ids)', { ids }).getMany();
}

export async function insertBinding(connection: Connection, binding: RoleBindingEntity): Promise<void> {
  await connection.insert(RoleBindingEntity, binding);
}

export function findBindingsOfUser(connection: Connection, userId: string): Promise<Binding[]> {
  return connection.find(RoleBindingEntity, {
    where: { userId },
    select: { role: true, organizationId: true, projectId: true, environmentId: true },
    order: { id: 'ASC' },
  });
}

export async function insertApiKey(connection: Connection, key: ApiKeyEntity): Promise<void> {
  await connection.insert(ApiKeyEntity, key);
}

export function findApiKeyByHash(connection: Connection, hash: string): Promise<ApiKeyEntity | null> {
  return connection.findOneBy(ApiKeyEntity, { hash });
}

export function findApiKeysByIds(connection: Connection, ids: readonly string[]): Promise<ApiKeyEntity[]> {
  return connection.createQueryBuilder(ApiKeyEntity, 'k').where('k.id = ANY(:ids)', { ids }).getMany();
}

/**
 * Counts the keys of exactly this scope that are not revoked, end after `endedAfter`, and were used after `usedAfter`
 * (null: regardless of use).
 */
export function countLiveApiKeys(
  connection: Connection,
  { organizationId, projectId, environmentId }: Omit<Binding, 'role'>,
  { endedAfter, usedAfter }: { readonly endedAfter: Date; readonly usedAfter: Date | null },
): Promise<number> {
  return connection
    .createQueryBuilder(ApiKeyEntity, 'k')
    .where('k.organizationId = :organizationId AND k.revokedAt IS NULL', { organizationId })
    .andWhere(projectId === null ? 'k.projectId IS NULL' : 'k.projectId = :projectId', { projectId })
    .andWhere(environmentId === null ? 'k.environmentId IS NULL' : 'k.environmentId = :environmentId', { environmentId })
    .andWhere('(k.expiresAt IS NULL OR k.expiresAt > :endedAfter)', { endedAfter })
    .andWhere('(CAST(:usedAfter AS timestamptz) IS NULL OR COALESCE(k.lastUsedAt, k.createdAt) > :usedAfter)', { usedAfter })
    .getCount();
}

export function findApiKeysByEnvironmentIds(connection: Connection, environmentIds: readonly string[]): Promise<ApiKeyEntity[]> {
  return connection
    .createQueryBuilder(ApiKeyEntity, 'k')
    .where('k.environmentId = ANY(:environmentIds)', { environmentIds })
    .orderBy('k.id')
    .getMany();
}

/** Whether the user has any role in the organization. */
export function isMember(connection: Connection, organizationId: string, userId: string): Promise<boolean> {
  return connection.existsBy(RoleBindingEntity, { organizationId, userId });
}

/** Saves every column that may change, except the last use. */
export async function updateApiKey(connection: Connection, key: ApiKeyEntity): Promise<void> {
  const { id, name, allowedOrigins, expiresAt, revokedAt, replacedById } = key;
  await connection.query(
    `UPDATE api_key SET name = $2, allowed_origins = $3, expires_at = $4, revoked_at = $5, replaced_by_id = $6 WHERE id = $1`,
    [id, name, allowedOrigins, expiresAt, revokedAt, replacedById],
  );
}

/** Selects the keys of these organizations, projects and environments, including those of everything in them. */
export interface ApiKeySearch {
  readonly ownerId: string;
  readonly organizationIds: readonly string[];
  readonly projectIds: readonly string[];
  readonly environmentIds: readonly string[];
}

export interface ApiKeyPage extends ApiKeySearch {
  /** Id after which the page begins. */
  readonly position: string | null;
  readonly limit: number;
}

/** The column with the owner's id. */
export type ApiKeyOwner = 'organizationId' | 'projectId';

const IS_SOUGHT =
  '(k.organizationId = ANY(:organizationIds) OR k.projectId = ANY(:projectIds) OR k.environmentId = ANY(:environmentIds))';

function soughtBy(searches: readonly ApiKeySearch[]): Readonly<Record<string, readonly string[]>> {
  return {
    ownerIds: searches.map(({ ownerId }) => ownerId),
    organizationIds: searches.flatMap(({ organizationIds }) => organizationIds),
    projectIds: searches.flatMap(({ projectIds }) => projectIds),
    environmentIds: searches.flatMap(({ environmentIds }) => environmentIds),
  };
}

/** Pages of several owners with the same filter; each page is ordered by creation. */
export function listApiKeys(
  connection: Connection,
  owner: ApiKeyOwner,
  searches: readonly ApiKeySearch[],
  { position, limit }: ApiKeyPage,
): Promise<ApiKeyEntity[]> {
  const page = connection
    .createQueryBuilder(ApiKeyEntity, 'k')
    .select('k.id')
    .where(`k.${owner} = o.id AND ${IS_SOUGHT}`)
    .andWhere('(CAST(:position AS text) IS NULL OR k.id > :position)')
    .orderBy('k.id')
    .limit(limit);
  return connection
    .createQueryBuilder(ApiKeyEntity, 'k')
    .where(`k.id IN (SELECT x.k_id FROM unnest(CAST(:ownerIds AS text[])) AS o(id) CROSS JOIN LATERAL (${page.getQuery()}) x)`)
    .setParameters({ ...soughtBy(searches), position })
    .orderBy('k.id')
    .getMany();
}

export function countApiKeys(
  connection: Connection,
  owner: ApiKeyOwner,
  searches: readonly ApiKeySearch[],
): Promise<OwnerCount[]> {
  return connection
    .createQueryBuilder(ApiKeyEntity, 'k')
    .select(`k.${owner}`, 'ownerId')
    .addSelect('CAST(count(*) AS integer)', 'count')
    .where(`k.${owner} = ANY(:ownerIds) AND ${IS_SOUGHT}`, soughtBy(searches))
    .groupBy(`k.${owner}`)
    .getRawMany();
}
