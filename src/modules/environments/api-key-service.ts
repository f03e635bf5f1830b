import type { Database } from '../../database/transaction';
import { UserFault } from '../../errors';
import { newId } from '../../ids';
import { countLiveApiKeys, insertApiKey } from '../access/access-repository';
import { apiKeyIssues } from '../access/access-rules';
import type { Actor } from '../access/actor';
import type { ApiKeyEntity } from '../access/api-key-entity';
import { createApiKeyText, hashApiKey, type ApiKeyKind } from '../access/api-key-format';
import { authorize, notFound } from '../access/authorize';
import type { ChangeService } from '../changes/change-service';
import type { EnvironmentRevision } from '../changes/record-change';
import type { ProjectEntity } from '../projects/project-entity';
import { lockProjectFor } from '../projects/project-service';
import { findEnvironmentsByIds } from './environment-repository';

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

/** Keys of environments: here, and not in access, because a key belongs to an environment. */
export class ApiKeyService {
  constructor(private readonly options: ApiKeyServiceOptions) {}

  /** The keys of one environment of the project, for an actor who sees the environment. Throws `Forbidden` otherwise. */
  visible(actor: Actor, project: ProjectEntity, keys: readonly ApiKeyEntity[]): readonly ApiKeyEntity[] {
    const scope = { organizationId: project.organizationId, projectId: project.id };
    return authorize(actor, { permission: 'key:read', toSee: 'project:read' }, scope) ? keys : [];
  }

  /** The secret is in the answer and nowhere else. */
  async create(
    actor: Actor,
    input: CreateApiKeyInput,
  ): Promise<{ apiKey: ApiKeyEntity; secret: string; revisions: EnvironmentRevision[] }> {
    const { environmentId } = input;
    const [environment] = await findEnvironmentsByIds(this.options.database.connection, [environmentId]);
    return this.options.changes.commit(actor, async (tx) => {
      const target = { projectId: environment?.projectId ?? '', environmentId };
      const project = await lockProjectFor(tx.connection, actor, target, 'key:create');
      if (!project) throw notFound('environment', environmentId, ['input', 'environmentId']);
      const issues = apiKeyIssues(input, this.options.changes.now());
      const live = await countLiveApiKeys(tx.connection, input.environmentId);
      if (live >= LIVE_KEYS_PER_ENVIRONMENT_MAX) {
        const message = `The environment has ${live} live API keys; at most ${LIVE_KEYS_PER_ENVIRONMENT_MAX} are allowed.`;
        issues.push({ code: 'OUT_OF_RANGE', message, path: null });
      }
      if (issues.length > 0) throw new UserFault(issues);
      const { secret, prefix } = createApiKeyText(input.kind);
      const apiKey: ApiKeyEntity = {
        id: newId('key'),
        organizationId: project.organizationId,
        projectId: project.id,
        environmentId: input.environmentId,
        kind: input.kind,
        name: input.name,
        prefix,
        hash: hashApiKey(secret, this.options.keyPepper),
        createdAt: this.options.changes.now(),
        expiresAt: input.expiresAt ?? null,
        revokedAt: null,
        replacedById: null,
      };
      await insertApiKey(tx.connection, apiKey);
      const revisions = await this.options.changes.record(tx, actor, {
        kind: 'API_KEY_CREATED',
        organizationId: project.organizationId,
        projectId: project.id,
        deliveries: [],
        changesAccess: true,
        items: [
          {
            subjectKind: 'API_KEY',
            subjectId: apiKey.id,
            subjectKey: prefix,
            environmentId: input.environmentId,
            version: 1,
            before: null,
            after: { kind: input.kind, name: input.name, prefix, expiresAt: apiKey.expiresAt?.toISOString() ?? null },
          },
        ],
      });
      return { apiKey, secret, revisions };
    });
  }
}
