import { duplicateKey } from '../../database/constraint-errors';
import type { Connection, Database } from '../../database/transaction';
import { UserFault } from '../../errors';
import { newId } from '../../ids';
import { permits, type Actor } from '../access/actor';
import { authorize, notFound } from '../access/authorize';
import type { Permission } from '../access/permissions';
import type { ChangeService } from '../changes/change-service';
import type { EnvironmentRevision } from '../changes/record-change';
import { DESCRIPTION_LENGTH_MAX, keyIssues, nameIssues, textIssues } from '../input-rules';
import { lockOrganization } from '../organizations/organization-repository';
import type { ProjectEntity } from './project-entity';
import { findProjectByKey, findProjectsByIds, insertProject, listProjects, lockProject } from './project-repository';

export interface ProjectServiceOptions {
  readonly database: Database;
  readonly changes: ChangeService;
}

export interface CreateProjectInput {
  readonly organizationId: string;
  readonly key: string;
  readonly name: string;
  readonly description?: string | null;
}

/** Until the project says otherwise. */
const STALE_AFTER_DAYS_DEFAULT = 30;

export class ProjectService {
  constructor(private readonly options: ProjectServiceOptions) {}

  /** Null when there is none or the actor may not see it. */
  async find(actor: Actor, id: string): Promise<ProjectEntity | null> {
    const [project] = await findProjectsByIds(this.options.database.connection, [id]);
    return project && maySee(actor, project) ? project : null;
  }

  /** Null when there is none or the actor may not see it. */
  async findByKey(actor: Actor, organizationId: string, key: string): Promise<ProjectEntity | null> {
    const project = await findProjectByKey(this.options.database.connection, organizationId, key);
    return project && maySee(actor, project) ? project : null;
  }

  /** Those of the organization that the actor may see, by key. */
  list(actor: Actor, organizationId: string, afterKey: string | null, limit: number): Promise<ProjectEntity[]> {
    const ids = visibleProjectIds(actor, organizationId);
    return listProjects(this.options.database.connection, organizationId, ids, afterKey, limit);
  }

  async create(actor: Actor, input: CreateProjectInput): Promise<{ project: ProjectEntity; revisions: EnvironmentRevision[] }> {
    const description = input.description ?? '';
    const issues = [
      ...keyIssues('Project key', input.key, ['input', 'key']),
      ...nameIssues('Project name', input.name, ['input', 'name']),
      ...textIssues('Project description', description, ['input', 'description'], DESCRIPTION_LENGTH_MAX),
    ];
    return this.options.changes.commit(
      actor,
      async (tx) => {
        const { organizationId, key, name } = input;
        const organization = await lockOrganization(tx.connection, organizationId);
        const demand = { permission: 'project:create', toSee: 'organization:read' } as const;
        if (!authorize(actor, demand, { organizationId }) || !organization) {
          throw notFound('organization', organizationId, ['input', 'organizationId']);
        }
        if (issues.length > 0) throw new UserFault(issues);
        const createdAt = this.options.changes.now();
        const project: ProjectEntity = {
          id: newId('project'),
          organizationId,
          key,
          name,
          description,
          staleAfterDays: STALE_AFTER_DAYS_DEFAULT,
          version: 1,
          createdAt,
        };
        await insertProject(tx.connection, project);
        const revisions = await this.options.changes.record(tx, actor, {
          kind: 'PROJECT_CREATED',
          organizationId,
          projectId: project.id,
          deliveries: [],
          items: [
            {
              subjectKind: 'PROJECT',
              subjectId: project.id,
              subjectKey: key,
              version: 1,
              before: null,
              after: { key, name, description },
            },
          ],
        });
        return { project, revisions };
      },
      duplicateKey('project_organization_id_key_unique', 'project', input.key),
    );
  }
}

/**
 * Locks the project, as every transaction that writes in one must at first, and asks for the permission on it or on one
 * of its environments. Null when there is no such project or the actor may not see it.
 */
export async function lockProjectFor(
  connection: Connection,
  actor: Actor,
  target: { readonly projectId: string; readonly environmentId?: string },
  permission: Permission,
): Promise<ProjectEntity | null> {
  const project = await lockProject(connection, target.projectId);
  // An anonymous caller is refused as such, whether or not the project exists.
  const whole = { organizationId: project?.organizationId ?? '', projectId: target.projectId };
  const scope = { ...whole, environmentId: target.environmentId ?? null };
  return authorize(actor, { permission, toSee: 'project:read' }, scope, whole) ? project : null;
}

function maySee(actor: Actor, project: ProjectEntity): boolean {
  const demand = { permission: 'project:read', toSee: 'project:read' } as const;
  return authorize(actor, demand, { organizationId: project.organizationId, projectId: project.id });
}

/** Null: all of the organization. */
function visibleProjectIds(actor: Actor, organizationId: string): string[] | null {
  if (actor.kind !== 'USER') return [];
  const bindings = actor.bindings.filter((binding) => binding.organizationId === organizationId);
  const ids = bindings.map((binding) => binding.projectId);
  if (ids.includes(null)) return null;
  return ids.filter((id): id is string => id !== null && permits(actor, 'project:read', { organizationId, projectId: id }));
}
