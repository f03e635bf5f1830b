import { duplicateKey } from '../../database/constraint-errors';
import type { Database } from '../../database/transaction';
import { Forbidden, UserFault } from '../../errors';
import { newId } from '../../ids';
import { insertBinding } from '../access/access-repository';
import { permits, type Actor } from '../access/actor';
import { authorize, requireIdentity } from '../access/authorize';
import { insertAccessHead } from '../changes/change-repository';
import type { ChangeService } from '../changes/change-service';
import type { EnvironmentRevision } from '../changes/record-change';
import { keyIssues, nameIssues } from '../input-rules';
import type { OrganizationEntity } from './organization-entity';
import { findOrganizationsByIds, insertOrganization, listOrganizations } from './organization-repository';

export interface OrganizationServiceOptions {
  readonly database: Database;
  readonly changes: ChangeService;
}

export interface CreateOrganizationInput {
  readonly key: string;
  readonly name: string;
}

export class OrganizationService {
  constructor(private readonly options: OrganizationServiceOptions) {}

  /** Null when there is none or the actor may not see it. */
  async find(actor: Actor, id: string): Promise<OrganizationEntity | null> {
    if (!authorize(actor, { permission: 'organization:read', toSee: 'organization:read' }, { organizationId: id })) {
      return null;
    }
    const [organization] = await findOrganizationsByIds(this.options.database.connection, [id]);
    return organization ?? null;
  }

  /** Those in which the actor has a role, by key. */
  list(actor: Actor, afterKey: string | null, limit: number): Promise<OrganizationEntity[]> {
    requireIdentity(actor);
    const ids = actor.kind === 'USER' ? [...new Set(actor.bindings.map((binding) => binding.organizationId))] : [];
    const visible = ids.filter((organizationId) => permits(actor, 'organization:read', { organizationId }));
    return listOrganizations(this.options.database.connection, visible, afterKey, limit);
  }

  /** The creator becomes its OWNER. */
  async create(
    actor: Actor,
    input: CreateOrganizationInput,
  ): Promise<{ organization: OrganizationEntity; revisions: EnvironmentRevision[] }> {
    requireIdentity(actor);
    if (actor.kind !== 'USER') throw new Forbidden('organization:create');
    const issues = [
      ...keyIssues('Organization key', input.key, ['input', 'key']),
      ...nameIssues('Organization name', input.name, ['input', 'name']),
    ];
    if (issues.length > 0) throw new UserFault(issues);
    const createdAt = this.options.changes.now();
    const organization: OrganizationEntity = {
      id: newId('organization'),
      key: input.key,
      name: input.name,
      version: 1,
      createdAt,
    };
    return this.options.changes.commit(
      actor,
      async (tx) => {
        await insertOrganization(tx.connection, organization);
        await insertAccessHead(tx.connection, organization.id);
        await insertBinding(tx.connection, {
          id: newId('binding'),
          userId: actor.id,
          role: 'OWNER',
          organizationId: organization.id,
          projectId: null,
          environmentId: null,
        });
        const revisions = await this.options.changes.record(tx, actor, {
          kind: 'ORGANIZATION_CREATED',
          organizationId: organization.id,
          projectId: null,
          deliveries: [],
          changesAccess: true,
          items: [
            {
              subjectKind: 'ORGANIZATION',
              subjectId: organization.id,
              subjectKey: organization.key,
              version: 1,
              before: null,
              after: { key: organization.key, name: organization.name, owner: actor.name },
            },
          ],
        });
        return { organization, revisions };
      },
      duplicateKey('organization_key_unique', 'organization', input.key),
    );
  }
}
