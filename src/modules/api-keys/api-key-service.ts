import type { Connection, Database, Transaction } from '../../database/transaction';
import { UserFault } from '../../errors';
import { newId } from '../../ids';
import { apiKeyItem } from '../accounts/access-items';
import { findApiKeysByIds, insertApiKey, updateApiKey, type ApiKeySearch } from '../access/access-repository';
import {
  apiKeyIssues,
  apiKeyTarget,
  earlierEnd,
  planApiKeyUpdate,
  planRotation,
  type ApiKeyInput,
  type ApiKeyPatch,
} from '../access/access-rules';
import { bindingsOf, permits, type Actor } from '../access/actor';
import type { ApiKeyEntity } from '../access/api-key-entity';
import { createApiKeyText, hashApiKey } from '../access/api-key-format';
import { authorize, requireIdentity } from '../access/authorize';
import { normalizeOrigins } from '../access/key-origins';
import type { KeyUsage } from '../access/key-usage';
import type { ChangeService } from '../changes/change-service';
import type { EnvironmentRevision } from '../changes/head-repository';
import { unstorable } from '../../validation/input-rules';
import type { ProjectEntity } from '../projects/project-entity';
import { lockKeyFor, lockTargetFor, requireRightsOf, tooManyIssues } from './api-key-scope';
import type { EnvironmentEntity } from '../environments/environment-entity';

export interface ApiKeyServiceOptions {
  readonly database: Database;
  readonly changes: ChangeService;
  readonly keyUsage: KeyUsage;
  readonly keyPepper: string;
}

export type CreateApiKeyInput = ApiKeyInput;

export interface UpdateApiKeyInput extends ApiKeyPatch {
  readonly apiKeyId: string;
}

export interface RotateApiKeyInput {
  readonly apiKeyId: string;
  readonly graceSeconds?: number | null;
}

const GRACE_SECONDS_DEFAULT = 86_400;

/** Manages API keys. Lives here and not in access, because a key belongs to an environment, or has a role in a scope. */
export class ApiKeyService {
  constructor(private readonly options: ApiKeyServiceOptions) {}

  /** Null when it does not exist or the actor may not see it. */
  async find(actor: Actor, id: string): Promise<ApiKeyEntity | null> {
    requireIdentity(actor);
    const [key] = unstorable(id) ? [] : await findApiKeysByIds(this.options.database.connection, [id]);
    return key && permits(actor, 'key:read', key) ? key : null;
  }

  /** The instant from which it is refused, for any reason. Null: never. */
  endOf(key: ApiKeyEntity): Date | null {
    return this.options.keyUsage.endOf(key);
  }

  /** Selects the keys of the project that the actor may see. Throws `Forbidden` when it may see none. */
  searchProject(actor: Actor, project: ProjectEntity, environments: readonly EnvironmentEntity[]): ApiKeySearch {
    const { organizationId, id: projectId } = project;
    const scope = { organizationId, projectId };
    const seesAll = permits(actor, 'key:read', scope);
    const environmentIds = environments
      .map(({ id }) => id)
      .filter((environmentId) => permits(actor, 'key:read', { ...scope, environmentId }));
    if (!seesAll && environmentIds.length === 0) authorize(actor, { permission: 'key:read', toSee: 'project:read' }, scope);
    return { ownerId: projectId, organizationIds: [], projectIds: seesAll ? [projectId] : [], environmentIds };
  }

  /** Selects the keys of the organization that the actor may see. Throws `Forbidden` when it may see none. */
  searchOrganization(actor: Actor, organizationId: string): ApiKeySearch {
    const scopes = bindingsOf(actor).filter(
      (scope) => scope.organizationId === organizationId && permits(actor, 'key:read', scope),
    );
    if (scopes.length === 0) authorize(actor, { permission: 'key:read', toSee: 'organization:read' }, { organizationId });
    return {
      ownerId: organizationId,
      organizationIds: scopes.some(({ projectId }) => projectId === null) ? [organizationId] : [],
      projectIds: scopes.flatMap(({ projectId, environmentId }) => (projectId && environmentId === null ? [projectId] : [])),
      environmentIds: scopes.flatMap(({ environmentId }) => environmentId ?? []),
    };
  }

  /** Returns the secret, which is stored nowhere. A key never has a right that its maker lacks. */
  async create(
    caller: Actor,
    input: CreateApiKeyInput,
  ): Promise<{ apiKey: ApiKeyEntity; secret: string; revisions: EnvironmentRevision[] }> {
    requireIdentity(caller);
    const target = apiKeyTarget(input);
    if (target === null) throw new UserFault(apiKeyIssues(input, this.options.changes.now()));
    return this.options.changes.commit(caller, async (tx) => {
      const { scope, actor } = await lockTargetFor(tx.connection, caller, input, target);
      const now = this.options.changes.now();
      const latest = await endOfMaker(tx.connection, actor);
      const issues = [
        ...apiKeyIssues(input, now, latest),
        ...(await tooManyIssues(tx.connection, scope, now, this.options.keyUsage.unusedDays)),
      ];
      if (issues.length > 0) throw new UserFault(issues);
      requireRightsOf(actor, scope, target);
      const { name, expiresAt = null } = input;
      const { kind, role } = target;
      const made = this.newKey({
        ...scope,
        id: newId('key'),
        kind,
        role,
        name,
        allowedOrigins: normalizeOrigins(input.allowedOrigins),
        createdAt: now,
        expiresAt: expiresAt ?? latest,
      });
      await insertApiKey(tx.connection, made.apiKey);
      const revisions = await this.record(tx, actor, 'API_KEY_CREATED', [{ before: null, after: made.apiKey }]);
      return { ...made, revisions };
    });
  }

  /** Lets one of several concurrent calls succeed. Ignores the limit of live keys, because the old key is about to end. */
  async rotate(
    caller: Actor,
    input: RotateApiKeyInput,
  ): Promise<{ apiKey: ApiKeyEntity; secret: string; replacedApiKey: ApiKeyEntity; revisions: EnvironmentRevision[] }> {
    return this.options.changes.commit(caller, async (tx) => {
      const { actor, key } = await lockKeyFor(tx.connection, caller, input.apiKeyId, 'key:rotate');
      requireRightsOf(actor, key, key);
      const graceSeconds = input.graceSeconds ?? GRACE_SECONDS_DEFAULT;
      const [id, createdAt] = [newId('key'), this.options.changes.now()];
      const plan = planRotation(key, { graceSeconds, unusedDays: this.options.keyUsage.unusedDays }, id, createdAt);
      if (plan.issues) throw new UserFault(plan.issues);
      const expiresAt = earlierEnd(plan.expiresAt, await endOfMaker(tx.connection, actor));
      const made = this.newKey({ ...key, id, createdAt, expiresAt });
      await insertApiKey(tx.connection, made.apiKey);
      await updateApiKey(tx.connection, plan.old);
      const revisions = await this.record(tx, actor, 'API_KEY_ROTATED', [
        { before: key, after: plan.old },
        { before: null, after: made.apiKey },
      ]);
      return { ...made, replacedApiKey: plan.old, revisions };
    });
  }

  /** Records nothing when no value changes. */
  async update(
    caller: Actor,
    { apiKeyId, ...patch }: UpdateApiKeyInput,
  ): Promise<{ apiKey: ApiKeyEntity; revisions: EnvironmentRevision[] }> {
    return this.options.changes.commit(caller, async (tx) => {
      const { actor, key } = await lockKeyFor(tx.connection, caller, apiKeyId, 'key:update');
      const plan = planApiKeyUpdate(key, patch);
      if (plan.issues) throw new UserFault(plan.issues);
      if (plan.key === key) return { apiKey: key, revisions: [] };
      await updateApiKey(tx.connection, plan.key);
      const revisions = await this.record(tx, actor, 'API_KEY_UPDATED', [{ before: key, after: plan.key }]);
      return { apiKey: plan.key, revisions };
    });
  }

  /** Records nothing when the key is revoked already. */
  async revoke(
    caller: Actor,
    { apiKeyId }: { readonly apiKeyId: string },
  ): Promise<{ apiKey: ApiKeyEntity; revisions: EnvironmentRevision[] }> {
    return this.options.changes.commit(caller, async (tx) => {
      const { actor, key } = await lockKeyFor(tx.connection, caller, apiKeyId, 'key:revoke');
      if (key.revokedAt !== null) return { apiKey: key, revisions: [] };
      const apiKey: ApiKeyEntity = { ...key, revokedAt: this.options.changes.now() };
      await updateApiKey(tx.connection, apiKey);
      const revisions = await this.record(tx, actor, 'API_KEY_REVOKED', [{ before: key, after: apiKey }]);
      return { apiKey, revisions };
    });
  }

  private newKey(fields: Omit<ApiKeyEntity, 'prefix' | 'hash' | 'lastUsedAt' | 'revokedAt' | 'replacedById'>): {
    apiKey: ApiKeyEntity;
    secret: string;
  } {
    const { secret, prefix } = createApiKeyText(fields.kind);
    const hash = hashApiKey(secret, this.options.keyPepper);
    return { secret, apiKey: { ...fields, prefix, hash, lastUsedAt: null, revokedAt: null, replacedById: null } };
  }

  private record(
    tx: Transaction,
    actor: Actor,
    kind: 'API_KEY_CREATED' | 'API_KEY_UPDATED' | 'API_KEY_ROTATED' | 'API_KEY_REVOKED',
    edits: readonly [KeyEdit, ...KeyEdit[]],
  ): Promise<EnvironmentRevision[]> {
    const [
      {
        after: { organizationId, projectId },
      },
    ] = edits;
    return this.options.changes.record(tx, actor, {
      kind,
      organizationId,
      projectId,
      deliveries: [],
      changesAccess: true,
      items: edits.map(({ before, after }) => apiKeyItem(before, after)),
    });
  }
}

/** When the calling key expires; keys that it makes must not outlive it. Null: never, or the caller is no key. */
async function endOfMaker(connection: Connection, actor: Actor): Promise<Date | null> {
  const [maker] = actor.kind === 'API_KEY' ? await findApiKeysByIds(connection, [actor.id]) : [];
  return maker?.expiresAt ?? null;
}

interface KeyEdit {
  readonly before: ApiKeyEntity | null;
  readonly after: ApiKeyEntity;
}
