import type { Connection } from '../../database/transaction';
import { Forbidden } from '../../errors';
import { permits, type Actor } from '../access/actor';
import { notFound } from '../access/absence';
import { authorize, requireIdentity } from '../access/authorize';
import { currentActor } from '../access/current-actor';
import type { BindingScope } from '../access/member-rules';
import type { Permission } from '../access/permissions';
import { unstorable } from '../../validation/input-rules';
import { lockOrganization } from '../organizations/organization-repository';
import { lockProject } from '../projects/project-repository';
import { findEnvironmentsByIds } from '../environments/environment-repository';

/** The scope of a mutation of members. Null equals absent. */
export interface ScopeInput {
  readonly organizationId: string;
  readonly projectId?: string | null;
  /** Makes the project optional. */
  readonly environmentId?: string | null;
}

export interface LockedScope {
  readonly scope: BindingScope;
  /** The actor with its roles as of the lock, because another writer may have removed some. */
  readonly actor: Actor;
}

/**
 * Locks the organization, as every transaction that writes members must do first, then the project, and requires the
 * permission there. Answers missing or hidden scopes as not found.
 */
export async function lockScopeFor(
  connection: Connection,
  caller: Actor,
  input: ScopeInput,
  permission: Permission,
): Promise<LockedScope> {
  requireIdentity(caller);
  const { organizationId } = input;
  const organization = await lockOrganization(connection, organizationId);
  const actor = organization ? await currentActor(connection, caller, organizationId) : caller;
  if (!organization || !permits(actor, 'organization:read', { organizationId })) {
    throw notFound('organization', organizationId, ['input', 'organizationId']);
  }
  const scope = await resolveScope(connection, actor, input);
  if (!authorize(actor, { permission, toSee: 'organization:read' }, scope, { organizationId })) throw new Forbidden(permission);
  return { scope, actor };
}

async function resolveScope(connection: Connection, actor: Actor, input: ScopeInput): Promise<BindingScope> {
  const { organizationId, projectId = null, environmentId = null } = input;
  if (environmentId !== null) return resolveEnvironmentScope(connection, actor, { organizationId, projectId, environmentId });
  if (projectId === null) return { organizationId, projectId, environmentId };
  const project = await lockProject(connection, projectId);
  const isThere = project?.organizationId === organizationId && permits(actor, 'project:read', { organizationId, projectId });
  if (!isThere) throw notFound('project', projectId, ['input', 'projectId']);
  return { organizationId, projectId, environmentId };
}

async function resolveEnvironmentScope(
  connection: Connection,
  actor: Actor,
  { organizationId, projectId, environmentId }: BindingScope & { readonly environmentId: string },
): Promise<BindingScope> {
  const [found] = unstorable(environmentId) ? [] : await findEnvironmentsByIds(connection, [environmentId]);
  const project = found ? await lockProject(connection, found.projectId) : null;
  // Read again under the lock, because it may have been deleted meanwhile.
  const [environment] = project ? await findEnvironmentsByIds(connection, [environmentId]) : [];
  const scope = { organizationId, projectId: environment?.projectId ?? null, environmentId };
  const isThere =
    environment !== undefined &&
    project?.organizationId === organizationId &&
    (projectId ?? project.id) === project.id &&
    permits(actor, 'environment:read', scope);
  if (!isThere) throw notFound('environment', environmentId, ['input', 'environmentId']);
  return scope;
}
