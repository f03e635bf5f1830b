import { randomBytes } from 'node:crypto';
import { duplicateKey } from '../../database/constraint-errors';
import type { Connection, Database, Transaction } from '../../database/transaction';
import { UserFault, type Issue } from '../../errors';
import { newId } from '../../ids';
import { isMember } from '../access/access-repository';
import { permits, type Actor } from '../access/actor';
import { idHint, notFound } from '../access/absence';
import { authorize, requireIdentity } from '../access/authorize';
import type { Permission } from '../access/permissions';
import { visibleEnvironmentIds } from '../access/visibility';
import { canonicalText } from '../changes/change-rules';
import type { ChangeService } from '../changes/change-service';
import type { FlagEvent } from '../changes/flag-event';
import type { EnvironmentRevision } from '../changes/head-repository';
import { rowItem } from '../changes/row-item';
import { staleIssues } from '../changes/stale-version';
import { findEnvironmentsByIds, findEnvironmentsByProjectIds } from '../environments/environment-repository';
import { quote } from '../../evaluation';
import { inPlaces, unstorable } from '../../validation/input-rules';
import type { ProjectEntity } from '../projects/project-entity';
import { findProjectsByIds } from '../projects/project-repository';
import { lockProjectFor, requireStrictestRole, type LockedProject } from '../projects/project-service';
import type { FlagConfigurationEntity } from './flag-configuration-entity';
import type { FlagEntity } from './flag-entity';
import {
  findConfiguration,
  findConfigurationsByFlagIds,
  findFlagByKey,
  findFlagsByIds,
  findFlagsByKeys,
  insertFlag,
  removeFlag,
  updateFlag,
} from './flag-repository';
import { planFlag, planFlagUpdate, withDefaults, type CreateFlagInput, type UpdateFlagInput } from './flag-rules';
import { configurationsIn } from './flag-view';
import { answersChange, flagBody, flagEvent, initialConfiguration, partsOfConfigurationId } from './flag-wire';
import { findAttributeUses, findDependents, type RuleUse } from './usage-repository';
import { variationUses } from './variation-uses';

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
interface LockedFlag extends LockedProject {
  readonly flag: FlagEntity;
  /** Empty when the caller has read the current version. */
  readonly stale: readonly Issue[];
}

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
        const salt = randomBytes(12).toString('base64url');
        const ownerId = input.ownerId ?? (actor.kind === 'USER' ? actor.id : null);
        const plan = planFlag({ ...input, ownerId }, { id: newId('flag'), salt, now: this.options.changes.now() });
        const issues = [...(plan.issues ?? []), ...(await ownerIssues(tx.connection, project, input.ownerId))];
        if (plan.issues || issues.length > 0) throw new UserFault(issues);
        const { flag } = plan;
        await insertFlag(tx.connection, flag);
        return { flag, revisions: await this.record(tx, actor, 'FLAG_CREATED', { project, before: null, after: flag }) };
      },
      duplicateKey('flag_project_id_key_unique', 'flag', key),
    );
    return creation.catch(async (error: unknown) => {
      throw isDuplicateKey(error) && (await this.hasArchived(projectId, key)) ? keyOfArchived(key) : error;
    });
  }

  private async hasArchived(projectId: string, key: string): Promise<boolean> {
    return (await findFlagByKey(this.options.database.connection, projectId, key))?.isArchived ?? false;
  }

  /** Absent fields keep their value. Records nothing when no value changes. */
  async update(actor: Actor, input: UpdateFlagInput & VersionedFlagInput): Promise<FlagResult> {
    return this.change(actor, input, 'flag:update', async (tx, { project, flag, stale, actor: locked }) => {
      if (flag.isArchived) throw new UserFault([...stale, ...archived(flag).issues]);
      // An owner who has left the organization meanwhile stays, so that a form can be saved as it was read.
      const newOwner = input.ownerId === flag.ownerId ? null : input.ownerId;
      const plan = planFlagUpdate(flag, input, await variationUses(tx.connection, withDefaults(flag, input)));
      const issues = [...stale, ...(plan.issues ?? []), ...(await ownerIssues(tx.connection, project, newOwner))];
      if (plan.issues || issues.length > 0) throw new UserFault(issues);
      if (canonicalText(flagBody(plan.flag)) === canonicalText(flagBody(flag))) return { flag, revisions: [] };
      if (answersChange(flag, plan.flag)) await requireStrictestRole(tx.connection, locked, project, 'flag:update');
      return this.write(tx, actor, 'FLAG_UPDATED', { project, before: flag, after: plan.flag });
    });
  }

  /**
   * Makes the flag serve its off variation everywhere. Refused while another flag that is not archived has it as a
   * prerequisite.
   */
  async archive(actor: Actor, input: VersionedFlagInput): Promise<FlagResult> {
    return this.change(actor, input, 'flag:archive', async (tx, { project, flag, stale }) => {
      if (stale.length > 0) throw new UserFault(stale);
      if (flag.isArchived) throw archived(flag);
      await refuseDependents(tx.connection, flag, (dependent) => !dependent.isArchived);
      return this.write(tx, actor, 'FLAG_ARCHIVED', { project, before: flag, after: { ...flag, isArchived: true } });
    });
  }

  async restore(actor: Actor, input: VersionedFlagInput): Promise<FlagResult> {
    return this.change(actor, input, 'flag:archive', async (tx, { project, flag, stale }) => {
      if (stale.length > 0) throw new UserFault(stale);
      if (!flag.isArchived) throw notArchived(flag);
      await refuseArchivedPrerequisites(tx.connection, flag);
      return this.write(tx, actor, 'FLAG_RESTORED', { project, before: flag, after: { ...flag, isArchived: false } });
    });
  }

  /** Deletes an archived flag for good; its history stays. */
  async delete(actor: Actor, input: VersionedFlagInput): Promise<{ deletedFlagId: string; revisions: EnvironmentRevision[] }> {
    return this.change(actor, input, 'flag:delete', async (tx, { project, flag, stale }) => {
      if (stale.length > 0) throw new UserFault(stale);
      if (!flag.isArchived) throw notArchived(flag);
      await refuseDependents(tx.connection, flag, () => true);
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

const USES_NAMED_MAX = 100;

async function refuseDependents(
  connection: Connection,
  flag: FlagEntity,
  counts: (dependent: { readonly isArchived: boolean }) => boolean,
): Promise<void> {
  const dependents = (await findDependents(connection, [flag.id])).filter(counts);
  if (dependents.length === 0) return;
  const usedBy = dependents
    .slice(0, USES_NAMED_MAX)
    .map(({ flagKey, segmentKey, environmentKey, environmentId }) => ({ flagKey, segmentKey, environmentKey, environmentId }));
  const message = `The flag ${quote(flag.key)} is a prerequisite ${inPlaces(dependents.length)}.`;
  throw new UserFault([{ code: 'IN_USE', message, path: ['input', 'flagId'], usedBy }]);
}

/** Refuses to restore a flag that would be off for everybody because a prerequisite of it is archived. */
async function refuseArchivedPrerequisites(connection: Connection, flag: FlagEntity): Promise<void> {
  const configurations = await findConfigurationsByFlagIds(connection, [flag.id]);
  const keys = configurations.flatMap(({ prerequisites }) => prerequisites.map(({ flagKey }) => flagKey));
  const archivedKeys = (await findFlagsByKeys(connection, flag.projectId, keys)).filter((other) => other.isArchived);
  if (archivedKeys.length === 0) return;
  const names = archivedKeys.map(({ key }) => quote(key)).join(', ');
  const message = `The flag ${quote(flag.key)} has prerequisites that are archived; restore them first: ${names}.`;
  throw new UserFault([{ code: 'ARCHIVED', message, path: ['input', 'flagId'] }]);
}

async function ownerIssues(connection: Connection, project: ProjectEntity, ownerId: string | null | undefined): Promise<Issue[]> {
  if (ownerId === null || ownerId === undefined) return [];
  if (!unstorable(ownerId) && (await isMember(connection, project.organizationId, ownerId))) return [];
  const message = `The organization has no member ${quote(ownerId)}.${idHint('member', ownerId)}`;
  return [{ code: 'NOT_FOUND', message, path: ['input', 'ownerId'] }];
}

function archived(flag: FlagEntity): UserFault {
  const message = `The flag ${quote(flag.key)} is archived; restore it first.`;
  return new UserFault([{ code: 'ARCHIVED', message, path: ['input', 'flagId'] }]);
}

function notArchived(flag: FlagEntity): UserFault {
  const message = `The flag ${quote(flag.key)} is not archived; archive it first.`;
  return new UserFault([{ code: 'NOT_ARCHIVED', message, path: ['input', 'flagId'] }]);
}

function isDuplicateKey(error: unknown): boolean {
  return (
    error instanceof UserFault && error.issues.some(({ code, path }) => code === 'DUPLICATE' && path?.join('.') === 'input.key')
  );
}

/** Flags that are archived are in few lists, so a caller may not know that there is one. */
function keyOfArchived(key: string): UserFault {
  const message = `The archived flag ${quote(key)} has this key; restore it, or delete it to use its key for another flag.`;
  return new UserFault([{ code: 'DUPLICATE', message, path: ['input', 'key'] }]);
}
