import { randomBytes } from 'node:crypto';
import { duplicateKey } from '../../database/constraint-errors';
import type { Database } from '../../database/transaction';
import { UserFault } from '../../errors';
import { newId } from '../../ids';
import { permits, type Actor } from '../access/actor';
import { authorize, notFound, requireIdentity } from '../access/authorize';
import { insertEnvironmentHead } from '../changes/change-repository';
import type { ChangeService } from '../changes/change-service';
import type { EnvironmentRevision } from '../changes/record-change';
import { findProjectsByIds } from '../projects/project-repository';
import { lockProjectFor } from '../projects/project-service';
import type { EnvironmentEntity } from './environment-entity';
import { findEnvironmentsByIds, findEnvironmentsByProjectIds, insertEnvironment } from './environment-repository';
import { environmentIssues } from './environment-rules';

export interface EnvironmentServiceOptions {
  readonly database: Database;
  readonly changes: ChangeService;
}

export interface CreateEnvironmentInput {
  readonly projectId: string;
  readonly key: string;
  readonly name: string;
  readonly color?: string | null;
  readonly isProduction?: boolean | null;
}

const DEFAULT_COLOR = '#808080';

export class EnvironmentService {
  constructor(private readonly options: EnvironmentServiceOptions) {}

  /** Null when there is none or the actor may not see it. */
  async find(actor: Actor, id: string): Promise<EnvironmentEntity | null> {
    requireIdentity(actor);
    const { connection } = this.options.database;
    const [environment] = await findEnvironmentsByIds(connection, [id]);
    const [project] = await findProjectsByIds(connection, environment ? [environment.projectId] : []);
    if (!environment || !project) return null;
    const scope = { organizationId: project.organizationId, projectId: project.id, environmentId: id };
    return authorize(actor, { permission: 'environment:read', toSee: 'environment:read' }, scope) ? environment : null;
  }

  /** Of a project that the actor may see: those environments that it may see, too. */
  visible(actor: Actor, organizationId: string, environments: readonly EnvironmentEntity[]): EnvironmentEntity[] {
    return environments.filter(({ id, projectId }) =>
      permits(actor, 'environment:read', { organizationId, projectId, environmentId: id }),
    );
  }

  async create(
    actor: Actor,
    input: CreateEnvironmentInput,
  ): Promise<{ environment: EnvironmentEntity; revisions: EnvironmentRevision[] }> {
    return this.options.changes.commit(
      actor,
      async (tx) => {
        const project = await lockProjectFor(tx.connection, actor, { projectId: input.projectId }, 'environment:create');
        if (!project) throw notFound('project', input.projectId, ['input', 'projectId']);
        const siblings = await findEnvironmentsByProjectIds(tx.connection, [project.id]);
        const color = input.color ?? DEFAULT_COLOR;
        const issues = environmentIssues({ key: input.key, name: input.name, color }, siblings.length);
        if (issues.length > 0) throw new UserFault(issues);
        const environment: EnvironmentEntity = {
          id: newId('environment'),
          projectId: project.id,
          key: input.key,
          name: input.name,
          color: color.toLowerCase(),
          isProduction: input.isProduction ?? false,
          position: (siblings.at(-1)?.position ?? -1) + 1,
          version: 1,
          createdAt: this.options.changes.now(),
        };
        await insertEnvironment(tx.connection, environment);
        await insertEnvironmentHead(tx.connection, {
          environmentId: environment.id,
          projectId: project.id,
          epoch: newEpoch(),
          revision: 0,
        });
        const { key, name, isProduction, position } = environment;
        const revisions = await this.options.changes.record(tx, actor, {
          kind: 'ENVIRONMENT_CREATED',
          organizationId: project.organizationId,
          projectId: project.id,
          deliveries: [],
          items: [
            {
              subjectKind: 'ENVIRONMENT',
              subjectId: environment.id,
              subjectKey: key,
              environmentId: environment.id,
              version: 1,
              before: null,
              after: { key, name, color: environment.color, isProduction, position },
            },
          ],
        });
        return { environment, revisions };
      },
      duplicateKey('environment_project_id_key_unique', 'environment', input.key),
    );
  }
}

/** Revisions compare only within one epoch; a restored or rewritten book gets a new one. */
export function newEpoch(): string {
  return randomBytes(9).toString('base64url');
}
