import { randomBytes } from 'node:crypto';
import { duplicateKey } from '../../database/constraint-errors';
import type { Connection, Database } from '../../database/transaction';
import { UserFault } from '../../errors';
import { newId } from '../../ids';
import type { Actor } from '../access/actor';
import { authorize, notFound, requireIdentity } from '../access/authorize';
import type { Permission } from '../access/permissions';
import type { ChangeService } from '../changes/change-service';
import type { ChangeKind } from '../changes/change-kinds';
import type { EnvironmentRevision } from '../changes/record-change';
import { findEnvironmentsByIds, findEnvironmentsByProjectIds } from '../environments/environment-repository';
import { quote } from '../input-rules';
import type { ProjectEntity } from '../projects/project-entity';
import { findProjectsByIds } from '../projects/project-repository';
import { lockProjectFor } from '../projects/project-service';
import type { FlagConfigurationEntity } from './flag-configuration-entity';
import type { FlagEntity } from './flag-entity';
import {
  findConfiguration,
  findFlagByKey,
  findFlagsByIds,
  findFlagsByKeys,
  findPrerequisiteKeys,
  insertFlag,
  listFlags,
  saveConfiguration,
} from './flag-repository';
import { planFlag, type CreateFlagInput } from './flag-rules';
import { flagEvent, initialConfiguration } from './flag-wire';
import { planTargeting, type TargetingInput } from './targeting-rules';

export interface FlagServiceOptions {
  readonly database: Database;
  readonly changes: ChangeService;
}

export interface ToggleFlagInput {
  readonly flagId: string;
  readonly environmentId: string;
  readonly isEnabled: boolean;
}

export interface SetFlagConfigurationInput extends TargetingInput {
  readonly flagId: string;
  readonly environmentId: string;
  readonly expectedVersion: number;
}

export interface ConfigurationResult {
  readonly flag: FlagEntity;
  readonly configuration: FlagConfigurationEntity;
  readonly revisions: EnvironmentRevision[];
}

/** A flag and its configuration in one environment, loaded under the lock of their project. */
interface Loaded {
  readonly project: ProjectEntity;
  readonly flag: FlagEntity;
  readonly configuration: FlagConfigurationEntity;
}

export class FlagService {
  constructor(private readonly options: FlagServiceOptions) {}

  /** Null when there is none or the actor may not see it. */
  async find(actor: Actor, id: string): Promise<FlagEntity | null> {
    const [flag] = await findFlagsByIds(this.options.database.connection, [id]);
    return this.visible(actor, flag ?? null);
  }

  /** Null when there is none or the actor may not see it. */
  async findByKey(actor: Actor, projectId: string, key: string): Promise<FlagEntity | null> {
    return this.visible(actor, await findFlagByKey(this.options.database.connection, projectId, key));
  }

  /** By key. The caller has authorised the project. */
  list(projectId: string, afterKey: string | null, limit: number): Promise<FlagEntity[]> {
    return listFlags(this.options.database.connection, projectId, afterKey, limit);
  }

  async create(actor: Actor, input: CreateFlagInput): Promise<{ flag: FlagEntity; revisions: EnvironmentRevision[] }> {
    return this.options.changes.commit(
      actor,
      async (tx) => {
        const { projectId } = input;
        const project = await lockProjectFor(tx.connection, actor, { projectId }, 'flag:create');
        if (!project) throw notFound('project', projectId, ['input', 'projectId']);
        const salt = randomBytes(12).toString('base64url');
        const plan = planFlag(input, { id: newId('flag'), salt, now: this.options.changes.now() });
        if (plan.issues) throw new UserFault(plan.issues);
        const { flag } = plan;
        await insertFlag(tx.connection, flag);
        const environments = await findEnvironmentsByProjectIds(tx.connection, [project.id]);
        const revisions = await this.options.changes.record(tx, actor, {
          kind: 'FLAG_CREATED',
          organizationId: project.organizationId,
          projectId: project.id,
          items: [
            {
              subjectKind: 'FLAG',
              subjectId: flag.id,
              subjectKey: flag.key,
              version: flag.version,
              before: null,
              after: flagBody(flag),
            },
          ],
          deliveries: environments.map(({ id }) => ({
            environmentId: id,
            events: [flagEvent('CREATED', flag, initialConfiguration(flag, id))],
          })),
        });
        return { flag, revisions };
      },
      duplicateKey('flag_project_id_key_unique', 'flag', input.key),
    );
  }

  /** A flag that is in the wanted state already is answered as it is: nothing is recorded. */
  async toggle(actor: Actor, input: ToggleFlagInput): Promise<ConfigurationResult> {
    return this.configure(actor, input, 'flag:toggle', 'FLAG_TOGGLED', async (_connection, { configuration }) =>
      configuration.isEnabled === input.isEnabled ? null : { ...configuration, isEnabled: input.isEnabled },
    );
  }

  /** Replaces the whole targeting. */
  async setConfiguration(actor: Actor, input: SetFlagConfigurationInput): Promise<ConfigurationResult> {
    return this.configure(actor, input, 'flag:update', 'FLAG_CONFIGURATION_SET', async (connection, loaded) => {
      const { configuration } = loaded;
      if (configuration.version !== input.expectedVersion) throw stale(configuration.version, input.expectedVersion);
      const plan = planTargeting(input, await this.surroundings(connection, loaded, input));
      if (plan.issues) throw new UserFault(plan.issues);
      return { ...configuration, ...plan.targeting, isEnabled: input.isEnabled ?? configuration.isEnabled };
    });
  }

  /** One change of one configuration: lock, load, authorise, decide, write, record. `decide` answers null for no change. */
  private async configure(
    actor: Actor,
    input: { readonly flagId: string; readonly environmentId: string },
    permission: Permission,
    kind: ChangeKind,
    decide: (connection: Connection, loaded: Loaded) => Promise<FlagConfigurationEntity | null>,
  ): Promise<ConfigurationResult> {
    requireIdentity(actor);
    const [found] = await findFlagsByIds(this.options.database.connection, [input.flagId]);
    return this.options.changes.commit(actor, async (tx) => {
      const loaded = await this.loadFor(tx.connection, actor, { ...input, projectId: found?.projectId ?? '' }, permission);
      const { project, flag, configuration: before } = loaded;
      if (flag.isArchived) {
        const message = `The flag ${quote(flag.key)} is archived; restore it first.`;
        throw new UserFault([{ code: 'ARCHIVED', message, path: ['input', 'flagId'] }]);
      }
      const decided = await decide(tx.connection, loaded);
      if (decided === null) return { flag, configuration: before, revisions: [] };
      const after = { ...decided, version: before.version + 1, updatedAt: this.options.changes.now() };
      if (!(await saveConfiguration(tx.connection, after))) throw stale(before.version, before.version);
      const revisions = await this.options.changes.record(tx, actor, {
        kind,
        organizationId: project.organizationId,
        projectId: project.id,
        items: [
          {
            subjectKind: 'FLAG_CONFIGURATION',
            subjectId: configurationId(after),
            subjectKey: flag.key,
            parentId: flag.id,
            environmentId: input.environmentId,
            version: after.version,
            before: configurationBody(before),
            after: configurationBody(after),
          },
        ],
        deliveries: [{ environmentId: input.environmentId, events: [flagEvent('UPDATED', flag, after)] }],
      });
      return { flag, configuration: after, revisions };
    });
  }

  private async loadFor(
    connection: Connection,
    actor: Actor,
    input: { readonly flagId: string; readonly environmentId: string; readonly projectId: string },
    permission: Permission,
  ): Promise<Loaded> {
    const project = await lockProjectFor(connection, actor, input, permission);
    const [flag] = project ? await findFlagsByIds(connection, [input.flagId]) : [];
    if (!project || !flag) throw notFound('flag', input.flagId, ['input', 'flagId']);
    const [environment] = await findEnvironmentsByIds(connection, [input.environmentId]);
    if (environment?.projectId !== project.id) {
      throw notFound('environment', input.environmentId, ['input', 'environmentId']);
    }
    const configuration =
      (await findConfiguration(connection, flag.id, environment.id)) ?? initialConfiguration(flag, environment.id);
    return { project, flag, configuration };
  }

  private async surroundings(
    connection: Connection,
    { project, flag, configuration }: Loaded,
    input: TargetingInput,
  ): Promise<Parameters<typeof planTargeting>[1]> {
    const named = await findFlagsByKeys(
      connection,
      project.id,
      input.prerequisites.map(({ flagKey }) => flagKey),
    );
    return {
      flag,
      segmentKeys: new Set(),
      variationsOfFlags: new Map(named.map(({ key, variations }) => [key, variations.map((variation) => variation.key)])),
      prerequisitesOfFlags: await findPrerequisiteKeys(connection, configuration.environmentId),
      newRuleId: () => newId('rule'),
    };
  }

  private async visible(actor: Actor, flag: FlagEntity | null): Promise<FlagEntity | null> {
    requireIdentity(actor);
    const [project] = flag ? await findProjectsByIds(this.options.database.connection, [flag.projectId]) : [];
    if (!flag || !project) return null;
    const scope = { organizationId: project.organizationId, projectId: project.id };
    return authorize(actor, { permission: 'flag:read', toSee: 'flag:read' }, scope) ? flag : null;
  }
}

/** The opaque id of a configuration: its flag's and its environment's. */
export function configurationId({ flagId, environmentId }: { flagId: string; environmentId: string }): string {
  return `configuration_${flagId.split('_')[1]}_${environmentId.split('_')[1]}`;
}

function stale(currentVersion: number, expectedVersion: number): UserFault {
  const message = `The configuration has version ${currentVersion}, not ${expectedVersion}; read it again.`;
  return new UserFault([
    {
      code: 'STALE_VERSION',
      message,
      path: ['input', 'expectedVersion'],
      stale: { currentVersion, changedBy: null, changedAt: null },
    },
  ]);
}

function flagBody(flag: FlagEntity): object {
  const { id: _id, projectId: _projectId, createdAt: _createdAt, updatedAt: _updatedAt, ...body } = flag;
  return body;
}

function configurationBody(configuration: FlagConfigurationEntity): object {
  const { flagId: _flagId, environmentId: _environmentId, updatedAt: _updatedAt, ...body } = configuration;
  return body;
}
