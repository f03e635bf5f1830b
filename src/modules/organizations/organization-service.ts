import { duplicateKey } from '../../database/constraint-errors';
import type { Connection, Database, Transaction } from '../../database/transaction';
import { RequestFault, UserFault, type Issue } from '../../errors';
import { newId } from '../../ids';
import { insertBinding } from '../access/access-repository';
import { accessItems } from '../accounts/access-items';
import { lockAccessWithin } from '../access/access-within-repository';
import { bindingsOf, permits, type Actor } from '../access/actor';
import { notFound } from '../access/absence';
import { authorize, requireIdentity } from '../access/authorize';
import { currentActor } from '../access/current-actor';
import type { Permission } from '../access/permissions';
import { insertAccessHead } from '../changes/change-repository';
import type { ChangeService } from '../changes/change-service';
import type { EnvironmentRevision } from '../changes/head-repository';
import type { ChangeItemDraft } from '../changes/record-change';
import { rowItem, type RowEdit } from '../changes/row-item';
import { staleIssues } from '../changes/stale-version';
import { unstorable } from '../../validation/input-rules';
import { confirmationIssues } from '../../validation/patch-rules';
import type { OrganizationEntity } from './organization-entity';
import {
  deleteOrganization,
  findOrganizationByKey,
  findOrganizationsByIds,
  insertOrganization,
  listOrganizations,
  lockOrganization,
  lockProjectsOfOrganization,
  updateOrganization,
} from './organization-repository';
import { organizationIssues, organizationNameIssues, type CreateOrganizationInput } from './organization-rules';

export interface OrganizationServiceOptions {
  readonly database: Database;
  readonly changes: ChangeService;
}

export interface UpdateOrganizationInput {
  readonly organizationId: string;
  readonly expectedVersion: number;
  readonly name: string;
}

export interface DeleteOrganizationInput {
  readonly organizationId: string;
  readonly expectedVersion: number;
  readonly confirmKey: string;
}

export interface OrganizationResult {
  readonly organization: OrganizationEntity;
  readonly revisions: EnvironmentRevision[];
}

export class OrganizationService {
  constructor(private readonly options: OrganizationServiceOptions) {}

  /** Null when it does not exist or the actor may not see it. */
  async find(actor: Actor, id: string): Promise<OrganizationEntity | null> {
    if (!authorize(actor, { permission: 'organization:read', toSee: 'organization:read' }, { organizationId: id })) {
      return null;
    }
    if (unstorable(id)) return null;
    const [organization] = await findOrganizationsByIds(this.options.database.connection, [id]);
    return organization ?? null;
  }

  /** Null when it does not exist or the actor may not see it. */
  async findByKey(actor: Actor, key: string): Promise<OrganizationEntity | null> {
    requireIdentity(actor);
    const organization = unstorable(key) ? null : await findOrganizationByKey(this.options.database.connection, key);
    return organization && permits(actor, 'organization:read', { organizationId: organization.id }) ? organization : null;
  }

  /** The organizations in which the actor has a role, ordered by key. */
  list(actor: Actor, afterKey: string | null, limit: number): Promise<OrganizationEntity[]> {
    return listOrganizations(this.options.database.connection, visibleOrganizationIds(actor), afterKey, limit);
  }

  /** The number of organizations on all pages of `list`. */
  async count(actor: Actor): Promise<number> {
    return visibleOrganizationIds(actor).length;
  }

  /** Makes the creator its OWNER. */
  async create(actor: Actor, input: CreateOrganizationInput): Promise<OrganizationResult> {
    requireIdentity(actor);
    if (actor.kind !== 'USER')
      throw new RequestFault('FORBIDDEN', 'Only a logged-in user can create an organization: its creator owns it.');
    const issues = organizationIssues(input);
    if (issues.length > 0) throw new UserFault(issues);
    const createdAt = this.options.changes.now();
    const withOwner = (row: OrganizationEntity): object => ({ ...organizationBody(row), owner: actor.name });
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
          source: 'DIRECT',
          createdAt,
        });
        const revisions = await this.options.changes.record(tx, actor, {
          kind: 'ORGANIZATION_CREATED',
          organizationId: organization.id,
          projectId: null,
          deliveries: [],
          changesAccess: true,
          items: [rowItem('ORGANIZATION', { before: null, after: organization }, withOwner)],
        });
        return { organization, revisions };
      },
      duplicateKey('organization_key_unique', 'organization', input.key),
    );
  }

  /** Records nothing when no value changes. */
  async update(actor: Actor, input: UpdateOrganizationInput): Promise<OrganizationResult> {
    return this.options.changes.commit(actor, async (tx) => {
      const { organization: current, stale } = await lockOrganizationFor(tx.connection, actor, input, 'organization:update');
      const issues = [...stale, ...organizationNameIssues(input.name)];
      if (issues.length > 0) throw new UserFault(issues);
      if (current.name === input.name) return { organization: current, revisions: [] };
      const organization: OrganizationEntity = { ...current, name: input.name, version: current.version + 1 };
      await updateOrganization(tx.connection, organization, current.version);
      return this.record(tx, actor, 'ORGANIZATION_UPDATED', { before: current, after: organization });
    });
  }

  /** Deletes it with all that it owns. Its changes stay. */
  async delete(
    actor: Actor,
    input: DeleteOrganizationInput,
  ): Promise<{ deletedOrganizationId: string; revisions: EnvironmentRevision[] }> {
    return this.options.changes.commit(actor, async (tx) => {
      const { organization, stale } = await lockOrganizationFor(tx.connection, actor, input, 'organization:delete');
      const issues = [...stale, ...confirmationIssues('organization', organization.key, input.confirmKey)];
      if (issues.length > 0) throw new UserFault(issues);
      const environmentIds = await lockProjectsOfOrganization(tx.connection, organization.id);
      const scope = { organizationId: organization.id, projectId: null, environmentId: null };
      const gone = accessItems(scope, await lockAccessWithin(tx.connection, scope));
      await deleteOrganization(tx.connection, organization.id);
      for (const id of environmentIds) tx.raisedHeads.add(id);
      const { revisions } = await this.record(tx, actor, 'ORGANIZATION_DELETED', { before: organization, after: null, gone });
      return { deletedOrganizationId: organization.id, revisions };
    });
  }

  private async record(
    tx: Transaction,
    actor: Actor,
    kind: 'ORGANIZATION_UPDATED' | 'ORGANIZATION_DELETED',
    { before, after, gone = [] }: OrganizationEdit,
  ): Promise<OrganizationResult> {
    const organization = (after ?? before) as OrganizationEntity;
    const revisions = await this.options.changes.record(tx, actor, {
      kind,
      organizationId: organization.id,
      projectId: null,
      deliveries: [],
      // Roles and keys are deleted with it.
      changesAccess: kind === 'ORGANIZATION_DELETED',
      items: [rowItem('ORGANIZATION', { before, after }, organizationBody), ...gone],
    });
    return { organization, revisions };
  }
}

interface OrganizationEdit extends RowEdit<OrganizationEntity> {
  /** Keys, members and invitations that were deleted with it. */
  readonly gone?: readonly ChangeItemDraft[];
}

/**
 * Locks the organization. Refuses when it does not exist, is hidden or forbidden; `stale` is empty when the caller read the
 * current version.
 */
async function lockOrganizationFor(
  connection: Connection,
  caller: Actor,
  { organizationId, expectedVersion }: { readonly organizationId: string; readonly expectedVersion: number },
  permission: Permission,
): Promise<{ organization: OrganizationEntity; stale: readonly Issue[] }> {
  requireIdentity(caller);
  const organization = await lockOrganization(connection, organizationId);
  const actor = organization ? await currentActor(connection, caller, organizationId) : caller;
  const required = { permission, toSee: 'organization:read' } as const;
  if (!authorize(actor, required, { organizationId }) || !organization) {
    throw notFound('organization', organizationId, ['input', 'organizationId']);
  }
  const version = { current: organization.version, expected: expectedVersion };
  return { organization, stale: await staleIssues(connection, 'organization', { subjectId: organization.id, ...version }) };
}

function visibleOrganizationIds(actor: Actor): string[] {
  requireIdentity(actor);
  const ids = [...new Set(bindingsOf(actor).map((binding) => binding.organizationId))];
  return ids.filter((organizationId) => permits(actor, 'organization:read', { organizationId }));
}

/** The organization as history keeps it. */
function organizationBody({ key, name }: OrganizationEntity): object {
  return { key, name };
}
