import type { Connection, Database, Transaction } from '../../database/transaction';
import { UserFault, type Issue } from '../../errors';
import { newId } from '../../ids';
import { permits, type Actor } from '../access/actor';
import { notFound } from '../access/absence';
import { authorize, requireIdentity, requireRole } from '../access/authorize';
import type { ChangeService } from '../changes/change-service';
import type { EnvironmentRevision } from '../changes/head-repository';
import type { ChangeItemDraft, Delivery } from '../changes/record-change';
import { findEnvironmentsByIds } from '../environments/environment-repository';
import { segmentKeysOf, storedConditions } from '../../validation/condition-rules';
import { quote } from '../../evaluation';
import type { Path } from '../../validation/input-rules';
import { lockProjectFor, type LockedProject } from '../projects/project-service';
import { findSegmentsByKeys } from '../segments/segment-repository';
import {
  copyEdit,
  rollBackEdit,
  setEdit,
  targetingEdit,
  toggleEdit,
  type ConfigurationEdit,
  type CopyFlagConfigurationInput,
  type EditedConfiguration,
  type RollBackFlagConfigurationInput,
  type SetFlagConfigurationInput,
  type ToggleFlagInput,
} from './configuration-edits';
import type { FlagConfigurationEntity } from './flag-configuration-entity';
import type { FlagEntity } from './flag-entity';
import {
  findConfiguration,
  findFlagsByIds,
  findFlagsByKeys,
  findPrerequisiteKeys,
  saveConfiguration,
  saveConfigurationAgain,
  touchFlags,
} from './flag-repository';
import type { RuleOfFlag } from './flag-view';
import { configurationBody, configurationId, flagEvent, initialConfiguration } from './flag-wire';
import { TARGETING_EDITS, type TargetingEditInputs, type TargetingEditName } from './targeting-edits';
import type { TargetingPatch, TargetingReferences } from './targeting-rules';

export interface ConfigurationServiceOptions {
  readonly database: Database;
  readonly changes: ChangeService;
}

export interface ConfigurationResult {
  readonly flag: FlagEntity;
  readonly configuration: FlagConfigurationEntity;
  /** The rule that was added or updated; else null. */
  readonly rule: RuleOfFlag | null;
  readonly revisions: EnvironmentRevision[];
}

type TargetingEdits = { readonly [Name in TargetingEditName]?: (EditedConfiguration & TargetingEditInputs[Name]) | null };

/** One change of a change set. Exactly one is given, which GraphQL ensures. */
export interface ConfigurationChangeInput extends TargetingEdits {
  readonly toggleFlag?: ToggleFlagInput | null;
  readonly setFlagConfiguration?: SetFlagConfigurationInput | null;
  readonly copyFlagConfiguration?: CopyFlagConfigurationInput | null;
  readonly rollBackFlagConfiguration?: RollBackFlagConfigurationInput | null;
}

const CHANGES_PER_SET_MAX = 100;

/** Changes how flags behave in environments. Every change is a list of edits in one transaction, usually of one. */
export class ConfigurationService {
  constructor(private readonly options: ConfigurationServiceOptions) {}

  /** Records nothing when the flag is already in the wanted state. */
  toggle(actor: Actor, input: ToggleFlagInput): Promise<ConfigurationResult> {
    return this.applyOne(actor, toggleEdit(input, ['input']));
  }

  /** Replaces what is given of the targeting. */
  set(actor: Actor, input: SetFlagConfigurationInput): Promise<ConfigurationResult> {
    return this.applyOne(actor, setEdit(input, ['input']));
  }

  /** Edits a part of the targeting. Records nothing when nothing is different. */
  edit<Name extends TargetingEditName>(
    actor: Actor,
    name: Name,
    input: EditedConfiguration & TargetingEditInputs[Name],
  ): Promise<ConfigurationResult> {
    return this.applyOne(actor, targetingEdit(name, input, ['input']));
  }

  copy(actor: Actor, input: CopyFlagConfigurationInput): Promise<ConfigurationResult> {
    return this.applyOne(actor, copyEdit(input, ['input']));
  }

  rollBack(actor: Actor, input: RollBackFlagConfigurationInput): Promise<ConfigurationResult> {
    return this.applyOne(actor, rollBackEdit(input, ['input']));
  }

  /** Applies all or none, as one change with one revision per environment. */
  async applyChangeSet(
    actor: Actor,
    input: { readonly projectId: string; readonly changes: readonly ConfigurationChangeInput[] },
  ): Promise<{ configurations: FlagConfigurationEntity[]; revisions: EnvironmentRevision[] }> {
    const edits = input.changes.slice(0, CHANGES_PER_SET_MAX).map(editOf);
    return this.options.changes.commit(actor, async (tx) => {
      const locked = await lockProjectFor(tx.connection, actor, input, 'flag:read');
      if (!locked) throw notFound('project', input.projectId, ['input', 'projectId']);
      const issues = changeSetIssues(input.changes.length, edits);
      if (issues.length > 0) throw new UserFault(issues);
      const { applied, revisions } = await this.apply(tx, locked, edits, 'CHANGE_SET_APPLIED');
      return { configurations: applied.map(({ after }) => after), revisions };
    });
  }

  private async applyOne(actor: Actor, edit: ConfigurationEdit): Promise<ConfigurationResult> {
    requireIdentity(actor);
    const [found] = await findFlagsByIds(this.options.database.connection, [edit.flagId]);
    return this.options.changes.commit(actor, async (tx) => {
      const target = { projectId: found?.projectId ?? '', environmentId: edit.environmentId };
      const locked = await lockProjectFor(tx.connection, actor, target, edit.permission);
      if (!locked) throw notFound('flag', edit.flagId, ['input', 'flagId']);
      const { applied, revisions } = await this.apply(tx, locked, [edit], edit.kind);
      const { flag, after, ruleId } = applied[0] as Applied;
      const rule = after.rules.find(({ id }) => id === ruleId);
      return { flag, configuration: after, rule: rule ? { flag, rule } : null, revisions };
    });
  }

  /**
   * Applies the edits in order; each sees the writes of those before it. When one is refused, the issues of all are thrown
   * together and the transaction is rolled back.
   */
  private async apply(
    tx: Transaction,
    locked: LockedProject,
    edits: readonly ConfigurationEdit[],
    kind: ConfigurationEdit['kind'] | 'CHANGE_SET_APPLIED',
  ): Promise<{ applied: Applied[]; revisions: EnvironmentRevision[] }> {
    const issues: Issue[] = [];
    const byConfiguration = new Map<string, Applied>();
    for (const edit of edits) {
      const outcome = await this.applyEdit(tx.connection, locked, edit, byConfiguration.get(configurationOf(edit)));
      if (outcome.issues) issues.push(...outcome.issues);
      else byConfiguration.set(configurationOf(edit), outcome.applied);
    }
    if (issues.length > 0) throw new UserFault(issues);
    const applied = [...byConfiguration.values()];
    const changed = applied.filter(({ before, after }) => before !== after);
    if (changed.length === 0) return { applied, revisions: [] };
    const flagIds = [...new Set(changed.map(({ flag }) => flag.id))];
    await touchFlags(tx.connection, flagIds, this.options.changes.now());
    const { project, actor } = locked;
    const revisions = await this.options.changes.record(tx, actor, {
      kind,
      organizationId: project.organizationId,
      projectId: project.id,
      items: changed.map(itemOf),
      deliveries: deliveriesOf(changed),
    });
    return { applied, revisions };
  }

  private async applyEdit(
    connection: Connection,
    { project, actor }: LockedProject,
    edit: ConfigurationEdit,
    earlier: Applied | undefined,
  ): Promise<{ issues: readonly Issue[] } | { issues: null; applied: Applied }> {
    const { flagId, environmentId, path } = edit;
    const [flag] = await findFlagsByIds(connection, [flagId]);
    const [environment] = await findEnvironmentsByIds(connection, [environmentId]);
    if (flag?.projectId !== project.id) return notFound('flag', flagId, [...path, 'flagId']);
    const whole = { organizationId: project.organizationId, projectId: project.id };
    const required = { permission: edit.permission, toSee: 'project:read' } as const;
    const isVisible = authorize(actor, required, { ...whole, environmentId }, whole);
    if (!isVisible || environment?.projectId !== project.id) {
      return notFound('environment', environmentId, [...path, 'environmentId']);
    }
    requireRole(actor, edit.permission, { ...whole, environmentId }, environment);
    if (flag.isArchived) {
      const message = `The flag ${quote(flag.key)} is archived; restore it first.`;
      return { issues: [{ code: 'ARCHIVED', message, path: [...path, 'flagId'] }] };
    }
    const before =
      earlier?.before ??
      (await findConfiguration(connection, flagId, environmentId)) ??
      initialConfiguration(flag, environmentId);
    const current = earlier?.after ?? before;
    const decision = await edit.decide({
      connection,
      flag,
      // Every edit of a configuration names the version before the first.
      before: { ...current, version: before.version },
      loadReferences: (input) => loadReferences(connection, flag, environmentId, input),
      maySee: (id) => permits(actor, 'environment:read', { ...whole, environmentId: id }),
    });
    if (decision.issues) return decision;
    const { next, ruleId } = decision;
    if (next === null) return { issues: null, applied: { flag, before, after: current, ruleId } };
    const after = { ...next, version: before.version + 1, updatedAt: this.options.changes.now() };
    if (current !== before) await saveConfigurationAgain(connection, after);
    // The project lock keeps other writers away, so only a defect can make this fail.
    else if (!(await saveConfiguration(connection, after))) throw new Error(`Configuration of ${flagId} changed under the lock.`);
    return { issues: null, applied: { flag, before, after, ruleId } };
  }
}

interface Applied {
  readonly flag: FlagEntity;
  readonly before: FlagConfigurationEntity;
  /** Equal to `before` (the same object) when nothing changed. */
  readonly after: FlagConfigurationEntity;
  readonly ruleId?: string | undefined;
}

function editOf(change: ConfigurationChangeInput, position: number): ConfigurationEdit {
  const path = ['input', 'changes', String(position)];
  if (change.toggleFlag) return toggleEdit(change.toggleFlag, [...path, 'toggleFlag']);
  if (change.setFlagConfiguration) return setEdit(change.setFlagConfiguration, [...path, 'setFlagConfiguration']);
  if (change.copyFlagConfiguration) return copyEdit(change.copyFlagConfiguration, [...path, 'copyFlagConfiguration']);
  if (change.rollBackFlagConfiguration) {
    return rollBackEdit(change.rollBackFlagConfiguration, [...path, 'rollBackFlagConfiguration']);
  }
  for (const name of Object.keys(TARGETING_EDITS) as TargetingEditName[]) {
    const edit = partialEdit(change, name, [...path, name]);
    if (edit) return edit;
  }
  throw new Error('A change of a change set is none of the known kinds.');
}

function partialEdit<Name extends TargetingEditName>(
  change: { readonly [N in Name]?: (EditedConfiguration & TargetingEditInputs[N]) | null },
  name: Name,
  path: Path,
): ConfigurationEdit | null {
  const input = change[name];
  return input ? targetingEdit(name, input, path) : null;
}

/** Which configuration an edit is of. */
function configurationOf({ flagId, environmentId }: ConfigurationEdit): string {
  return `${flagId} ${environmentId}`;
}

function changeSetIssues(count: number, edits: readonly ConfigurationEdit[]): Issue[] {
  if (count < 1 || count > CHANGES_PER_SET_MAX) {
    const message = `Changes of a change set: ${count} were given; 1 to ${CHANGES_PER_SET_MAX} are allowed.`;
    return [{ code: 'OUT_OF_RANGE', message, path: ['input', 'changes'] }];
  }
  const seen = new Set<string>();
  return edits.flatMap((edit): Issue[] => {
    const configuration = configurationOf(edit);
    if (edit.isPartial || !seen.has(configuration)) {
      if (!edit.isPartial) seen.add(configuration);
      return [];
    }
    const message = 'A configuration may appear only once in a change set.';
    return [{ code: 'DUPLICATE', message, path: edit.path }];
  });
}

function itemOf({ flag, before, after }: Applied): ChangeItemDraft {
  return {
    subjectKind: 'FLAG_CONFIGURATION',
    subjectId: configurationId(after),
    subjectKey: flag.key,
    parentId: flag.id,
    environmentId: after.environmentId,
    version: after.version,
    before: configurationBody(before),
    after: configurationBody(after),
  };
}

/** One delivery per environment, with its flags in the order of the edits. */
function deliveriesOf(changed: readonly Applied[]): Delivery[] {
  const environmentIds = [...new Set(changed.map(({ after }) => after.environmentId))];
  return environmentIds.map((environmentId) => ({
    environmentId,
    events: changed
      .filter(({ after }) => after.environmentId === environmentId)
      .map(({ flag, after }) => flagEvent('UPDATED', flag, after)),
  }));
}

/** Loads only what the input names: most targeting names no other flag and no segment. */
async function loadReferences(
  connection: Connection,
  flag: FlagEntity,
  environmentId: string,
  input: TargetingPatch,
): Promise<TargetingReferences> {
  const { projectId } = flag;
  const flagKeys = (input.prerequisites ?? []).map(({ flagKey }) => flagKey);
  const segmentKeys = segmentKeysOf(storedConditions((input.rules ?? []).flatMap((rule) => rule.conditions)));
  const named = flagKeys.length > 0 ? await findFlagsByKeys(connection, projectId, flagKeys) : [];
  const segments = segmentKeys.length > 0 ? await findSegmentsByKeys(connection, projectId, segmentKeys) : [];
  return {
    flag,
    segmentKeys: new Set(segments.map(({ key }) => key)),
    variationsOfFlags: new Map(named.map(({ key, variations }) => [key, variations.map((variation) => variation.key)])),
    archivedFlagKeys: new Set(named.filter((other) => other.isArchived).map(({ key }) => key)),
    // A flag without prerequisites of its own closes no cycle.
    prerequisitesOfFlags: flagKeys.length > 0 ? await findPrerequisiteKeys(connection, environmentId) : new Map(),
    newRuleId: () => newId('rule'),
  };
}
