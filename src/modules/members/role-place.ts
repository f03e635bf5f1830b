import type { Connection } from '../../database/transaction';
import { Forbidden } from '../../errors';
import { permits, type Actor } from '../access/actor';
import { authorize, notFound, requireIdentity } from '../access/authorize';
import { currentActor } from '../access/current-actor';
import type { Place } from '../access/member-rules';
import type { Permission } from '../access/permissions';
import { unstorable } from '../../validation/input-rules';
import { lockOrganization } from '../organizations/organization-repository';
import { lockProject } from '../projects/project-repository';
import { findEnvironmentsByIds } from '../environments/environment-repository';

/** Where a mutation of members works. Null is the same as left out. */
export interface PlaceInput {
  readonly organizationId: string;
  readonly projectId?: string | null;
  /** The project may then be left out. */
  readonly environmentId?: string | null;
}

export interface LockedPlace {
  readonly place: Place;
  /** With the roles that it has now that the organization is locked: another writer may have taken some away. */
  readonly actor: Actor;
}

/**
 * Locks the organization, as every transaction that writes members must at first, then the project, and asks for the
 * permission there. Refuses what is missing or hidden as not found.
 */
export async function lockPlaceFor(
  connection: Connection,
  caller: Actor,
  input: PlaceInput,
  permission: Permission,
): Promise<LockedPlace> {
  requireIdentity(caller);
  const { organizationId } = input;
  const organization = await lockOrganization(connection, organizationId);
  const actor = organization ? await currentActor(connection, caller, organizationId) : caller;
  if (!organization || !permits(actor, 'organization:read', { organizationId })) {
    throw notFound('organization', organizationId, ['input', 'organizationId']);
  }
  const place = await placeOf(connection, actor, input);
  if (!authorize(actor, { permission, toSee: 'organization:read' }, place, { organizationId })) throw new Forbidden(permission);
  return { place, actor };
}

async function placeOf(connection: Connection, actor: Actor, input: PlaceInput): Promise<Place> {
  const { organizationId, projectId = null, environmentId = null } = input;
  if (environmentId !== null) return environmentPlace(connection, actor, { organizationId, projectId, environmentId });
  if (projectId === null) return { organizationId, projectId, environmentId };
  const project = await lockProject(connection, projectId);
  const isThere = project?.organizationId === organizationId && permits(actor, 'project:read', { organizationId, projectId });
  if (!isThere) throw notFound('project', projectId, ['input', 'projectId']);
  return { organizationId, projectId, environmentId };
}

async function environmentPlace(
  connection: Connection,
  actor: Actor,
  { organizationId, projectId, environmentId }: Place & { readonly environmentId: string },
): Promise<Place> {
  const [found] = unstorable(environmentId) ? [] : await findEnvironmentsByIds(connection, [environmentId]);
  const project = found ? await lockProject(connection, found.projectId) : null;
  // It may have been deleted before the lock was ours.
  const [environment] = project ? await findEnvironmentsByIds(connection, [environmentId]) : [];
  const place = { organizationId, projectId: environment?.projectId ?? null, environmentId };
  const isThere =
    environment !== undefined &&
    project?.organizationId === organizationId &&
    (projectId ?? project.id) === project.id &&
    permits(actor, 'environment:read', place);
  if (!isThere) throw notFound('environment', environmentId, ['input', 'environmentId']);
  return place;
}
