import type { Connection } from '../../database/transaction';
import { Unauthenticated } from '../../errors';
import { lockApiKey, lockBindingsOfUser } from './actor-repository';
import type { Actor, ApiKeyActor, RequestInfo } from './actor';
import type { ApiKeyEntity } from './api-key-entity';

/**
 * The actor with its current roles in the organization, locked until the transaction ends. Called after the organization or
 * project is locked, so that locks are taken in the same order everywhere.
 */
export async function currentActor<Known extends Actor>(
  connection: Connection,
  actor: Known,
  organizationId: string,
): Promise<Known> {
  if (actor.kind === 'USER') return { ...actor, bindings: await lockBindingsOfUser(connection, actor.id, organizationId) };
  if (actor.kind === 'API_KEY') {
    const key = await lockApiKey(connection, actor.id);
    if (key === null || key.revokedAt !== null) throw new Unauthenticated('The API key was revoked.');
  }
  return actor;
}

/** The actor of a key. */
export function apiKeyActor(key: ApiKeyEntity, request: RequestInfo): ApiKeyActor {
  return { ...apiKeyIdentity(key), request };
}

/** The actor of a key, independent of the request. */
export function apiKeyIdentity(key: ApiKeyEntity): Omit<ApiKeyActor, 'request'> {
  const { id, name, kind, role, allowedOrigins, organizationId, projectId, environmentId } = key;
  const scope = { organizationId, projectId, environmentId };
  const bindings = role === null ? [] : [{ role, ...scope }];
  return { kind: 'API_KEY', id, name, keyKind: kind, ...scope, allowedOrigins, bindings };
}
