import type { Database } from '../../database/transaction';
import { UserFault } from '../../errors';
import type { Actor } from '../access/actor';
import { notFound } from '../access/absence';
import { requireIdentity } from '../access/authorize';
import type { ChangeService } from '../changes/change-service';
import type { EnvironmentRevision } from '../changes/head-repository';
import { lockProjectFor } from '../projects/project-service';
import { applyConfigurationEdit } from './apply-configuration-edit';
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
import { findFlagsByIds } from './flag-repository';
import type { RuleOfFlag } from './flag-view';
import { ProjectScene } from './project-scene';
import { recordScene } from './scene-changes';
import type { TargetingEditInputs, TargetingEditName } from './targeting-edits';

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

/** Changes how flags behave in environments. Each change is one edit in one transaction; change sets make many. */
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

  private async applyOne(actor: Actor, edit: ConfigurationEdit): Promise<ConfigurationResult> {
    requireIdentity(actor);
    const [found] = await findFlagsByIds(this.options.database.connection, [edit.flagId]);
    return this.options.changes.commit(actor, async (tx) => {
      const target = { projectId: found?.projectId ?? '', environmentId: edit.environmentId };
      const locked = await lockProjectFor(tx.connection, actor, target, edit.permission);
      if (!locked) throw notFound('flag', edit.flagId, ['input', 'flagId']);
      const scene = new ProjectScene(tx.connection, locked, this.options.changes.now());
      const outcome = await applyConfigurationEdit(scene, edit);
      if (outcome.issues) throw new UserFault(outcome.issues);
      const { flag, configuration, ruleId } = outcome.edited;
      const revisions = await recordScene(tx, this.options.changes, scene, edit.kind);
      const rule = configuration.rules.find(({ id }) => id === ruleId);
      return { flag, configuration, rule: rule ? { flag, rule } : null, revisions };
    });
  }
}
