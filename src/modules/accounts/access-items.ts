import type { AccessWithin } from '../access/access-within-repository';
import type { ApiKeyEntity } from '../access/api-key-entity';
import type { InvitationEntity } from '../access/invitation-entity';
import type { BindingScope } from '../access/member-rules';
import type { RoleBindingEntity } from '../access/role-binding-entity';
import type { UserEntity } from '../access/user-entity';
import type { ChangeItemDraft } from '../changes/record-change';

/** Members have no versions: a change replaces all roles in one scope. */
const MEMBER_VERSION = 1;

/** The audit log's item for roles that a change gave or took. Null: none. */
export function memberItem(
  user: UserEntity,
  scope: BindingScope,
  before: readonly RoleBindingEntity[] | null,
  after: readonly RoleBindingEntity[] | null,
): ChangeItemDraft {
  return {
    subjectKind: 'MEMBER',
    subjectId: user.id,
    subjectKey: user.email,
    version: MEMBER_VERSION,
    ...(scope.environmentId === null ? {} : { environmentId: scope.environmentId }),
    before: before && memberBody(user, before),
    after: after && memberBody(user, after),
  };
}

/** The audit log's item for an invitation that was made or is gone; never contains its token. */
export function invitationItem(invitation: InvitationEntity, state: 'MADE' | 'GONE'): ChangeItemDraft {
  const { email, role, projectId, environmentId, expiresAt } = invitation;
  const body = { email, role, projectId, environmentId, expiresAt: expiresAt.toISOString() };
  return {
    subjectKind: 'INVITATION',
    subjectId: invitation.id,
    subjectKey: email,
    version: 1,
    ...(environmentId === null ? {} : { environmentId }),
    before: state === 'GONE' ? body : null,
    after: state === 'MADE' ? body : null,
  };
}

/** The audit log's items for what is deleted together with a scope: each key, each member with roles there, each invitation. */
export function accessItems(scope: BindingScope, { keys, members, invitations }: AccessWithin): ChangeItemDraft[] {
  return [
    ...keys.map((key) => apiKeyItem(key, null)),
    ...members.map(({ user, bindings }) => memberItem(user, scope, bindings, null)),
    ...invitations.map((invitation) => invitationItem(invitation, 'GONE')),
  ];
}

function memberBody({ email }: UserEntity, bindings: readonly RoleBindingEntity[]): object {
  return { email, roles: bindings.map(roleBody) };
}

function roleBody({ role, projectId, environmentId, source }: RoleBindingEntity): object {
  return { role, projectId, environmentId, ...(source === 'OIDC' ? { source } : {}) };
}

/**
 * The audit log's item for a key that was made, changed or deleted; of its secret it has only the visible beginning.
 * Exactly one argument may be null.
 */
export function apiKeyItem(before: ApiKeyEntity | null, after: ApiKeyEntity | null): ChangeItemDraft {
  const { id, prefix, environmentId } = (after ?? before) as ApiKeyEntity;
  return {
    subjectKind: 'API_KEY',
    subjectId: id,
    subjectKey: prefix,
    ...(environmentId === null ? {} : { environmentId }),
    // Keys have no versions: 1 is the new key, 2 the key with its end.
    version: before === null ? 1 : 2,
    before: before && apiKeyBody(before),
    after: after && apiKeyBody(after),
  };
}

function apiKeyBody({ kind, role, name, prefix, allowedOrigins, expiresAt, revokedAt, replacedById }: ApiKeyEntity): object {
  return {
    kind,
    role,
    name,
    prefix,
    allowedOrigins,
    expiresAt: expiresAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
    replacedById,
  };
}
