import { duplicateKey } from '../../database/constraint-errors';
import type { Database, Transaction } from '../../database/transaction';
import { UserFault } from '../../errors';
import { permits, type Actor } from '../access/actor';
import { notFound } from '../access/absence';
import { authorize, requireIdentity } from '../access/authorize';
import type { Permission } from '../access/permissions';
import { visibleEnvironmentIds } from '../access/visibility';
import type { ChangeService } from '../changes/change-service';
import type { FlagEvent } from '../changes/flag-event';
import type { EnvironmentRevision } from '../changes/head-repository';
import { rowItem } from '../changes/row-item';
import { staleIssues } from '../changes/stale-version';
import { findEnvironmentsByIds, findEnvironmentsByProjectIds } from '../environments/environment-repository';
import { unstorable } from '../../validation/input-rules';
import type { ProjectEntity } from '../projects/project-entity';
import { findProjectsByIds } from '../projects/project-repository';
import { lockProjectFor, requireStrictestRole, type LockedProject } from '../projects/project-service';
import type { FlagConfigurationEntity } from './flag-configuration-entity';
import {
  decideFlagArchival,
  decideFlagCreation,
  decideFlagRestoration,
  decideFlagUpdate,
  dependentIssues,
  notArchivedIssue,
  takenFlagKey,
  type FlagBefore,
  type FlagDecision,
} from './flag-edits';
import type { FlagEntity } from './flag-entity';
import {
  findConfiguration,
  findConfigurationsByFlagIds,
  findFlagByKey,
  findFlagsByIds,
  insertFlag,
  removeFlag,
  updateFlag,
} from './flag-repository';
import type { CreateFlagInput, UpdateFlagInput } from './flag-rules';
import { configurationsIn } from './flag-view';
import { answersChange, flagBody, flagEvent, initialConfiguration, partsOfConfigurationId } from './flag-wire';
import { findAttributeUses, type RuleUse } from './usage-repository';

export interface FlagServiceOptions {
  readonly database: Database;
  readonly changes: ChangeService;
}

export interface FlagResult {
  readonly flag: FlagEntity;
  readonly revisions: EnvironmentRevision[];
}

export interface VersionedFlagInput {
  readonly flagId: string;
  readonly expectedVersion: number;
}

/** A flag in a locked project. */
interface LockedFlag extends LockedProject, FlagBefore {}

/** A flag before and after a change. Null: it does not exist then. */
interface FlagStep {
  readonly project: ProjectEntity;
  readonly before: FlagEntity | null;
  readonly after: FlagEntity | null;
}

/** Manages the parts of flags that are the same in every environment. */
export class FlagService {
  constructor(private readonly options: FlagServiceOptions) {}

  /** Null when it does not exist or the actor may not see it. */
  async find(actor: Actor, id: string): Promise<FlagEntity | null> {
    const [flag] = await findFlagsByIds(this.options.database.connection, [id]);
    return this.visible(actor, flag ?? null);
  }

  /** Null when it does not exist or the actor may not see it. */
  async findByKey(actor: Actor, projectId: string, key: string): Promise<FlagEntity | null> {
    return this.visible(actor, await findFlagByKey(this.options.database.connection, projectId, key));
  }

  /** Null when it does not exist or the actor may not see its flag or its environment. */
  async findConfiguration(actor: Actor, id: string): Promise<FlagConfigurationEntity | null> {
    const parts = partsOfConfigurationId(id);
    const flag = parts && (await this.find(actor, parts.flagId));
    const [project] = flag ? await findProjectsByIds(this.options.database.connection, [flag.projectId]) : [];
    if (!parts || !flag || !project) return null;
    const { connection } = this.options.database;
    const [environment] = await findEnvironmentsByIds(connection, [parts.environmentId]);
    const scope = { organizationId: project.organizationId, projectId: project.id, environmentId: parts.environmentId };
    if (environment?.projectId !== project.id || !permits(actor, 'environment:read', scope)) return null;
    return (await findConfiguration(connection, flag.id, environment.id)) ?? initialConfiguration(flag, environment.id);
  }

  /** Rules that test or hash an attribute and that the actor may see. The caller has authorized the actor for the project. */
  async attributeUses(actor: Actor, { id, organizationId }: ProjectEntity, attribute: string): Promise<RuleUse[]> {
    if (unstorable(attribute)) return [];
    const environmentIds = visibleEnvironmentIds(actor, { organizationId, projectId: id });
    return findAttributeUses(this.options.database.connection, id, attribute, environmentIds);
  }

  /** Creates the flag, off in every environment. */
  async create(actor: Actor, input: CreateFlagInput): Promise<FlagResult> {
    const { projectId, key } = input;
    const creation = this.options.changes.commit(
      actor,
      async (tx) => {
        const locked = await lockProjectFor(tx.connection, actor, { projectId }, 'flag:create');
        if (!locked) throw notFound('project', projectId, ['input', 'projectId']);
        const { project } = locked;
        const flag = decided(await decideFlagCreation(tx.connection, { project, actor }, input, this.options.changes.now()));
        await insertFlag(tx.connection, flag);
        return { flag, revisions: await this.record(tx, actor, 'FLAG_CREATED', { project, before: null, after: flag }) };
      },
      duplicateKey('flag_project_id_key_unique', 'flag', key),
    );
    return creation.catch(async (error: unknown) => {
      throw isDuplicateKey(error) && (await this.hasArchived(projectId, key)) ? new UserFault([takenFlagKey(key, true)]) : error;
    });
  }

  private async hasArchived(projectId: string, key: string): Promise<boolean> {
    return (await findFlagByKey(this.options.database.connection, projectId, key))?.isArchived ?? false;
  }

  /** Absent fields keep their value. Records nothing when no value changes. */
  async update(actor: Actor, input: UpdateFlagInput & VersionedFlagInput): Promise<FlagResult> {
    return this.change(actor, input, 'flag:update', async (tx, before) => {
      const { flag, project, actor: locked } = before;
      const next = decided(await decideFlagUpdate(tx.connection, before, input));
      if (next === flag) return { flag, revisions: [] };
      if (answersChange(flag, next)) await requireStrictestRole(tx.connection, locked, project, 'flag:update');
      return this.write(tx, actor, 'FLAG_UPDATED', { project, before: flag, after: next });
    });
  }

  /** Makes the flag serve its off variation everywhere. */
  async archive(actor: Actor, input: VersionedFlagInput): Promise<FlagResult> {
    return this.change(actor, input, 'flag:archive', async (tx, before) => {
      const next = decided(await decideFlagArchival(tx.connection, before));
      return this.write(tx, actor, 'FLAG_ARCHIVED', { project: before.project, before: before.flag, after: next });
    });
  }

  async restore(actor: Actor, input: VersionedFlagInput): Promise<FlagResult> {
    return this.change(actor, input, 'flag:archive', async (tx, before) => {
      const next = decided(await decideFlagRestoration(tx.connection, before));
      return this.write(tx, actor, 'FLAG_RESTORED', { project: before.project, before: before.flag, after: next });
    });
  }

  /** Deletes an archived flag for good; its history stays. */
  async delete(actor: Actor, input: VersionedFlagInput): Promise<{ deletedFlagId: string; revisions: EnvironmentRevision[] }> {
    return this.change(actor, input, 'flag:delete', async (tx, { project, flag, stale }) => {
      if (stale.length > 0) throw new UserFault(stale);
      const issues = flag.isArchived ? await dependentIssues(tx.connection, flag, () => true) : [notArchivedIssue(flag)];
      if (issues.length > 0) throw new UserFault(issues);
      await removeFlag(tx.connection, flag.id);
      return {
        deletedFlagId: flag.id,
        revisions: await this.record(tx, actor, 'FLAG_DELETED', { project, before: flag, after: null }),
      };
    });
  }

  /** Runs one change of one flag: locks the project, loads, authorizes, compares the version. */
  private async change<T>(
    actor: Actor,
    { flagId, expectedVersion }: VersionedFlagInput,
    permission: Permission,
    work: (tx: Transaction, locked: LockedFlag) => Promise<T>,
  ): Promise<T> {
    requireIdentity(actor);
    const [found] = await findFlagsByIds(this.options.database.connection, [flagId]);
    return this.options.changes.commit(actor, async (tx) => {
      const locked = await lockProjectFor(tx.connection, actor, { projectId: found?.projectId ?? '' }, permission);
      const [flag] = locked ? await findFlagsByIds(tx.connection, [flagId]) : [];
      if (!locked || !flag) throw notFound('flag', flagId, ['input', 'flagId']);
      const { project } = locked;
      // An update may change only texts, which affect no answer, so `update` checks the role itself.
      if (permission !== 'flag:update') await requireStrictestRole(tx.connection, locked.actor, project, permission);
      const version = { current: flag.version, expected: expectedVersion };
      return work(tx, { ...locked, flag, stale: await staleIssues(tx.connection, 'flag', { subjectId: flag.id, ...version }) });
    });
  }

  private async write(
    tx: Transaction,
    actor: Actor,
    kind: FlagChangeKind,
    { project, before, after }: FlagStep & { readonly before: FlagEntity; readonly after: FlagEntity },
  ): Promise<FlagResult> {
    const now = this.options.changes.now();
    const flag = { ...after, version: before.version + 1, updatedAt: now, changedAt: now };
    await updateFlag(tx.connection, flag);
    return { flag, revisions: await this.record(tx, actor, kind, { project, before, after: flag }) };
  }

  /** Records a revision in every environment of the project. */
  private async record(
    tx: Transaction,
    actor: Actor,
    kind: FlagChangeKind | 'FLAG_DELETED',
    { project, before, after }: FlagStep,
  ): Promise<EnvironmentRevision[]> {
    const flag = (after ?? before) as FlagEntity;
    const environments = await findEnvironmentsByProjectIds(tx.connection, [project.id]);
    const stored = await findConfigurationsByFlagIds(tx.connection, [flag.id]);
    const ids = environments.map(({ id }) => id);
    return this.options.changes.record(tx, actor, {
      kind,
      organizationId: project.organizationId,
      projectId: project.id,
      items: [rowItem('FLAG', { before, after }, flagBody)],
      deliveries: configurationsIn(flag, ids, stored).map((configuration) => ({
        environmentId: configuration.environmentId,
        events: [
          kind === 'FLAG_DELETED'
            ? ({ kind: 'DELETED', flagKey: flag.key, flag: null } satisfies FlagEvent)
            : flagEvent(EVENT_KINDS[kind], flag, configuration),
        ],
      })),
    });
  }

  private async visible(actor: Actor, flag: FlagEntity | null): Promise<FlagEntity | null> {
    requireIdentity(actor);
    const [project] = flag ? await findProjectsByIds(this.options.database.connection, [flag.projectId]) : [];
    if (!flag || !project) return null;
    const scope = { organizationId: project.organizationId, projectId: project.id };
    return authorize(actor, { permission: 'flag:read', toSee: 'flag:read' }, scope) ? flag : null;
  }
}

const EVENT_KINDS = {
  FLAG_CREATED: 'CREATED',
  FLAG_UPDATED: 'UPDATED',
  FLAG_ARCHIVED: 'ARCHIVED',
  FLAG_RESTORED: 'RESTORED',
} as const;
type FlagChangeKind = keyof typeof EVENT_KINDS;

/** The flag that was decided on; throws the issues instead. */
function decided(decision: FlagDecision): FlagEntity {
  if (decision.issues) throw new UserFault(decision.issues);
  return decision.next;
}

function isDuplicateKey(error: unknown): boolean {
  return (
    error instanceof UserFault && error.issues.some(({ code, path }) => code === 'DUPLICATE' && path?.join('.') === 'input.key')
  );
}
