/** Rules for roles and invitations. Pure. */
import type { Issue } from '../../errors';
import { nameIssues } from '../../validation/input-rules';
import { emailIssues, passwordIssues } from './access-rules';
import type { Binding } from './actor';
import type { InvitationEntity } from './invitation-entity';
import type { Role } from './permissions';

/** A whole organization, one of its projects, or an environment of one. */
export type BindingScope = Omit<Binding, 'role'>;

const WEAKEST_FIRST: readonly Role[] = ['VIEWER', 'EDITOR', 'ADMIN', 'OWNER'];

/** A change of one user's roles in one scope. */
export interface RoleChange {
  /** Used in messages. */
  readonly email: string;
  /** The roles that are replaced or removed. */
  readonly before: readonly Role[];
  /** Null: none. */
  readonly after: Role | null;
  /** The number of owners of the organization. */
  readonly ownerCount: number;
}

/** An organization is never left without an owner. */
export function lastOwnerIssues({ email, before, after, ownerCount }: RoleChange): Issue[] {
  if (!before.includes('OWNER') || after === 'OWNER' || ownerCount > 1) return [];
  const message = `${email} is the last owner of the organization; make somebody else OWNER first.`;
  return [{ code: 'LAST_OWNER', message, path: ['input', 'userId'] }];
}

/** OWNER concerns the organization itself, so it cannot be a role in a part of it. */
export function bindingScopeIssues(role: Role, scope: BindingScope): Issue[] {
  if (role !== 'OWNER' || scope.projectId === null) return [];
  const message = 'OWNER is a role on a whole organization; give ADMIN on a project or environment.';
  return [{ code: 'INVALID', message, path: ['input', 'role'] }];
}

/** `hasRole`: whether the address already has a role in that scope. */
export function invitationIssues(email: string, role: Role, scope: BindingScope, hasRole: boolean): Issue[] {
  const issues = [...emailIssues(email, ['input', 'email']), ...bindingScopeIssues(role, scope)];
  if (hasRole) {
    const message = `${email} already has a role there; change it with setMemberRole.`;
    issues.push({ code: 'DUPLICATE', message, path: ['input', 'email'] });
  }
  return issues;
}

export interface Acceptance {
  readonly name?: string | null;
  readonly password?: string | null;
}

/** The person who accepts the invitation: the logged-in user, the holder of the account with the address, or a new user. */
export type Claimant = 'LOGGED_IN' | 'ACCOUNT' | 'NEW';

export type AcceptancePlan =
  { readonly issues: readonly Issue[]; readonly claimant?: never } | { readonly issues?: never; readonly claimant: Claimant };

/**
 * `loggedInEmail` is the e-mail address of the logged-in user, null when there is none. The password itself is not verified
 * here.
 */
export function planAcceptance(
  invitation: Pick<InvitationEntity, 'email' | 'expiresAt'> | null,
  input: Acceptance,
  facts: { readonly loggedInEmail: string | null; readonly hasAccount: boolean; readonly now: Date },
): AcceptancePlan {
  if (invitation === null) return { issues: [noInvitation()] };
  if (!(invitation.expiresAt > facts.now)) {
    const message = `The invitation expired at ${invitation.expiresAt.toISOString()}; ask for another one.`;
    return { issues: [{ code: 'EXPIRED', message, path: ['input', 'token'] }] };
  }
  if (facts.loggedInEmail !== null) {
    if (facts.loggedInEmail === invitation.email) return { claimant: 'LOGGED_IN' };
    const message = 'The invitation is for a different e-mail address than the one of the logged-in user.';
    return { issues: [{ code: 'WRONG_CREDENTIALS', message, path: ['input', 'token'] }] };
  }
  const { name = null, password = null } = input;
  if (facts.hasAccount) {
    if (password !== null) return { claimant: 'ACCOUNT' };
    const message = 'An account with the invited address exists: log in, or give its password.';
    return { issues: [{ code: 'BLANK', message, path: ['input', 'password'] }] };
  }
  const issues = [
    ...nameIssues('Name', name ?? '', ['input', 'name']),
    ...passwordIssues(password ?? '', ['input', 'password'], invitation.email),
  ];
  return issues.length > 0 ? { issues } : { claimant: 'NEW' };
}

export function noInvitation(): Issue {
  const message = 'There is no open invitation with this token; it may have been used or replaced.';
  return { code: 'NOT_FOUND', message, path: ['input', 'token'] };
}

/** Returns the role with more permissions. */
export function strongerRole(one: Role, other: Role): Role {
  return WEAKEST_FIRST.indexOf(one) > WEAKEST_FIRST.indexOf(other) ? one : other;
}

export function isSameScope(one: BindingScope, other: BindingScope): boolean {
  return (
    one.organizationId === other.organizationId && one.projectId === other.projectId && one.environmentId === other.environmentId
  );
}

/** Whether a role in `inner` ends when all roles in `outer` and inside it end. */
export function isWithin(inner: BindingScope, outer: BindingScope): boolean {
  if (inner.organizationId !== outer.organizationId) return false;
  if (outer.environmentId !== null) return inner.environmentId === outer.environmentId;
  return outer.projectId === null || inner.projectId === outer.projectId;
}
