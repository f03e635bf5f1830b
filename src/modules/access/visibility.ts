import { bindingsOf, permits, type Actor, type Scope } from './actor';

/**
 * The environments and access objects that an actor may see in a scope, in the form that statements take. An operation has
 * few different ones.
 */
export interface Visibility {
  /**
   * The environments whose contents it sees; null: all. May include environments of other scopes: ids are unique, so one
   * list lets one statement serve all scopes.
   */
  readonly environmentIds: readonly string[] | null;
  /** Whether it sees keys, members and invitations. */
  readonly seesAccess: boolean;
}

/** The visibility of actors that may read the audit log. */
export const FULL_VISIBILITY: Visibility = { environmentIds: null, seesAccess: true };

/** Covers a project; without one, what belongs to the organization itself. */
export function visibilityIn(actor: Actor, scope: Pick<Scope, 'organizationId' | 'projectId'>): Visibility {
  return {
    environmentIds: visibleEnvironmentIds(actor, scope),
    seesAccess: permits(actor, 'audit:read', { organizationId: scope.organizationId }),
  };
}

/** See `Visibility.environmentIds`. */
export function visibleEnvironmentIds(
  actor: Actor,
  { organizationId, projectId }: Pick<Scope, 'organizationId' | 'projectId'>,
): readonly string[] | null {
  // A permission that holds in the whole project holds in each of its environments.
  if (permits(actor, 'environment:read', { organizationId, projectId })) return null;
  const known = singleEnvironments.get(actor);
  if (known) return known;
  const ids = bindingsOf(actor).flatMap((binding) =>
    binding.environmentId !== null && permits(actor, 'environment:read', binding) ? [binding.environmentId] : [],
  );
  const found = [...new Set(ids)].sort();
  singleEnvironments.set(actor, found);
  return found;
}

/** Cached per actor, because an actor exists for one operation and is checked for each of its rows. */
const singleEnvironments = new WeakMap<Actor, readonly string[]>();
