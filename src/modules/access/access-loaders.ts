import DataLoader from 'dataloader';
import { groupRows, orderById } from '../../database/group-rows';
import { createCountLoader, createPageLoader, type PageRequest } from '../../database/page-loader';
import type { Connection } from '../../database/transaction';
import {
  countApiKeys,
  findApiKeysByEnvironmentIds,
  findApiKeysByIds,
  findUsersByIds,
  listApiKeys,
  type ApiKeyPage,
  type ApiKeySearch,
} from './access-repository';
import type { ApiKeyEntity } from './api-key-entity';
import type { InvitationEntity } from './invitation-entity';
import {
  countInvitations,
  countMembers,
  findBindingsOfMembers,
  listInvitations,
  listMembers,
  type MemberOfOwner,
} from './member-repository';
import type { RoleBindingEntity } from './role-binding-entity';
import type { UserEntity } from './user-entity';

interface OwnerRequest {
  readonly ownerId: string;
}

export interface AccessLoaders {
  readonly user: DataLoader<string, UserEntity | null>;
  readonly apiKey: DataLoader<string, ApiKeyEntity | null>;
  /** Ordered by creation. */
  readonly apiKeysOfEnvironment: DataLoader<string, ApiKeyEntity[]>;
  /** Ordered by creation. */
  readonly apiKeysOfProject: DataLoader<ApiKeyPage, ApiKeyEntity[], string>;
  readonly apiKeyCountOfProject: DataLoader<ApiKeySearch, number, string>;
  /** Ordered by creation. */
  readonly apiKeysOfOrganization: DataLoader<ApiKeyPage, ApiKeyEntity[], string>;
  readonly apiKeyCountOfOrganization: DataLoader<ApiKeySearch, number, string>;
  /** Ordered by e-mail address. */
  readonly membersOfOrganization: DataLoader<PageRequest, MemberOfOwner[], string>;
  readonly memberCountOfOrganization: DataLoader<OwnerRequest, number, string>;
  /** Ordered by e-mail address. */
  readonly membersOfProject: DataLoader<PageRequest, MemberOfOwner[], string>;
  readonly memberCountOfProject: DataLoader<OwnerRequest, number, string>;
  /** The bindings that make the user a member of the owner, widest scope first. */
  readonly rolesOfMember: DataLoader<MemberOfOwner, RoleBindingEntity[], string>;
  /** Ordered by e-mail address. */
  readonly invitationsOfOrganization: DataLoader<PageRequest, InvitationEntity[], string>;
  readonly invitationCountOfOrganization: DataLoader<OwnerRequest, number, string>;
}

export function createAccessLoaders(connection: Connection): AccessLoaders {
  return {
    user: new DataLoader(async (ids) => orderById(await findUsersByIds(connection, ids), ids)),
    apiKey: new DataLoader(async (ids) => orderById(await findApiKeysByIds(connection, ids), ids)),
    apiKeysOfEnvironment: new DataLoader(async (ids) => {
      const rows = groupRows(await findApiKeysByEnvironmentIds(connection, ids), (row) => row.environmentId ?? '');
      return ids.map((id) => rows.get(id) ?? []);
    }),
    apiKeysOfProject: createPageLoader(
      (requests, shared) => listApiKeys(connection, 'projectId', requests, shared),
      (key) => key.projectId ?? '',
    ),
    apiKeyCountOfProject: createCountLoader((requests) => countApiKeys(connection, 'projectId', requests)),
    apiKeysOfOrganization: createPageLoader(
      (requests, shared) => listApiKeys(connection, 'organizationId', requests, shared),
      (key) => key.organizationId,
    ),
    apiKeyCountOfOrganization: createCountLoader((requests) => countApiKeys(connection, 'organizationId', requests)),
    membersOfOrganization: createPageLoader(
      (requests, shared) => listMembers(connection, 'ORGANIZATION', owners(requests), shared),
      (member) => member.ownerId,
    ),
    memberCountOfOrganization: createCountLoader((requests) => countMembers(connection, 'ORGANIZATION', owners(requests))),
    membersOfProject: createPageLoader(
      (requests, shared) => listMembers(connection, 'PROJECT', owners(requests), shared),
      (member) => member.ownerId,
    ),
    memberCountOfProject: createCountLoader((requests) => countMembers(connection, 'PROJECT', owners(requests))),
    rolesOfMember: new DataLoader((members) => rolesOf(connection, members), {
      cacheKeyFn: ({ ownerId, userId }) => `${ownerId} ${userId}`,
    }),
    invitationsOfOrganization: createPageLoader(
      (requests, shared) => listInvitations(connection, owners(requests), shared),
      (invitation) => invitation.organizationId,
    ),
    invitationCountOfOrganization: createCountLoader((requests) => countInvitations(connection, owners(requests))),
  };
}

function owners(requests: readonly OwnerRequest[]): string[] {
  return requests.map(({ ownerId }) => ownerId);
}

async function rolesOf(connection: Connection, members: readonly MemberOfOwner[]): Promise<RoleBindingEntity[][]> {
  const organizationIds = [...new Set(members.map(({ organizationId }) => organizationId))];
  const userIds = [...new Set(members.map(({ userId }) => userId))];
  const bindings = await findBindingsOfMembers(connection, organizationIds, userIds);
  const rows = groupRows(bindings, ({ organizationId, userId }) => `${organizationId} ${userId}`);
  return members.map(({ organizationId, projectId, userId }) =>
    (rows.get(`${organizationId} ${userId}`) ?? []).filter(
      (binding) => projectId === null || binding.projectId === null || binding.projectId === projectId,
    ),
  );
}
