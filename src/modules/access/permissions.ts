/** What may be done. Closed: a permission that is not in this list does not exist. */
export const PERMISSIONS = [
  'organization:read',
  'member:read',
  'project:read',
  'environment:read',
  'flag:read',
  'segment:read',
  'flag:evaluate',
  'snapshot:read',
  'flag:create',
  'flag:update',
  'flag:toggle',
  'flag:archive',
  'flag:delete',
  'segment:create',
  'segment:update',
  'segment:delete',
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
  'key:rotate',
  'key:revoke',
  'audit:read',
  'organization:delete',
  'owner:name',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export type Role = 'OWNER' | 'ADMIN' | 'EDITOR' | 'VIEWER';

const VIEWER: readonly Permission[] = [
  'organization:read',
  'member:read',
  'project:read',
  'environment:read',
  'flag:read',
  'segment:read',
  'flag:evaluate',
  'snapshot:read',
];
const EDITOR: readonly Permission[] = [
  ...VIEWER,
  'flag:create',
  'flag:update',
  'flag:toggle',
  'flag:archive',
  'flag:delete',
  'segment:create',
  'segment:update',
  'segment:delete',
];
const ADMIN: readonly Permission[] = [
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
  'key:rotate',
  'key:revoke',
  'audit:read',
];
const OWNER: readonly Permission[] = [...ADMIN, 'organization:delete', 'owner:name'];

/** Roles are data: named sets of permissions. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  OWNER: new Set(OWNER),
  ADMIN: new Set(ADMIN),
  EDITOR: new Set(EDITOR),
  VIEWER: new Set(VIEWER),
};

/** Reads that a role on something inside also gives on what is around it, so that one can find the way there. */
export const READS_UPWARD: ReadonlySet<Permission> = new Set([
  'organization:read',
  'project:read',
  'flag:read',
  'segment:read',
] satisfies Permission[]);
