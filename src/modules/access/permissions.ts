/** What may be done. Closed: a permission that is not in this list does not exist. */
export const PERMISSIONS = [
  'organization:read',
  'project:read',
  'project:create',
  'environment:read',
  'environment:create',
  'flag:read',
  'flag:create',
  'flag:update',
  'flag:toggle',
  'flag:evaluate',
  'snapshot:read',
  'key:read',
  'key:create',
] as const;
export type Permission = (typeof PERMISSIONS)[number];

export type Role = 'OWNER' | 'ADMIN' | 'EDITOR' | 'VIEWER';

const VIEWER: readonly Permission[] = [
  'organization:read',
  'project:read',
  'environment:read',
  'flag:read',
  'flag:evaluate',
  'snapshot:read',
];
const EDITOR: readonly Permission[] = [...VIEWER, 'flag:create', 'flag:update', 'flag:toggle'];
const ADMIN: readonly Permission[] = [...EDITOR, 'project:create', 'environment:create', 'key:read', 'key:create'];

/** Roles are data: named sets of permissions. */
export const ROLE_PERMISSIONS: Readonly<Record<Role, ReadonlySet<Permission>>> = {
  OWNER: new Set(ADMIN),
  ADMIN: new Set(ADMIN),
  EDITOR: new Set(EDITOR),
  VIEWER: new Set(VIEWER),
};

/** Reads that a role on something inside also gives on what is around it, so that one can find the way there. */
export const READS_UPWARD: ReadonlySet<Permission> = new Set([
  'organization:read',
  'project:read',
  'flag:read',
] satisfies Permission[]);
