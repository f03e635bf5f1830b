import { Forbidden, RequestFault, Unauthenticated, UserFault } from '../../errors';
import { quote } from '../../validation/input-rules';
import { permits, type Actor, type Scope } from './actor';
import type { Permission, Role } from './permissions';

/** What is asked of a thing, and what seeing it takes. */
export interface RequiredPermission {
  readonly permission: Permission;
  /** The permission that makes the thing visible at all. */
  readonly toSee: Permission;
}

/**
 * True: the actor may. False: the actor may not even see it, which must look as if it did not exist.
 * Throws `Forbidden` for what it may see but not do, and `Unauthenticated` for an anonymous caller.
 */
export function authorize(actor: Actor, required: RequiredPermission, scope: Scope, scopeToSee: Scope = scope): boolean {
  requireIdentity(actor);
  if (permits(actor, required.permission, scope)) return true;
  if (permits(actor, required.toSee, scopeToSee)) throw new Forbidden(required.permission);
  return false;
}

/** Throws FORBIDDEN when the actor's roles there are weaker than what guards the environment. */
export function requireRole(actor: Actor, permission: Permission, scope: Scope, guard: Guard): void {
  if (guard.requiredRole === null || permits(actor, permission, scope, guard.requiredRole)) return;
  const message = `Changing the environment ${quote(guard.key)} requires the role ${guard.requiredRole} or a stronger one.`;
  throw new RequestFault('FORBIDDEN', message);
}

/** An environment, as far as it can demand a role. */
export interface Guard {
  readonly key: string;
  readonly requiredRole: Role | null;
}

export function requireIdentity(actor: Actor): void {
  if (actor.kind === 'ANONYMOUS') throw new Unauthenticated();
}

/** What a mutation answers about a thing that is not there or must not be seen. `what` is its noun: `flag`. */
export function notFound(what: string, idOrKey: string, path: readonly string[]): UserFault {
  return new UserFault([{ code: 'NOT_FOUND', message: `There is no ${what} ${quote(idOrKey)}.`, path }]);
}
