/** The scopes of API keys: locks what a writer of keys must hold, and checks which rights may be given to a key. */
import type { Connection } from '../../database/transaction';
import { RequestFault, type Issue } from '../../errors';
import { countLiveApiKeys, findApiKeysByIds } from '../access/access-repository';
import { usedAfter, type ApiKeyInput, type ApiKeyTarget } from '../access/access-rules';
import { permissionsOfKey, permits, type Actor } from '../access/actor';
import type { ApiKeyEntity } from '../access/api-key-entity';
import { notFound } from '../access/absence';
import { authorize, requireIdentity, requireRole } from '../access/authorize';
import { currentActor } from '../access/current-actor';
import type { BindingScope } from '../access/member-rules';
import type { Permission } from '../access/permissions';
import { unstorable } from '../../validation/input-rules';
import { lockOrganization } from '../organizations/organization-repository';
import { lockProject } from '../projects/project-repository';
import { findEnvironmentsByIds } from '../environments/environment-repository';
import { lockEnvironmentFor } from '../environments/environment-service';
import { lockScopeFor, type LockedScope } from '../members/role-scope';

const LIVE_KEYS_PER_SCOPE_MAX = 100;

/** Locks the scope of a key that is to be made. Refuses when it does not exist, is hidden or forbidden. */
export async function lockTargetFor(
  connection: Connection,
  caller: Actor,
  { projectId, environmentId }: ApiKeyInput,
  target: ApiKeyTarget,
): Promise<LockedScope> {
  if (target.kind === 'ADMIN') {
    const { organizationId } = target;
    const locked = await lockScopeFor(connection, caller, { organizationId, projectId, environmentId }, 'key:create');
    await requireEnvironmentRole(connection, locked.actor, locked.scope, 'key:create');
    return locked;
  }
  const required = { permission: 'key:create', toSee: 'environment:read' } as const;
  const locked = await lockEnvironmentFor(connection, caller, target.environmentId, required);
  if (!locked) throw notFound('environment', target.environmentId, ['input', 'environmentId']);
  const { project, environment, actor } = locked;
  return { scope: { organizationId: project.organizationId, projectId: project.id, environmentId: environment.id }, actor };
}

/** Finds the key and locks its scope. Answers a key that the actor may not see as not found. */
export async function lockKeyFor(
  connection: Connection,
  caller: Actor,
  apiKeyId: string,
  permission: Permission,
): Promise<{ key: ApiKeyEntity; actor: Actor }> {
  requireIdentity(caller);
  const [found] = unstorable(apiKeyId) ? [] : await findApiKeysByIds(connection, [apiKeyId]);
  if (!found) throw noKey(apiKeyId);
  // Roles of keys, like those of members, are given under the lock of the organization.
  if (found.kind === 'ADMIN') await lockOrganization(connection, found.organizationId);
  if (found.projectId !== null) await lockProject(connection, found.projectId);
  const actor = await currentActor(connection, caller, found.organizationId);
  // Read again under the lock, because it may have been changed meanwhile.
  const [key] = await findApiKeysByIds(connection, [apiKeyId]);
  if (!key || !authorize(actor, { permission, toSee: 'key:read' }, key)) throw noKey(apiKeyId);
  // An actor that may revoke keys may revoke any that it sees: a leaked key must not wait for somebody with a stronger
  // role.
  if (permission !== 'key:revoke') await requireEnvironmentRole(connection, actor, key, permission);
  return { key, actor };
}

async function requireEnvironmentRole(
  connection: Connection,
  actor: Actor,
  scope: BindingScope,
  permission: Permission,
): Promise<void> {
  const [guard] = scope.environmentId === null ? [] : await findEnvironmentsByIds(connection, [scope.environmentId]);
  if (guard) requireRole(actor, permission, scope, guard);
}

function noKey(apiKeyId: string): Error {
  return notFound('API key', apiKeyId, ['input', 'apiKeyId']);
}

/** Refuses rights that the actor itself lacks in the scope, because the maker of a key can use it. */
export function requireRightsOf(actor: Actor, scope: BindingScope, key: Pick<ApiKeyEntity, 'kind' | 'role'>): void {
  const missing = [...permissionsOfKey(key)].find((permission) => !permits(actor, permission, scope));
  if (missing === undefined) return;
  throw new RequestFault('FORBIDDEN', `A key cannot have more permissions than its creator: this one needs ${missing}.`);
}

export async function tooManyIssues(
  connection: Connection,
  scope: BindingScope,
  now: Date,
  unusedDays: number,
): Promise<Issue[]> {
  const live = await countLiveApiKeys(connection, scope, { endedAfter: now, usedAfter: usedAfter(unusedDays, now) });
  if (live < LIVE_KEYS_PER_SCOPE_MAX) return [];
  const what = scope.environmentId !== null ? 'environment' : scope.projectId !== null ? 'project itself' : 'organization itself';
  const message = `The ${what} has ${live} live API keys; at most ${LIVE_KEYS_PER_SCOPE_MAX} are allowed.`;
  return [{ code: 'OUT_OF_RANGE', message, path: null }];
}
