import { duplicateKey } from '../../database/constraint-errors';
import type { Connection, Database, Transaction } from '../../database/transaction';
import { UserFault, type Issue } from '../../errors';
import { newId } from '../../ids';
import { accessItems } from '../accounts/access-items';
import { lockAccessWithin } from '../access/access-within-repository';
import { permits, type Actor } from '../access/actor';
import { notFound } from '../access/absence';
import { authorize, requireIdentity, requireRole, type RequiredPermission } from '../access/authorize';
import { currentActor } from '../access/current-actor';
import type { Permission, Role } from '../access/permissions';
import { newEpoch } from '../changes/epoch-repository';
import { insertEnvironmentHead } from '../changes/change-repository';
import type { ChangeService } from '../changes/change-service';
import type { EnvironmentRevision } from '../changes/head-repository';
import type { ChangeItemDraft } from '../changes/record-change';
import { rowItem, type RowEdit } from '../changes/row-item';
import { staleIssues } from '../changes/stale-version';
import { unstorable } from '../../validation/input-rules';
import { confirmationIssues } from '../../validation/patch-rules';
import type { ProjectEntity } from '../projects/project-entity';
import { findProjectsByIds, lockProject } from '../projects/project-repository';
import { lockProjectFor, type LockedProject } from '../projects/project-service';
import type { EnvironmentEntity } from './environment-entity';
import {
  deleteEnvironment,
  findEnvironmentByKey,
  findEnvironmentsByIds,
  findEnvironmentsByProjectIds,
  insertEnvironment,
  orderEnvironments,
  updateEnvironment,
} from './environment-repository';
import {
  planEnvironment,
  planEnvironmentUpdate,
  reordered,
  type CreateEnvironmentInput,
  type EnvironmentPatch,
} from './environment-rules';

export interface EnvironmentServiceOptions {
  readonly database: Database;
  readonly changes: ChangeService;
}

export interface UpdateEnvironmentInput extends EnvironmentPatch {
  readonly environmentId: string;
  readonly expectedVersion: number;
}

export interface DeleteEnvironmentInput {
  readonly environmentId: string;
  readonly expectedVersion: number;
  readonly confirmKey: string;
}

export interface EnvironmentResult {
  readonly environment: EnvironmentEntity;
  readonly revisions: EnvironmentRevision[];
}

export class EnvironmentService {
  constructor(private readonly options: EnvironmentServiceOptions) {}

  /** Null when it does not exist or the actor may not see it. */
  async find(actor: Actor, id: string): Promise<EnvironmentEntity | null> {
    requireIdentity(actor);
    const [environment] = await findEnvironmentsByIds(this.options.database.connection, [id]);
    return this.ifVisible(actor, environment ?? null);
  }

  /** Null when it does not exist or the actor may not see it. */
  async findByKey(actor: Actor, projectId: string, key: string): Promise<EnvironmentEntity | null> {
    requireIdentity(actor);
    return this.ifVisible(actor, await findEnvironmentByKey(this.options.database.connection, projectId, key));
  }

  /** Filters the environments of a visible project to those that the actor may see, too. */
  visible(actor: Actor, organizationId: string, environments: readonly EnvironmentEntity[]): EnvironmentEntity[] {
    return environments.filter(({ id, projectId }) =>
      permits(actor, 'environment:read', { organizationId, projectId, environmentId: id }),
    );
  }

  private async ifVisible(actor: Actor, environment: EnvironmentEntity | null): Promise<EnvironmentEntity | null> {
    if (!environment) return null;
    const [project] = await findProjectsByIds(this.options.database.connection, [environment.projectId]);
    return project && this.visible(actor, project.organizationId, [environment]).length > 0 ? environment : null;
  }

  async create(actor: Actor, input: CreateEnvironmentInput): Promise<EnvironmentResult> {
    return this.options.changes.commit(
      actor,
      async (tx) => {
        const locked = await lockProjectFor(tx.connection, actor, { projectId: input.projectId }, 'environment:create');
        if (!locked) throw notFound('project', input.projectId, ['input', 'projectId']);
        const { project } = locked;
        const siblings = await findEnvironmentsByProjectIds(tx.connection, [project.id]);
        const made = { id: newId('environment'), createdAt: this.options.changes.now() };
        const plan = planEnvironment(input, siblings.length, made);
        const issues = [...(plan.issues ?? []), ...tooStrongIssues(locked, null, input.requiredRole)];
        if (plan.issues || issues.length > 0) throw new UserFault(issues);
        await insertEnvironment(tx.connection, plan.environment);
        const head = { environmentId: made.id, projectId: project.id, epoch: newEpoch(), revision: 0 };
        await insertEnvironmentHead(tx.connection, head);
        const edit = { before: null, after: plan.environment };
        return this.record(tx, actor, { kind: 'ENVIRONMENT_CREATED', project, ...edit });
      },
      duplicateKey('environment_project_id_key_unique', 'environment', input.key),
    );
  }

  /** Records nothing when no value changes. Never advances the revision. */
  async update(actor: Actor, input: UpdateEnvironmentInput): Promise<EnvironmentResult> {
    return this.options.changes.commit(actor, async (tx) => {
      const locked = await lockVersionFor(tx.connection, actor, input, 'environment:update');
      const { project, environment, stale } = locked;
      const siblings = await findEnvironmentsByProjectIds(tx.connection, [project.id]);
      const plan = planEnvironmentUpdate(environment, input, siblings.length);
      const issues = [...stale, ...(plan.issues ?? []), ...tooStrongIssues(locked, environment.id, input.requiredRole)];
      if (plan.issues || issues.length > 0) throw new UserFault(issues);
      const next = plan.environment;
      if (next === environment) return { environment, revisions: [] };
      await updateEnvironment(tx.connection, next, environment.version);
      if (next.position !== environment.position) {
        const ids = siblings.map(({ id }) => id);
        await orderEnvironments(tx.connection, reordered(ids, next.id, next.position));
      }
      return this.record(tx, actor, { kind: 'ENVIRONMENT_UPDATED', project, before: environment, after: next });
    });
  }

  /** Deletes it with its configurations, keys and revisions. Its changes stay. */
  async delete(
    actor: Actor,
    input: DeleteEnvironmentInput,
  ): Promise<{ deletedEnvironmentId: string; revisions: EnvironmentRevision[] }> {
    return this.options.changes.commit(actor, async (tx) => {
      const { project, environment, stale } = await lockVersionFor(tx.connection, actor, input, 'environment:delete');
      const issues = [...stale, ...confirmationIssues('environment', environment.key, input.confirmKey)];
      if (issues.length > 0) throw new UserFault(issues);
      const scope = { organizationId: project.organizationId, projectId: project.id, environmentId: environment.id };
      const gone = accessItems(scope, await lockAccessWithin(tx.connection, scope));
      await deleteEnvironment(tx.connection, environment.id);
      const rest = await findEnvironmentsByProjectIds(tx.connection, [project.id]);
      await orderEnvironments(
        tx.connection,
        rest.map(({ id }) => id),
      );
      tx.raisedHeads.add(environment.id);
      const edit = { before: environment, after: null, gone };
      const { revisions } = await this.record(tx, actor, { kind: 'ENVIRONMENT_DELETED', project, ...edit });
      return { deletedEnvironmentId: environment.id, revisions };
    });
  }

  private async record(tx: Transaction, actor: Actor, edit: EnvironmentEdit): Promise<EnvironmentResult> {
    const { kind, project, before, after, gone = [] } = edit;
    const environment = (after ?? before) as EnvironmentEntity;
    const revisions = await this.options.changes.record(tx, actor, {
      kind,
      organizationId: project.organizationId,
      projectId: project.id,
      deliveries: [],
      // Roles and keys are deleted with it.
      changesAccess: kind === 'ENVIRONMENT_DELETED',
      items: [{ ...rowItem('ENVIRONMENT', edit, environmentBody), environmentId: environment.id }, ...gone],
    });
    return { environment, revisions };
  }
}

interface EnvironmentEdit extends RowEdit<EnvironmentEntity> {
  readonly kind: 'ENVIRONMENT_CREATED' | 'ENVIRONMENT_UPDATED' | 'ENVIRONMENT_DELETED';
  readonly project: ProjectEntity;
  /** Keys, members and invitations that were deleted with it. */
  readonly gone?: readonly ChangeItemDraft[];
}

export interface LockedEnvironment extends LockedProject {
  readonly environment: EnvironmentEntity;
}

/**
 * The environment and its project, with the project locked. Null when the environment does not exist or the actor lacks
 * `toSee` on it.
 */
export async function lockEnvironmentFor(
  connection: Connection,
  caller: Actor,
  environmentId: string,
  { permission, toSee }: RequiredPermission,
): Promise<LockedEnvironment | null> {
  requireIdentity(caller);
  if (unstorable(environmentId)) return null;
  const [found] = await findEnvironmentsByIds(connection, [environmentId]);
  const project = found ? await lockProject(connection, found.projectId) : null;
  // Read again under the lock, because it may have been deleted meanwhile.
  const [environment] = project ? await findEnvironmentsByIds(connection, [environmentId]) : [];
  if (!project || !environment) return null;
  const { organizationId, id: projectId } = project;
  const actor = await currentActor(connection, caller, organizationId);
  const scope = { organizationId, projectId, environmentId };
  if (!authorize(actor, { permission, toSee }, scope)) return null;
  requireRole(actor, permission, scope, environment);
  return { project, environment, actor };
}

/** Refuses a required role that the actor does not have: they would lock themselves out. */
function tooStrongIssues(
  { project, actor }: LockedProject,
  environmentId: string | null,
  requiredRole: Role | null | undefined,
): Issue[] {
  if (requiredRole === null || requiredRole === undefined) return [];
  const scope = { organizationId: project.organizationId, projectId: project.id, environmentId };
  if (permits(actor, 'environment:update', scope, requiredRole)) return [];
  const message = `The required role ${requiredRole} is stronger than your own.`;
  return [{ code: 'INVALID', message, path: ['input', 'requiredRole'] }];
}

/** Refuses when it does not exist, is hidden or forbidden; `stale` is empty when the caller read the current version. */
async function lockVersionFor(
  connection: Connection,
  actor: Actor,
  { environmentId, expectedVersion }: { readonly environmentId: string; readonly expectedVersion: number },
  permission: Permission,
): Promise<LockedEnvironment & { stale: readonly Issue[] }> {
  const locked = await lockEnvironmentFor(connection, actor, environmentId, { permission, toSee: 'environment:read' });
  if (!locked) throw notFound('environment', environmentId, ['input', 'environmentId']);
  const version = { current: locked.environment.version, expected: expectedVersion };
  return { ...locked, stale: await staleIssues(connection, 'environment', { subjectId: environmentId, ...version }) };
}

/** The environment as history keeps it. */
function environmentBody({ key, name, color, isProduction, requiredRole, position }: EnvironmentEntity): object {
  return { key, name, color, isProduction, requiredRole, position };
}
