/** Decides what each kind of edit makes of a configuration, given its state before. */
import type { Issue } from '../../errors';
import { idHint } from '../access/absence';
import type { Permission } from '../access/permissions';
import { findBodyOfVersion } from '../changes/change-repository';
import type { ChangeKind } from '../changes/change-kinds';
import { canonicalText } from '../changes/change-rules';
import { staleIssues } from '../changes/stale-version';
import { quote } from '../../evaluation';
import { type Path } from '../../validation/input-rules';
import type { FlagConfigurationEntity } from './flag-configuration-entity';
import type { FlagEntity } from './flag-entity';
import { comparableConfiguration } from './flag-comparison';
import { configurationId, initialConfiguration } from './flag-wire';
import type { ProjectScene } from './project-scene';
import { TARGETING_EDITS, type TargetingEditInputs, type TargetingEditName } from './targeting-edits';
import {
  inputOfTargeting,
  planPatch,
  planTargeting,
  type Targeting,
  type TargetingPatch,
  type TargetingReferences,
} from './targeting-rules';

export interface ToggleFlagInput {
  readonly flagId: string;
  readonly environmentId: string;
  readonly isEnabled: boolean;
}

/** Which configuration an edit changes, and the version that its caller has read. */
export interface EditedConfiguration {
  readonly flagId: string;
  readonly environmentId: string;
  readonly expectedVersion: number;
}

export interface SetFlagConfigurationInput extends EditedConfiguration, TargetingPatch {}

export interface CopyFlagConfigurationInput {
  readonly flagId: string;
  readonly fromEnvironmentId: string;
  readonly environmentId: string;
  readonly expectedVersion: number;
  readonly withIsEnabled: boolean;
}

export interface RollBackFlagConfigurationInput {
  readonly flagId: string;
  readonly environmentId: string;
  readonly expectedVersion: number;
  readonly toVersion: number;
}

/** The state that an edit may read, under the lock of the project. */
export interface EditScene {
  readonly scene: ProjectScene;
  readonly flag: FlagEntity;
  readonly before: FlagConfigurationEntity;
  readonly loadReferences: (input: TargetingPatch) => Promise<TargetingReferences>;
}

/** `next` null: the configuration is already so. The caller sets its version and time. `ruleId`: the rule that was edited. */
export type EditDecision =
  | { readonly issues: readonly Issue[] }
  | { readonly issues: null; readonly next: FlagConfigurationEntity | null; readonly ruleId?: string };

/** One change of one configuration. */
export interface ConfigurationEdit {
  readonly flagId: string;
  readonly environmentId: string;
  readonly permission: Permission;
  readonly kind: ChangeKind;
  /** Whether it changes a part, so that a change set may have several of one configuration. */
  readonly isPartial: boolean;
  /** The path of its input in the arguments. */
  readonly path: Path;
  readonly decide: (scene: EditScene) => Promise<EditDecision>;
}

export function toggleEdit({ flagId, environmentId, isEnabled }: ToggleFlagInput, path: Path): ConfigurationEdit {
  return {
    flagId,
    environmentId,
    permission: 'flag:toggle',
    kind: 'FLAG_TOGGLED',
    isPartial: false,
    path,
    decide: async ({ before }) => ({ issues: null, next: before.isEnabled === isEnabled ? null : { ...before, isEnabled } }),
  };
}

export function setEdit(input: SetFlagConfigurationInput, path: Path): ConfigurationEdit {
  const { flagId, environmentId } = input;
  return {
    flagId,
    environmentId,
    permission: 'flag:update',
    kind: 'FLAG_CONFIGURATION_SET',
    isPartial: false,
    path,
    decide: async (scene) => {
      const stale = await staleConfiguration(scene, input.expectedVersion, path);
      const { before } = scene;
      const plan = planPatch(input, before, await scene.loadReferences(input));
      if (plan.issues) return { issues: [...stale, ...plan.issues.map((issue) => moved(issue, path))] };
      if (stale.length > 0) return { issues: stale };
      return { issues: null, next: { ...before, ...plan.targeting, isEnabled: input.isEnabled ?? before.isEnabled } };
    },
  };
}

/** An edit of a part of the targeting. */
export function targetingEdit<Name extends TargetingEditName>(
  name: Name,
  input: EditedConfiguration & TargetingEditInputs[Name],
  path: Path,
): ConfigurationEdit {
  const { kind, names, plan } = TARGETING_EDITS[name];
  const { flagId, environmentId, expectedVersion } = input;
  return {
    flagId,
    environmentId,
    permission: 'flag:update',
    kind,
    isPartial: true,
    path,
    decide: async (scene) => {
      const { before } = scene;
      const stale = await staleConfiguration(scene, expectedVersion, path);
      const planned = plan(input, before, await scene.loadReferences(names?.(input, before) ?? {}));
      if (planned.issues) return { issues: [...stale, ...planned.issues.map((issue) => moved(issue, path))] };
      if (stale.length > 0) return { issues: stale };
      return { issues: null, next: unlessSame({ ...before, ...planned.targeting }, before), ruleId: planned.ruleId };
    },
  };
}

export function copyEdit(input: CopyFlagConfigurationInput, path: Path): ConfigurationEdit {
  const { flagId, environmentId, fromEnvironmentId, withIsEnabled } = input;
  return {
    flagId,
    environmentId,
    permission: 'flag:update',
    kind: 'FLAG_CONFIGURATION_COPIED',
    isPartial: false,
    path,
    decide: async (scene) => {
      const source = await findSource(scene, fromEnvironmentId);
      if (!source) {
        const message = `There is no environment ${quote(fromEnvironmentId)} in the flag's project.${idHint('environment', fromEnvironmentId)}`;
        return { issues: [{ code: 'NOT_FOUND', message, path: [...path, 'fromEnvironmentId'] }] };
      }
      const isEnabled = withIsEnabled ? source.isEnabled : scene.before.isEnabled;
      return reuse(scene, { ...source, isEnabled }, input.expectedVersion, [path, 'fromEnvironmentId']);
    },
  };
}

export function rollBackEdit(input: RollBackFlagConfigurationInput, path: Path): ConfigurationEdit {
  const { flagId, environmentId, toVersion } = input;
  return {
    flagId,
    environmentId,
    permission: 'flag:update',
    kind: 'FLAG_CONFIGURATION_ROLLED_BACK',
    isPartial: false,
    path,
    decide: async (scene) => {
      const earlier = await findEarlier(scene, toVersion);
      if (earlier) return reuse(scene, earlier, input.expectedVersion, [path, 'toVersion']);
      const message = `The configuration has no version ${toVersion} on record.`;
      return { issues: [{ code: 'NOT_FOUND', message, path: [...path, 'toVersion'] }] };
    },
  };
}

type Reusable = Targeting & { readonly isEnabled: boolean };

/** Checks targeting again that was valid elsewhere or earlier: what it refers to may be gone. */
async function reuse(
  scene: EditScene,
  source: Reusable,
  expectedVersion: number,
  [path, field]: readonly [Path, string],
): Promise<EditDecision> {
  const stale = await staleConfiguration(scene, expectedVersion, path);
  const input = inputOfTargeting(source);
  const plan = planTargeting(input, await scene.loadReferences(input));
  if (plan.issues) {
    // The caller did not write the targeting, so issues can only point at its source.
    return { issues: [...stale, ...plan.issues.map((issue) => ({ ...issue, path: [...path, field] }))] };
  }
  if (stale.length > 0) return { issues: stale };
  const next = { ...scene.before, ...plan.targeting, isEnabled: source.isEnabled };
  return { issues: null, next: unlessSame(next, scene.before) };
}

/** Null when nothing is different. */
function unlessSame(next: FlagConfigurationEntity, before: FlagConfigurationEntity): FlagConfigurationEntity | null {
  const isSame = canonicalText(comparableConfiguration(next)) === canonicalText(comparableConfiguration(before));
  return isSame ? null : next;
}

function staleConfiguration({ scene, before }: EditScene, expected: number, path: Path): Promise<readonly Issue[]> {
  const version = { current: before.version, expected };
  return staleIssues(scene.connection, 'configuration', { subjectId: configurationId(before), ...version }, [
    ...path,
    'expectedVersion',
  ]);
}

/** Null when the environment is not in the flag's project, or the actor may not see it. */
async function findSource({ scene, flag }: EditScene, environmentId: string): Promise<Reusable | null> {
  const environment = await scene.findEnvironment(environmentId);
  return environment && scene.maySee(environmentId) ? scene.configurationOf(flag, environmentId) : null;
}

async function findEarlier({ scene, flag, before }: EditScene, version: number): Promise<Reusable | null> {
  if (version === 0) return initialConfiguration(flag, before.environmentId);
  const body = await findBodyOfVersion(scene.connection, configurationId(before), version);
  return body?.after ? (JSON.parse(body.after) as Reusable) : null;
}

/** Moves the path of an issue: rules know paths from `input` down, but the input of a change set is deeper. */
export function moved(issue: Issue, path: Path): Issue {
  return { ...issue, path: [...path, ...(issue.path ?? []).slice(1)] };
}
