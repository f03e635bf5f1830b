import type { Connection, Database, Transaction } from '../../database/transaction';
import { UserFault } from '../../errors';
import { newId } from '../../ids';
import { countLiveApiKeys, findApiKeysByIds, insertApiKey, updateApiKey } from '../access/access-repository';
import { apiKeyIssues, planRotation } from '../access/access-rules';
import { permits, type Actor } from '../access/actor';
import type { ApiKeyEntity } from '../access/api-key-entity';
import { createApiKeyText, hashApiKey, type ApiKeyKind } from '../access/api-key-format';
import { authorize, notFound, requireIdentity } from '../access/authorize';
import type { Permission } from '../access/permissions';
import type { ChangeService } from '../changes/change-service';
import type { EnvironmentRevision } from '../changes/record-change';
import { unstorable } from '../input-rules';
import type { ProjectEntity } from '../projects/project-entity';
import type { EnvironmentEntity } from './environment-entity';
import { lockEnvironmentFor } from './environment-service';

const LIVE_KEYS_PER_ENVIRONMENT_MAX = 100;

export interface ApiKeyServiceOptions {
  readonly database: Database;
  readonly changes: ChangeService;
  readonly keyPepper: string;
}

export interface CreateApiKeyInput {
  readonly environmentId: string;
  readonly kind: ApiKeyKind;
  readonly name: string;
  readonly expiresAt?: Date | null;
}

export interface RotateApiKeyInput {
  readonly apiKeyId: string;
  readonly graceSeconds?: number | null;
}

const GRACE_SECONDS_DEFAULT = 86_400;

/** Keys of environments: here, and not in access, because a key belongs to an environment. */
export class ApiKeyService {
  constructor(private readonly options: ApiKeyServiceOptions) {}

  /** Null when there is none or the actor may not see it. */
  async find(actor: Actor, id: string): Promise<ApiKeyEntity | null> {
    requireIdentity(actor);
    const [key] = unstorable(id) ? [] : await findApiKeysByIds(this.options.database.connection, [id]);
    return key && permits(actor, 'key:read', key) ? key : null;
  }

  /** Those of these environments of the project whose keys the actor may see. Throws `Forbidden` when it is none of them. */
  visibleEnvironmentIds(actor: Actor, project: ProjectEntity, environments: readonly EnvironmentEntity[]): string[] {
    const scope = { organizationId: project.organizationId, projectId: project.id };
    const ids = environments
      .map(({ id }) => id)
      .filter((environmentId) => permits(actor, 'key:read', { ...scope, environmentId }));
    const demand = { permission: 'key:read', toSee: 'project:read' } as const;
    return ids.length > 0 || authorize(actor, demand, scope) ? ids : [];
  }

  /** The secret is in the answer and nowhere else. */
  async create(
    actor: Actor,
    input: CreateApiKeyInput,
  ): Promise<{ apiKey: ApiKeyEntity; secret: string; revisions: EnvironmentRevision[] }> {
    return this.options.changes.commit(actor, async (tx) => {
      const { environmentId } = input;
      const demand = { permission: 'key:create', toSee: 'environment:read' } as const;
      const locked = await lockEnvironmentFor(tx.connection, actor, environmentId, demand);
      if (!locked) throw notFound('environment', environmentId, ['input', 'environmentId']);
      const now = this.options.changes.now();
      const issues = apiKeyIssues(input, now);
      const live = await countLiveApiKeys(tx.connection, environmentId, now);
      if (live >= LIVE_KEYS_PER_ENVIRONMENT_MAX) {
        const message = `The environment has ${live} live API keys; at most ${LIVE_KEYS_PER_ENVIRONMENT_MAX} are allowed.`;
        issues.push({ code: 'OUT_OF_RANGE', message, path: null });
      }
      if (issues.length > 0) throw new UserFault(issues);
      const { project } = locked;
      const { organizationId, id: projectId } = project;
      const { kind, name, expiresAt = null } = input;
      const made = this.newKey({
        organizationId,
        projectId,
        environmentId,
        kind,
        name,
        expiresAt,
        id: newId('key'),
        createdAt: now,
      });
      await insertApiKey(tx.connection, made.apiKey);
      const revisions = await this.record(tx, actor, { kind: 'API_KEY_CREATED', project }, [
        { before: null, after: made.apiKey },
      ]);
      return { ...made, revisions };
    });
  }

  /** Of several calls at once, one succeeds. Does not count against the bound of live keys: the old one is about to end. */
  async rotate(
    actor: Actor,
    input: RotateApiKeyInput,
  ): Promise<{ apiKey: ApiKeyEntity; secret: string; replacedApiKey: ApiKeyEntity; revisions: EnvironmentRevision[] }> {
    return this.options.changes.commit(actor, async (tx) => {
      const { project, key } = await this.lockKeyFor(tx.connection, actor, input.apiKeyId, 'key:rotate');
      const [id, createdAt] = [newId('key'), this.options.changes.now()];
      const plan = planRotation(key, input.graceSeconds ?? GRACE_SECONDS_DEFAULT, id, createdAt);
      if (plan.issues) throw new UserFault(plan.issues);
      const made = this.newKey({ ...key, id, createdAt, expiresAt: plan.expiresAt });
      await insertApiKey(tx.connection, made.apiKey);
      await updateApiKey(tx.connection, plan.old);
      const revisions = await this.record(tx, actor, { kind: 'API_KEY_ROTATED', project }, [
        { before: key, after: plan.old },
        { before: null, after: made.apiKey },
      ]);
      return { ...made, replacedApiKey: plan.old, revisions };
    });
  }

  /** A key that is revoked already is answered as it is: nothing is recorded. */
  async revoke(
    actor: Actor,
    { apiKeyId }: { readonly apiKeyId: string },
  ): Promise<{ apiKey: ApiKeyEntity; revisions: EnvironmentRevision[] }> {
    return this.options.changes.commit(actor, async (tx) => {
      const { project, key } = await this.lockKeyFor(tx.connection, actor, apiKeyId, 'key:revoke');
      if (key.revokedAt !== null) return { apiKey: key, revisions: [] };
      const apiKey: ApiKeyEntity = { ...key, revokedAt: this.options.changes.now() };
      await updateApiKey(tx.connection, apiKey);
      const revisions = await this.record(tx, actor, { kind: 'API_KEY_REVOKED', project }, [{ before: key, after: apiKey }]);
      return { apiKey, revisions };
    });
  }

  private newKey(fields: Omit<ApiKeyEntity, 'prefix' | 'hash' | 'revokedAt' | 'replacedById'>): {
    apiKey: ApiKeyEntity;
    secret: string;
  } {
    const { secret, prefix } = createApiKeyText(fields.kind);
    const hash = hashApiKey(secret, this.options.keyPepper);
    return { secret, apiKey: { ...fields, prefix, hash, revokedAt: null, replacedById: null } };
  }

  /** The key, under the lock of its project. A key that the actor may not see is not found. */
  private async lockKeyFor(
    connection: Connection,
    actor: Actor,
    apiKeyId: string,
    permission: Permission,
  ): Promise<{ project: ProjectEntity; key: ApiKeyEntity }> {
    requireIdentity(actor);
    const [found] = unstorable(apiKeyId) ? [] : await findApiKeysByIds(connection, [apiKeyId]);
    const demand = { permission, toSee: 'key:read' } as const;
    const locked = found && (await lockEnvironmentFor(connection, actor, found.environmentId, demand));
    // It may have been changed before the lock was ours.
    const [key] = locked ? await findApiKeysByIds(connection, [apiKeyId]) : [];
    if (!locked || !key) throw notFound('API key', apiKeyId, ['input', 'apiKeyId']);
    return { project: locked.project, key };
  }

  private record(
    tx: Transaction,
    actor: Actor,
    {
      kind,
      project,
    }: { readonly kind: 'API_KEY_CREATED' | 'API_KEY_ROTATED' | 'API_KEY_REVOKED'; readonly project: ProjectEntity },
    edits: readonly { readonly before: ApiKeyEntity | null; readonly after: ApiKeyEntity }[],
  ): Promise<EnvironmentRevision[]> {
    return this.options.changes.record(tx, actor, {
      kind,
      organizationId: project.organizationId,
      projectId: project.id,
      deliveries: [],
      changesAccess: true,
      items: edits.map(({ before, after }) => ({
        subjectKind: 'API_KEY',
        subjectId: after.id,
        subjectKey: after.prefix,
        environmentId: after.environmentId,
        // Keys have no versions: 1 is the new key, 2 the key with its end.
        version: before === null ? 1 : 2,
        before: before && apiKeyBody(before),
        after: apiKeyBody(after),
      })),
    });
  }
}

/** What history keeps of it: nothing of the secret but its visible beginning. */
function apiKeyBody({ kind, name, prefix, expiresAt, revokedAt, replacedById }: ApiKeyEntity): object {
  return {
    kind,
    name,
    prefix,
    expiresAt: expiresAt?.toISOString() ?? null,
    revokedAt: revokedAt?.toISOString() ?? null,
    replacedById,
  };
}
