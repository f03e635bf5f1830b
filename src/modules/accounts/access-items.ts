import type { AccessWithin } from '../access/access-within-repository';
import type { ApiKeyEntity } from '../access/api-key-entity';
import type { InvitationEntity } from '../access/invitation-entity';
import type { BindingScope } from '../access/member-rules';
import type { RoleBindingEntity } from '../access/role-binding-entity';
import type { UserEntity } from '../access/user-entity';
import type { ChangeItemDraft } from '../changes/record-change';

/** Members have no versions: a change replaces the roles of one place as a whole. */
const MEMBER_VERSION = 1;

/** The roles that a change gave or took, for the book. Null: none. */
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

/** An invitation that was made or is gone, for the book; never its token. */
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

/** What goes with a place that is deleted, for the book: each key, each member with the roles there, each invitation. */
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

/** A key that was made, changed or is gone, for the book: nothing of its secret but the visible beginning. Exactly one may be null. */
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
