import { Forbidden, RequestFault, Unauthenticated } from '../../errors';
import { quote } from '../../evaluation';
import { kindOfId } from '../../ids';
import { isKeyOfApplication, keyHas, permits, type Actor, type Scope } from './actor';
import type { Permission, Role } from './permissions';

/** The permission to do something, and the one to see the object at all. */
export interface RequiredPermission {
  readonly permission: Permission;
  /** The permission that makes the object visible. */
  readonly toSee: Permission;
}

/**
 * Returns true when the actor may, and false when it may not even see the object, which must then look as if it did not
 * exist. Throws `Forbidden` when it may see but not do, and `Unauthenticated` for an anonymous caller.
 */
export function authorize(actor: Actor, required: RequiredPermission, scope: Scope, scopeToSee: Scope = scope): boolean {
  requireIdentity(actor);
  if (permits(actor, required.permission, scope)) return true;
  if (permits(actor, required.toSee, scopeToSee)) throw new Forbidden(required.permission);
  return false;
}

/** Throws FORBIDDEN when the actor's roles in the scope are weaker than the environment requires. */
export function requireRole(actor: Actor, permission: Permission, scope: Scope, guard: Guard): void {
  if (guard.requiredRole === null || permits(actor, permission, scope, guard.requiredRole)) return;
  const message = `Changing the environment ${quote(guard.key)} requires the role ${guard.requiredRole} or a stronger one.`;
  throw new RequestFault('FORBIDDEN', message);
}

/** The part of an environment that can require a role. */
export interface Guard {
  readonly key: string;
  readonly requiredRole: Role | null;
}

/**
 * Refuses a key whose kind never has the permission, whatever object is asked for: the answer tells what to use instead and
 * nothing about the object.
 */
export function requireCapableKey(actor: Actor, permission: Permission): void {
  if (!isKeyOfApplication(actor) || keyHas(actor, permission)) return;
  const instead = permission === 'snapshot:read' ? 'use a SERVER key' : MANAGE_WITH;
  const never = `which ${actor.keyKind} keys never have`;
  throw new RequestFault('FORBIDDEN', `This needs the permission ${permission}, ${never}: ${instead}.`);
}

/** Refuses the keys that applications use, which find nothing to manage, so that they do not take it for absent. */
export function requireManager(actor: Actor): void {
  if (!isKeyOfApplication(actor)) return;
  throw new RequestFault('FORBIDDEN', `A ${actor.keyKind} key only serves applications: ${MANAGE_WITH}.`);
}

const MANAGE_WITH = 'use an ADMIN key, or log in as a user';

/** Refuses a key of one environment that names another one, the same whether there is such an environment or not. */
export function requireOwnEnvironment(actor: Actor, environmentId: string | null | undefined): void {
  if (actor.kind !== 'API_KEY' || actor.environmentId === null || typeof environmentId !== 'string') return;
  if (environmentId === actor.environmentId) return;
  if (kindOfId(environmentId) !== 'environment') {
    const way = `that of this key's environment, which is used when none is given`;
    throw new RequestFault('BAD_USER_INPUT', `There is no environment ${quote(environmentId)}. This wants an id: ${way}.`);
  }
  throw ofAnotherEnvironment();
}

/** The fault for a key of one environment that names another one, whether there is such an environment or not. */
export function ofAnotherEnvironment(): RequestFault {
  const message = 'This key is of another environment: leave the environment out, or use a key of that environment.';
  return new RequestFault('FORBIDDEN', message);
}

export function requireIdentity(actor: Actor): void {
  if (actor.kind === 'ANONYMOUS') throw new Unauthenticated();
}
