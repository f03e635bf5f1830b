import { duplicateKey } from '../../database/constraint-errors';
import type { Connection, Database, Transaction } from '../../database/transaction';
import { RequestFault, UserFault, type Issue } from '../../errors';
import { newId } from '../../ids';
import { accessItems } from '../accounts/access-items';
import { lockAccessWithin } from '../access/access-within-repository';
import { bindingsOf, permits, type Actor } from '../access/actor';
import { notFound } from '../access/absence';
import { authorize, requireIdentity, requireRole } from '../access/authorize';
import { currentActor } from '../access/current-actor';
import type { Permission } from '../access/permissions';
import type { ChangeService } from '../changes/change-service';
import type { EnvironmentRevision } from '../changes/head-repository';
import type { ChangeItemDraft } from '../changes/record-change';
import { rowItem, type RowEdit } from '../changes/row-item';
import { staleIssues } from '../changes/stale-version';
import { NAME_LENGTH_MAX, unstorable } from '../../validation/input-rules';
import { lockOrganization } from '../organizations/organization-repository';
import { confirmationIssues } from '../../validation/patch-rules';
import type { ProjectEntity } from './project-entity';
import {
  deleteProject,
  findGuards,
  findProjectByKey,
  findProjectsByIds,
  insertProject,
  lockProject,
  updateProject,
  type ProjectSearch,
} from './project-repository';
import { planProject, planProjectUpdate, type CreateProjectInput, type ProjectPatch } from './project-rules';

export interface ProjectServiceOptions {
  readonly database: Database;
  readonly changes: ChangeService;
}

export interface UpdateProjectInput extends ProjectPatch {
  readonly projectId: string;
  readonly expectedVersion: number;
}

export interface DeleteProjectInput {
  readonly projectId: string;
  readonly expectedVersion: number;
  readonly confirmKey: string;
}

export interface ProjectResult {
  readonly project: ProjectEntity;
  readonly revisions: EnvironmentRevision[];
}

export class ProjectService {
  constructor(private readonly options: ProjectServiceOptions) {}

  /** Null when it does not exist or the actor may not see it. */
  async find(actor: Actor, id: string): Promise<ProjectEntity | null> {
    requireIdentity(actor);
    const [project] = unstorable(id) ? [] : await findProjectsByIds(this.options.database.connection, [id]);
    return project && maySee(actor, project) ? project : null;
  }

  /** Null when it does not exist or the actor may not see it. */
  async findByKey(actor: Actor, organizationId: string, key: string): Promise<ProjectEntity | null> {
    requireIdentity(actor);
    if (unstorable(organizationId) || unstorable(key)) return null;
    const project = await findProjectByKey(this.options.database.connection, organizationId, key);
    return project && maySee(actor, project) ? project : null;
  }

  /** Selects the projects of the organization that the actor may see and that have the text in key or name. */
  search(actor: Actor, organizationId: string, text: string | null | undefined): ProjectSearch {
    return { ownerId: organizationId, ids: visibleProjectIds(actor, organizationId), text: searchText(text) };
  }

  async create(caller: Actor, input: CreateProjectInput): Promise<ProjectResult> {
    return this.options.changes.commit(
      caller,
      async (tx) => {
        const { organizationId } = input;
        requireIdentity(caller);
        const organization = await lockOrganization(tx.connection, organizationId);
        const actor = organization ? await currentActor(tx.connection, caller, organizationId) : caller;
        const required = { permission: 'project:create', toSee: 'organization:read' } as const;
        if (!authorize(actor, required, { organizationId }) || !organization) {
          throw notFound('organization', organizationId, ['input', 'organizationId']);
        }
        const plan = planProject(input, { id: newId('project'), createdAt: this.options.changes.now() });
        if (plan.issues) throw new UserFault(plan.issues);
        await insertProject(tx.connection, plan.project);
        return this.record(tx, actor, 'PROJECT_CREATED', { before: null, after: plan.project });
      },
      duplicateKey('project_organization_id_key_unique', 'project', input.key),
    );
  }

  /** Records nothing when no value changes. */
  async update(actor: Actor, input: UpdateProjectInput): Promise<ProjectResult> {
    return this.options.changes.commit(actor, async (tx) => {
      const { project: current, stale } = await lockVersionFor(tx.connection, actor, input, 'project:update');
      const plan = planProjectUpdate(current, input);
      if (plan.issues || stale.length > 0) throw new UserFault([...stale, ...(plan.issues ?? [])]);
      if (plan.project === current) return { project: current, revisions: [] };
      await updateProject(tx.connection, plan.project, current.version);
      return this.record(tx, actor, 'PROJECT_UPDATED', { before: current, after: plan.project });
    });
  }

  /** Deletes it with all that it owns. Its changes stay. */
  async delete(actor: Actor, input: DeleteProjectInput): Promise<{ deletedProjectId: string; revisions: EnvironmentRevision[] }> {
    return this.options.changes.commit(actor, async (tx) => {
      const { project, stale, actor: locked } = await lockVersionFor(tx.connection, actor, input, 'project:delete');
      await requireStrictestRole(tx.connection, locked, project, 'project:delete');
      const issues = [...stale, ...confirmationIssues('project', project.key, input.confirmKey)];
      if (issues.length > 0) throw new UserFault(issues);
      const scope = { organizationId: project.organizationId, projectId: project.id, environmentId: null };
      const gone = accessItems(scope, await lockAccessWithin(tx.connection, scope));
      for (const id of await deleteProject(tx.connection, project.id)) tx.raisedHeads.add(id);
      const { revisions } = await this.record(tx, actor, 'PROJECT_DELETED', { before: project, after: null, gone });
      return { deletedProjectId: project.id, revisions };
    });
  }

  private async record(
    tx: Transaction,
    actor: Actor,
    kind: 'PROJECT_CREATED' | 'PROJECT_UPDATED' | 'PROJECT_DELETED',
    { before, after, gone = [] }: ProjectEdit,
  ): Promise<ProjectResult> {
    const project = (after ?? before) as ProjectEntity;
    const revisions = await this.options.changes.record(tx, actor, {
      kind,
      organizationId: project.organizationId,
      projectId: project.id,
      deliveries: [],
      // Roles and keys are deleted with it.
      changesAccess: kind === 'PROJECT_DELETED',
      items: [rowItem('PROJECT', { before, after }, projectBody), ...gone],
    });
    return { project, revisions };
  }
}

interface ProjectEdit extends RowEdit<ProjectEntity> {
  /** Keys, members and invitations that were deleted with it. */
  readonly gone?: readonly ChangeItemDraft[];
}

/** Locks the project in the version that the caller read. Refuses when it does not exist, is hidden, forbidden or stale. */
async function lockVersionFor(
  connection: Connection,
  actor: Actor,
  { projectId, expectedVersion }: { readonly projectId: string; readonly expectedVersion: number },
  permission: Permission,
): Promise<LockedProject & { stale: readonly Issue[] }> {
  const locked = await lockProjectFor(connection, actor, { projectId }, permission);
  if (!locked) throw notFound('project', projectId, ['input', 'projectId']);
  const version = { current: locked.project.version, expected: expectedVersion };
  return { ...locked, stale: await staleIssues(connection, 'project', { subjectId: projectId, ...version }) };
}

/** A locked project. */
export interface LockedProject {
  readonly project: ProjectEntity;
  /** The actor with its current roles, which stay until the transaction ends. */
  readonly actor: Actor;
}

/**
 * Locks the project, as every transaction that writes in one must do first, and requires the permission on it or on one of
 * its environments. Null when the project does not exist or the actor may not see it.
 */
export async function lockProjectFor(
  connection: Connection,
  caller: Actor,
  target: { readonly projectId: string; readonly environmentId?: string },
  permission: Permission,
): Promise<LockedProject | null> {
  // An anonymous caller is refused as such, whether or not the project exists.
  requireIdentity(caller);
  const project = await lockProject(connection, target.projectId);
  const actor = project ? await currentActor(connection, caller, project.organizationId) : caller;
  const whole = { organizationId: project?.organizationId ?? '', projectId: target.projectId };
  const scope = { ...whole, environmentId: target.environmentId ?? null };
  return authorize(actor, { permission, toSee: 'project:read' }, scope, whole) && project ? { project, actor } : null;
}

/** Throws FORBIDDEN unless every environment of the locked project allows the change, which affects all of them. */
export async function requireStrictestRole(
  connection: Connection,
  actor: Actor,
  { id: projectId, organizationId }: ProjectEntity,
  permission: Permission,
): Promise<void> {
  for (const guard of await findGuards(connection, projectId)) {
    requireRole(actor, permission, { organizationId, projectId }, guard);
  }
}

function maySee(actor: Actor, project: ProjectEntity): boolean {
  const required = { permission: 'project:read', toSee: 'project:read' } as const;
  return authorize(actor, required, { organizationId: project.organizationId, projectId: project.id });
}

/** Null: all projects of the organization. */
function visibleProjectIds(actor: Actor, organizationId: string): string[] | null {
  const bindings = bindingsOf(actor).filter((binding) => binding.organizationId === organizationId);
  const ids = bindings.map((binding) => binding.projectId);
  if (ids.includes(null)) return null;
  return ids.filter((id): id is string => id !== null && permits(actor, 'project:read', { organizationId, projectId: id }));
}

/** The text of a list's filter. Refuses text that the database cannot search for. */
export function searchText(text: string | null | undefined): string {
  if (text === null || text === undefined) return '';
  if (text.length > NAME_LENGTH_MAX) {
    const message = `search: ${text.length} characters were given; at most ${NAME_LENGTH_MAX} are allowed.`;
    throw new RequestFault('BAD_USER_INPUT', message);
  }
  if (unstorable(text)) throw new RequestFault('BAD_USER_INPUT', 'search: U+0000 and lone surrogates are not allowed.');
  return text;
}

/** The project as history keeps it. */
function projectBody({ key, name, description, staleAfterDays }: ProjectEntity): object {
  return { key, name, description, staleAfterDays };
}
