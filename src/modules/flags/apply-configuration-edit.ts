/** Applies one edit of a configuration in a scene, whether it comes alone or in a change set. */
import type { Issue } from '../../errors';
import { newId } from '../../ids';
import { absence } from '../access/absence';
import { requireRole } from '../access/authorize';
import { quote } from '../../evaluation';
import { segmentKeysOf, storedConditions } from '../../validation/condition-rules';
import type { ConfigurationEdit } from './configuration-edits';
import type { FlagConfigurationEntity } from './flag-configuration-entity';
import type { FlagEntity } from './flag-entity';
import { configurationId } from './flag-wire';
import type { ProjectScene } from './project-scene';
import type { TargetingPatch, TargetingReferences } from './targeting-rules';

export interface EditedFlag {
  readonly flag: FlagEntity;
  readonly configuration: FlagConfigurationEntity;
  /** The rule that was added or updated. */
  readonly ruleId?: string | undefined;
}

export type ConfigurationOutcome = { readonly issues: readonly Issue[] } | { readonly issues: null; readonly edited: EditedFlag };

/** Throws `Forbidden` for an actor that may see the environment but not edit there. */
export async function applyConfigurationEdit(scene: ProjectScene, edit: ConfigurationEdit): Promise<ConfigurationOutcome> {
  const { flagId, environmentId, path } = edit;
  const flag = await scene.findFlag(flagId);
  const environment = await scene.findEnvironment(environmentId);
  if (!flag) return { issues: [absent('flag', flagId, [...path, 'flagId'])] };
  if (!scene.allows(edit.permission, environmentId) || !environment) {
    return { issues: [absent('environment', environmentId, [...path, 'environmentId'])] };
  }
  requireRole(scene.actor, edit.permission, { ...scene.scope, environmentId }, environment);
  if (flag.isArchived) {
    const message = `The flag ${quote(flag.key)} is archived; restore it first.`;
    return { issues: [{ code: 'ARCHIVED', message, path: [...path, 'flagId'] }] };
  }
  const current = await scene.configurationOf(flag, environmentId);
  const decision = await edit.decide({
    scene,
    flag,
    // Every edit of a configuration names the version before the first.
    before: { ...current, version: scene.versionBefore(configurationId(current), current) },
    loadReferences: (input) => referencesOf(scene, flag, environmentId, input),
  });
  if (decision.issues) return decision;
  const configuration = await scene.writeConfiguration(flag, current, decision.next);
  return { issues: null, edited: { flag, configuration, ruleId: decision.ruleId } };
}

function absent(what: string, id: string, path: readonly string[]): Issue {
  return { code: 'NOT_FOUND', message: absence(what, id), path };
}

/** Loads only what the input names: most targeting names no other flag and no segment. */
async function referencesOf(
  scene: ProjectScene,
  flag: FlagEntity,
  environmentId: string,
  input: TargetingPatch,
): Promise<TargetingReferences> {
  const flagKeys = (input.prerequisites ?? []).map(({ flagKey }) => flagKey);
  const named = flagKeys.length > 0 ? await scene.findFlagsByKeys(flagKeys) : [];
  const conditions = (input.rules ?? []).flatMap((rule) => rule.conditions);
  return {
    flag,
    segmentKeys: await scene.knownSegmentKeys(segmentKeysOf(storedConditions(conditions))),
    variationsOfFlags: new Map(named.map(({ key, variations }) => [key, variations.map((variation) => variation.key)])),
    archivedFlagKeys: new Set(named.filter((other) => other.isArchived).map(({ key }) => key)),
    // A flag without prerequisites of its own closes no cycle.
    prerequisitesOfFlags: flagKeys.length > 0 ? await scene.prerequisitesIn(environmentId) : new Map<string, string[]>(),
    newRuleId: () => newId('rule'),
  };
}
