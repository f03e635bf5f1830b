import { bindingsOf, permits, type Actor, type Scope } from './actor';

/** What an actor may see in a place, in the form in which statements take it. An operation knows few that differ. */
export interface Visibility {
  /**
   * The environments whose things it sees; null: all there are. Those of other places may be among them: ids are unique, and
   * one list for all places lets one statement answer for all of them.
   */
  readonly environmentIds: readonly string[] | null;
  /** Whether it sees keys, members and invitations. */
  readonly seesAccess: boolean;
}

/** Of whoever may read the audit log. */
export const FULL_VISIBILITY: Visibility = { environmentIds: null, seesAccess: true };

/** In a project; without one: of what belongs to the organization itself. */
export function visibilityIn(actor: Actor, scope: Pick<Scope, 'organizationId' | 'projectId'>): Visibility {
  return {
    environmentIds: visibleEnvironmentIds(actor, scope),
    seesAccess: permits(actor, 'audit:read', { organizationId: scope.organizationId }),
  };
}

/** As in `Visibility`. */
export function visibleEnvironmentIds(
  actor: Actor,
  { organizationId, projectId }: Pick<Scope, 'organizationId' | 'projectId'>,
): readonly string[] | null {
  // No role on something inside gives it on what is around: whoever has it here has it in every environment.
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

/** An actor is made for one operation, and asked for each of its rows. */
const singleEnvironments = new WeakMap<Actor, readonly string[]>();
