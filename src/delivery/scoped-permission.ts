import type { Scope } from '../modules/access/actor';
import type { Permission } from '../modules/access/permissions';

/** A permission on a scope, which a subscriber must have for as long as it is sent anything. */
export interface ScopedPermission {
  readonly permission: Permission;
  readonly scope: Scope;
}

/** A stream that may be followed only while access lasts. */
export interface Guarded {
  readonly requiredPermission: ScopedPermission;
}

/** Null for a stream that requires nothing. */
export function findRequiredPermission(stream: object): ScopedPermission | null {
  return 'requiredPermission' in stream ? (stream as Guarded).requiredPermission : null;
}
