// Each role has the permissions of the one before it, and more.
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
  'client:report',
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

/** The closed list of permissions. */
export type Permission = (typeof OWNER)[number];

export type Role = 'OWNER' | 'ADMIN' | 'EDITOR' | 'VIEWER';

export const PERMISSIONS: readonly Permission[] = OWNER;

/** Roles as data: named sets of permissions. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  OWNER: new Set<Permission>(OWNER),
  ADMIN: new Set<Permission>(ADMIN),
  EDITOR: new Set<Permission>(EDITOR),
  VIEWER: new Set<Permission>(VIEWER),
};

/** Ordered from the weakest to the strongest. */
const STRENGTH: readonly Role[] = ['VIEWER', 'EDITOR', 'ADMIN', 'OWNER'];

/** Whether a role is at least as strong as another. Null requires nothing. */
export function isAtLeast(role: Role, least: Role | null): boolean {
  return least === null || STRENGTH.indexOf(role) >= STRENGTH.indexOf(least);
}

/** Reads that a role also gives on the objects around its scope, so that its holder can navigate there. */
export const READS_UPWARD: ReadonlySet<Permission> = new Set([
  'organization:read',
  'project:read',
  'flag:read',
  'segment:read',
] satisfies Permission[]);
