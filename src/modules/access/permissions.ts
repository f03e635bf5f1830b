// Each role has what the one before it has, and more.
const VIEWER = [
  'organization:read',
  'member:read',
  'project:read',
  'environment:read',
  'flag:read',
  'segment:read',
  'flag:evaluate',
  'snapshot:read',
] as const;
const EDITOR = [
  ...VIEWER,
  'flag:create',
  'flag:update',
  'flag:toggle',
  'flag:archive',
  'flag:delete',
  'segment:create',
  'segment:update',
  'segment:delete',
] as const;
const ADMIN = [
  ...EDITOR,
  'organization:update',
  'member:invite',
  'member:update',
  'member:remove',
  'project:create',
  'project:update',
  'project:delete',
  'environment:create',
  'environment:update',
  'environment:delete',
  'key:read',
  'key:create',
  'key:update',
  'key:rotate',
  'key:revoke',
  'audit:read',
] as const;
const OWNER = [...ADMIN, 'organization:delete', 'owner:name', 'audit:erase'] as const;

/** What may be done. Closed: a permission that is not in this list does not exist. */
export type Permission = (typeof OWNER)[number];

export type Role = 'OWNER' | 'ADMIN' | 'EDITOR' | 'VIEWER';

/** Every permission there is. */
export const PERMISSIONS: readonly Permission[] = OWNER;

/** Roles are data: named sets of permissions. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  OWNER: new Set<Permission>(OWNER),
  ADMIN: new Set<Permission>(ADMIN),
  EDITOR: new Set<Permission>(EDITOR),
  VIEWER: new Set<Permission>(VIEWER),
};

/** From the weakest to the strongest. */
const STRENGTH: readonly Role[] = ['VIEWER', 'EDITOR', 'ADMIN', 'OWNER'];

/** Whether a role is as strong as another, or stronger. Null asks for nothing. */
export function isAtLeast(role: Role, least: Role | null): boolean {
  return least === null || STRENGTH.indexOf(role) >= STRENGTH.indexOf(least);
}

/** Null when none is given. */
export function strongest(roles: readonly (Role | null)[]): Role | null {
  return STRENGTH.findLast((role) => roles.includes(role)) ?? null;
}

/** Reads that a role on something inside also gives on what is around it, so that one can find the way there. */
export const READS_UPWARD: ReadonlySet<Permission> = new Set([
  'organization:read',
  'project:read',
  'flag:read',
  'segment:read',
] satisfies Permission[]);
