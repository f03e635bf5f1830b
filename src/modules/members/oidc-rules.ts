/** Derives from the claims of an OpenID provider who logs in and which roles follow. Pure. */
import { kindOfId } from '../../ids';
import { nameIssues, unstorable } from '../../validation/input-rules';
import { emailIssues, normalizeEmail } from '../access/access-rules';
import { lastOwnerIssues, strongerRole } from '../access/member-rules';
import { ROLE_PERMISSIONS, type Role } from '../access/permissions';
import type { RoleBindingEntity } from '../access/role-binding-entity';
import type { UserEntity } from '../access/user-entity';

/** Gives members of a group at the provider a role in an organization. */
export interface GroupRole {
  readonly group: string;
  readonly role: Role;
  /** Id or key. Text with the form of an id is read as one, because anybody may give an organization such a key. */
  readonly organization: string;
}

export type ParsedGroupRoles =
  | { readonly roles: readonly GroupRole[]; readonly problem?: never }
  /** A sentence that continues after the name of the setting. */
  | { readonly roles?: never; readonly problem: string };

const ROLES = Object.keys(ROLE_PERMISSIONS);
const ORGANIZATION_KEY = /^[A-Za-z0-9][A-Za-z0-9._-]{0,199}$/;

/**
 * `group=ROLE@organization`, separated by commas; or, for groups with commas in their names, a JSON object from group to
 * `ROLE@organization` or to a list of these.
 */
export function parseGroupRoles(text: string): ParsedGroupRoles {
  const pairs = text.trim().startsWith('{') ? pairsOfJson(text) : pairsOfText(text);
  if (typeof pairs === 'string') return { problem: pairs };
  const roles: GroupRole[] = [];
  for (const [group, target] of pairs) {
    const [role = '', organization = ''] = splitAtLast(target, '@');
    if (group === '') return { problem: `has a part without a group: ${JSON.stringify(`=${target}`)}` };
    if (!ROLES.includes(role)) {
      return {
        problem: `gives the group ${JSON.stringify(group)} the role ${JSON.stringify(role)}; roles are ${ROLES.join(', ')}`,
      };
    }
    if (!ORGANIZATION_KEY.test(organization)) {
      const name = JSON.stringify(organization);
      return {
        problem: `gives the group ${JSON.stringify(group)} a role on ${name}, which is neither an id nor a key of an organization`,
      };
    }
    if (roles.some((other) => other.group === group && other.organization === organization)) {
      return {
        problem: `gives the group ${JSON.stringify(group)} two roles on the organization ${JSON.stringify(organization)}`,
      };
    }
    roles.push({ group, role: role as Role, organization });
  }
  return { roles };
}

function pairsOfText(text: string): [string, string][] | string {
  const parts = text.split(',').map((part) => part.trim());
  const wrong = parts.find((part) => part !== '' && !/=[^=]*@[^=]*$/.test(part));
  if (wrong !== undefined)
    return `must list group=ROLE@organization, separated by commas; ${JSON.stringify(wrong)} is not of that form`;
  return parts.filter(Boolean).map((part) => splitAtLast(part, '='));
}

function pairsOfJson(text: string): [string, string][] | string {
  const form = 'must be a JSON object from group to "ROLE@organization" or to a list of these';
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return `${form}; it is not JSON`;
  }
  const pairs = Object.entries(parsed as object).flatMap(([group, targets]: [string, unknown]) =>
    (Array.isArray(targets) ? (targets as unknown[]) : [targets]).map((target) => [group, target] as const),
  );
  const wrong = pairs.find(([, target]) => typeof target !== 'string' || !target.includes('@'));
  if (wrong) return `${form}; the value of the group ${JSON.stringify(wrong[0])} is not of that form`;
  return pairs as unknown as [string, string][];
}

function splitAtLast(text: string, separator: string): [string, string] {
  const at = text.lastIndexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at).trim(), text.slice(at + 1).trim()];
}

/** Claims of an ID token or UserInfo response; already verified. */
export type OidcClaims = Readonly<Record<string, unknown>>;

/** The user who logged in at the provider. */
export interface OidcIdentity {
  readonly issuer: string;
  readonly subject: string;
  /** The address as it is stored and compared. Null when the provider sends none, or an invalid one. */
  readonly email: string | null;
  /** Whether the provider has verified the address. */
  readonly isEmailVerified: boolean;
  /** A display name. Null when the provider sends no usable one. */
  readonly name: string | null;
  readonly groups: readonly string[];
}

/** OpenID Connect Core 1.0, section 2: at most 255 characters of ASCII. */
const SUBJECT_FORM = /^[\x20-\x7e]{1,255}$/;

/** Whether the ID token lacks requested claims, so that the UserInfo endpoint must be asked. */
export function needsUserInfo(claims: OidcClaims, groupsClaim: string | null): boolean {
  return claimOf(claims, 'email') === undefined || (groupsClaim !== null && claimOf(claims, groupsClaim) === undefined);
}

/** Returns null when the subject violates the specification. `userInfo`: null when it was not requested. */
export function identityOf(idToken: OidcClaims, userInfo: OidcClaims | null, groupsClaim: string): OidcIdentity | null {
  const { iss, sub } = idToken;
  if (typeof iss !== 'string' || typeof sub !== 'string' || !SUBJECT_FORM.test(sub)) return null;
  // The address and its verification must come from the same source.
  const mailClaims = claimOf(idToken, 'email') === undefined ? (userInfo ?? idToken) : idToken;
  const email = emailOf(claimOf(mailClaims, 'email'));
  const groups = claimOf(idToken, groupsClaim) ?? claimOf(userInfo ?? {}, groupsClaim);
  return {
    issuer: iss,
    subject: sub,
    email,
    // Only `true` counts, not the string "false".
    isEmailVerified: email !== null && claimOf(mailClaims, 'email_verified') === true,
    name: nameOf(claimOf(idToken, 'name') ?? claimOf(userInfo ?? {}, 'name')),
    groups: groupsOf(groups),
  };
}

/** Reads own properties only: a claim may be configured with the name of a property of every object. */
function claimOf(claims: OidcClaims, name: string): unknown {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

/** Keeps surrounding white space: somebody who could register such an address does not own the trimmed one. */
function emailOf(claim: unknown): string | null {
  if (typeof claim !== 'string' || emailIssues(claim, []).length > 0) return null;
  const email = normalizeEmail(claim);
  return emailIssues(email, []).length > 0 ? null : email;
}

function nameOf(claim: unknown): string | null {
  return typeof claim === 'string' && nameIssues('Name', claim, []).length === 0 ? claim : null;
}

function groupsOf(claim: unknown): string[] {
  const groups: unknown[] = Array.isArray(claim) ? claim : [claim];
  return groups.filter((group): group is string => typeof group === 'string' && !unstorable(group));
}

export interface AdmissionFacts {
  /** The user linked to the identity. */
  readonly known: UserEntity | null;
  /** The account with the e-mail address. */
  readonly account: UserEntity | null;
  /** Whether that account is linked to another identity at the provider. */
  readonly isAccountTaken: boolean;
  readonly createsUsers: boolean;
}

export type OidcAdmission =
  | { readonly kind: 'KNOWN' | 'LINK'; readonly user: UserEntity; readonly refusal?: never }
  | { readonly kind: 'CREATE'; readonly email: string; readonly refusal?: never }
  | { readonly kind?: never; readonly refusal: string };

/**
 * Decides whether an identity that the provider authenticated may log in, and as which user. An address counts only when
 * the provider has verified it, for new accounts too: otherwise somebody could create the account and wait for the owner of
 * the address.
 */
export function planAdmission(
  { email, isEmailVerified }: OidcIdentity,
  { known, account, isAccountTaken, createsUsers }: AdmissionFacts,
): OidcAdmission {
  if (known !== null) return { kind: 'KNOWN', user: known };
  if (email === null) {
    return {
      refusal: 'The provider did not return an e-mail address, which the first log-in needs; it must release the claim email.',
    };
  }
  if (!isEmailVerified) {
    return {
      refusal:
        'The provider has not verified the e-mail address (the claim email_verified is not true), so it cannot be used to log in.',
    };
  }
  if (account !== null && isAccountTaken) {
    return { refusal: 'The account with this e-mail address belongs to another identity at the provider.' };
  }
  if (account !== null) return { kind: 'LINK', user: account };
  if (createsUsers) return { kind: 'CREATE', email };
  return {
    refusal:
      'There is no account with this e-mail address, and this server does not create accounts at log-in; ask for an invitation.',
  };
}

export function isOrganizationId(organization: string): boolean {
  return kindOfId(organization) === 'organization';
}

/** Maps organizations, by id or key as in the mapping, to the strongest role that the groups give. */
export function rolesOfGroups(groups: readonly string[], mapping: readonly GroupRole[]): ReadonlyMap<string, Role> {
  const roles = new Map<string, Role>();
  for (const { group, role, organization } of mapping) {
    if (!groups.includes(group)) continue;
    roles.set(organization, strongerRole(role, roles.get(organization) ?? role));
  }
  return roles;
}

/** The role in one organization, which may be named by its id and by its key. Null: none. */
export function roleOn(
  roles: ReadonlyMap<string, Role>,
  { id, key }: { readonly id: string; readonly key: string },
): Role | null {
  const byId = roles.get(id) ?? null;
  const byKey = isOrganizationId(key) ? null : (roles.get(key) ?? null);
  return byId !== null && byKey !== null ? strongerRole(byId, byKey) : (byId ?? byKey);
}

/** Null when the roles from groups stay as they are. `give` null: groups give no role any more. */
export function planGroupRole(
  user: Pick<UserEntity, 'email'>,
  roles: readonly RoleBindingEntity[],
  wanted: Role | null,
  ownerCount: number,
): { readonly take: readonly RoleBindingEntity[]; readonly give: Role | null } | null {
  const take = roles.filter(({ source }) => source === 'OIDC');
  const before = take.map(({ role }) => role);
  if (before.length === (wanted === null ? 0 : 1) && before.every((role) => role === wanted)) return null;
  const staysOwner = roles.some(({ source, role }) => source === 'DIRECT' && role === 'OWNER');
  // A log-in cannot refuse that: the role stays until there is another owner.
  const isLastOwner = lastOwnerIssues({ email: user.email, before, after: wanted, ownerCount }).length > 0;
  return isLastOwner && !staysOwner ? null : { take, give: wanted };
}
