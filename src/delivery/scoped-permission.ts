import type { Scope } from '../modules/access/actor';
import type { Permission } from '../modules/access/permissions';

/** What a subscriber must be allowed for as long as it is told anything. */
export interface ScopedPermission {
  readonly permission: Permission;
  readonly scope: Scope;
}

/** A stream that somebody may follow only while access lasts. */
export interface Guarded {
  readonly requiredPermission: ScopedPermission;
}

/** Null for a stream that demands nothing. */
export function findRequiredPermission(stream: object): ScopedPermission | null {
  return 'requiredPermission' in stream ? (stream as Guarded).requiredPermission : null;
}
