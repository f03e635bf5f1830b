import type { Connection } from '../../database/transaction';
import { Forbidden, UserFault } from '../../errors';
import { newId } from '../../ids';
import { invitationItem, memberItem } from '../accounts/access-items';
import { findUsersByIds } from '../access/access-repository';
import { permits, type Actor, type Scope } from '../access/actor';
import { notFound } from '../access/absence';
import { authorize, type RequiredPermission } from '../access/authorize';
import {
  countOwners,
  deleteBindings,
  deleteInvitation,
  findBindingsOfMembers,
  findInvitationByEmail,
  saveBinding,
  takeInvitationsOfMaker,
  type MemberOfOwner,
} from '../access/member-repository';
import { isSameScope, isWithin, lastOwnerIssues, bindingScopeIssues, type BindingScope } from '../access/member-rules';
import type { Permission, Role } from '../access/permissions';
import type { RoleBindingEntity } from '../access/role-binding-entity';
import type { UserEntity } from '../access/user-entity';
import type { ChangeService } from '../changes/change-service';
import type { EnvironmentRevision } from '../changes/head-repository';
import type { ChangeItemDraft } from '../changes/record-change';
import { unstorable } from '../../validation/input-rules';
import { lockScopeFor, type LockedScope, type ScopeInput } from './role-scope';

export interface MemberServiceOptions {
  readonly changes: ChangeService;
}

export interface SetMemberRoleInput extends ScopeInput {
  readonly userId: string;
  readonly role: Role;
}

export interface RemoveMemberInput extends ScopeInput {
  readonly userId: string;
}

/** Manages members. Lives here and not in access, because a role may be in a project or an environment. */
export class MemberService {
  constructor(private readonly options: MemberServiceOptions) {}

  /** Throws `Forbidden` unless the actor may read the members of the organization. */
  authorizeOrganization(actor: Actor, organizationId: string, permission: Permission): void {
    requirePermission(actor, { permission, toSee: 'organization:read' }, { organizationId });
  }

  /** Throws `Forbidden` unless the actor may read the members whose roles reach the project. */
  authorizeProject(actor: Actor, scope: { readonly organizationId: string; readonly projectId: string }): void {
    requirePermission(actor, { permission: 'member:read', toSee: 'project:read' }, scope);
  }

  /** Replaces the role in one scope. Records nothing when the role stays the same. */
  async setRole(caller: Actor, input: SetMemberRoleInput): Promise<{ member: MemberOfOwner; revisions: EnvironmentRevision[] }> {
    return this.options.changes.commit(caller, async (tx) => {
      const locked = await lockScopeFor(tx.connection, caller, input, 'member:update');
      const { scope, actor } = locked;
      const { user, bindings } = await loadMember(tx.connection, locked, input.userId);
      const existing = bindings.filter((binding) => isSameScope(binding, scope));
      const [current] = existing.filter(({ source }) => source === 'DIRECT');
      const member = memberAsSeen(actor, scope, user);
      if (existing.length === 1 && current?.role === input.role) return { member, revisions: [] };
      const before = existing.map(({ role }) => role);
      requireOwnerName(actor, scope, [...before, input.role]);
      const ownerCount = await countOwners(tx.connection, scope.organizationId);
      const issues = [
        ...bindingScopeIssues(input.role, scope),
        ...lastOwnerIssues({ email: user.email, before, after: input.role, ownerCount }),
      ];
      if (issues.length > 0) throw new UserFault(issues);
      const next: RoleBindingEntity = current
        ? { ...current, role: input.role }
        : {
            ...scope,
            id: newId('binding'),
            userId: user.id,
            role: input.role,
            source: 'DIRECT',
            createdAt: this.options.changes.now(),
          };
      await saveBinding(tx.connection, next, current === undefined);
      // Also replaces a role from a group, until the next log-in through the provider.
      await deleteBindings(tx.connection, idsFromGroups(existing));
      const revisions = await this.options.changes.record(tx, actor, {
        kind: 'MEMBER_ROLE_SET',
        organizationId: scope.organizationId,
        projectId: scope.projectId,
        deliveries: [],
        changesAccess: true,
        items: [memberItem(user, scope, existing.length > 0 ? existing : null, [next])],
      });
      return { member, revisions };
    });
  }

  /** Removes every role in one scope and inside it. */
  async remove(caller: Actor, input: RemoveMemberInput): Promise<{ removedUserId: string; revisions: EnvironmentRevision[] }> {
    return this.options.changes.commit(caller, async (tx) => {
      const locked = await lockScopeFor(tx.connection, caller, input, 'member:remove');
      const { scope, actor } = locked;
      const { user, bindings } = await loadMember(tx.connection, locked, input.userId);
      const taken = bindings.filter((binding) => isWithin(binding, scope));
      if (taken.length === 0) throw notFound('member', input.userId, ['input', 'userId']);
      const before = taken.map(({ role }) => role);
      requireOwnerName(actor, scope, before);
      const ownerCount = await countOwners(tx.connection, scope.organizationId);
      const issues = lastOwnerIssues({ email: user.email, before, after: null, ownerCount });
      if (issues.length > 0) throw new UserFault(issues);
      await deleteBindings(
        tx.connection,
        taken.map(({ id }) => id),
      );
      const withdrawn = [
        ...(scope.projectId === null ? await withdrawInvitation(tx.connection, scope, user) : []),
        ...(taken.length === bindings.length ? await withdrawOffers(tx.connection, scope.organizationId, user) : []),
      ];
      const revisions = await this.options.changes.record(tx, actor, {
        kind: 'MEMBER_REMOVED',
        organizationId: scope.organizationId,
        projectId: scope.projectId,
        deliveries: [],
        changesAccess: true,
        items: [memberItem(user, scope, taken, null), ...withdrawn],
      });
      return { removedUserId: user.id, revisions };
    });
  }
}

function idsFromGroups(bindings: readonly RoleBindingEntity[]): string[] {
  return bindings.filter(({ source }) => source === 'OIDC').map(({ id }) => id);
}

/** Lets only actors that may name owners give or remove OWNER. */
export function requireOwnerName(actor: Actor, { organizationId }: BindingScope, roles: readonly Role[]): void {
  if (!roles.includes('OWNER')) return;
  requirePermission(actor, { permission: 'owner:name', toSee: 'organization:read' }, { organizationId });
}

/** Requires a permission on an object that the caller has already found: answers FORBIDDEN when it is hidden, too. */
function requirePermission(actor: Actor, required: RequiredPermission, scope: Scope): void {
  if (!authorize(actor, required, scope)) throw new Forbidden(required.permission);
}

/** Loads a user with the roles in the organization that the actor may see. */
async function loadMember(
  connection: Connection,
  { scope, actor }: LockedScope,
  userId: string,
): Promise<{ user: UserEntity; bindings: RoleBindingEntity[] }> {
  const [user] = unstorable(userId) ? [] : await findUsersByIds(connection, [userId]);
  const bindings = user ? await findBindingsOfMembers(connection, [scope.organizationId], [user.id]) : [];
  // A role in the whole organization reaches every part of it, so managers of a part see its holders.
  const isVisible = bindings.some((binding) => binding.projectId === null || permits(actor, 'member:read', binding));
  if (!user || !isVisible) throw notFound('member', userId, ['input', 'userId']);
  return { user, bindings };
}

function memberAsSeen(actor: Actor, scope: BindingScope, user: UserEntity): MemberOfOwner {
  const { organizationId } = scope;
  const projectId = permits(actor, 'member:read', { organizationId }) ? null : scope.projectId;
  return { ownerId: projectId ?? organizationId, organizationId, projectId, userId: user.id, email: user.email };
}

/** Withdraws the invitations made by a former member, which must not outlive the right to make them. */
export async function withdrawOffers(
  connection: Connection,
  organizationId: string,
  { id }: UserEntity,
): Promise<ChangeItemDraft[]> {
  const invitations = await takeInvitationsOfMaker(connection, organizationId, id);
  return invitations.map((invitation) => invitationItem(invitation, 'GONE'));
}

/** Withdraws an open invitation, which would let the user in again. */
async function withdrawInvitation(
  connection: Connection,
  { organizationId }: BindingScope,
  { email }: UserEntity,
): Promise<ChangeItemDraft[]> {
  const invitation = await findInvitationByEmail(connection, organizationId, email);
  if (!invitation) return [];
  await deleteInvitation(connection, invitation.id);
  return [invitationItem(invitation, 'GONE')];
}
