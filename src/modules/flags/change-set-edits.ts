/** The edits that a change set can have, and how each is applied in a scene. */
import type { Issue } from '../../errors';
import { newId } from '../../ids';
import { absence } from '../access/absence';
import type { Permission } from '../access/permissions';
import { staleIssues } from '../changes/stale-version';
import type { Path } from '../../validation/input-rules';
import { requireStrictestRole } from '../projects/project-service';
import { planSegment, planSegmentUpdate, type CreateSegmentInput } from '../segments/segment-rules';
import type { UpdateSegmentInput } from '../segments/segment-service';
import { applyConfigurationEdit } from './apply-configuration-edit';
import {
  copyEdit,
  moved,
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
import {
  decideFlagArchival,
  decideFlagCreation,
  decideFlagRestoration,
  decideFlagUpdate,
  takenFlagKey,
  type FlagBefore,
  type FlagDecision,
} from './flag-edits';
import type { CreateFlagInput, UpdateFlagInput } from './flag-rules';
import type { VersionedFlagInput } from './flag-service';
import { answersChange } from './flag-wire';
import type { NamedThings, ProjectScene } from './project-scene';
import type { TargetingEditInputs, TargetingEditName } from './targeting-edits';

type TargetingInputs = { readonly [Name in TargetingEditName]: EditedConfiguration & TargetingEditInputs[Name] };

/** The input of each kind of change. */
interface ChangeInputs extends TargetingInputs {
  readonly toggleFlag: ToggleFlagInput;
  readonly setFlagConfiguration: SetFlagConfigurationInput;
  readonly copyFlagConfiguration: CopyFlagConfigurationInput;
  readonly rollBackFlagConfiguration: RollBackFlagConfigurationInput;
  readonly createFlag: CreateFlagInput;
  readonly updateFlag: UpdateFlagInput & VersionedFlagInput;
  readonly archiveFlag: VersionedFlagInput;
  readonly restoreFlag: VersionedFlagInput;
  readonly createSegment: CreateSegmentInput;
  readonly updateSegment: UpdateSegmentInput;
}

/** One change of a change set. Exactly one is given, which GraphQL ensures. */
export type ChangeOfSetInput = { readonly [Name in keyof ChangeInputs]?: ChangeInputs[Name] | null };

/** One change of a change set, in whatever it changes. */
export interface SetEdit {
  readonly path: Path;
  /** The things that it names, which are read beforehand. */
  readonly names: NamedThings;
  /** The edit that a set can make of a thing only once, and the thing. Null: as often as wanted. */
  readonly once: { readonly what: string; readonly id: string } | null;
  /** The key of the flag that it creates. */
  readonly creates?: string;
  /** Answers everything that is wrong; the scene is changed only when that is nothing. */
  readonly apply: (scene: ProjectScene) => Promise<readonly Issue[]>;
}

type Editors = { readonly [Name in keyof ChangeInputs]: (input: ChangeInputs[Name], path: Path) => SetEdit };

const EDITORS: Editors = {
  toggleFlag: (input, path) => ofConfiguration(toggleEdit(input, path)),
  setFlagConfiguration: (input, path) => ofConfiguration(setEdit(input, path)),
  copyFlagConfiguration: (input, path) => ofConfiguration(copyEdit(input, path)),
  rollBackFlagConfiguration: (input, path) => ofConfiguration(rollBackEdit(input, path)),
  addRule: ofTargeting('addRule'),
  updateRule: ofTargeting('updateRule'),
  removeRule: ofTargeting('removeRule'),
  moveRules: ofTargeting('moveRules'),
  setTargets: ofTargeting('setTargets'),
  addTargets: ofTargeting('addTargets'),
  removeTargets: ofTargeting('removeTargets'),
  setRollout: ofTargeting('setRollout'),
  setPrerequisite: ofTargeting('setPrerequisite'),
  removePrerequisite: ofTargeting('removePrerequisite'),
  createFlag,
  updateFlag: (input, path) =>
    ofFlag(input, path, { permission: 'flag:update', what: 'An update of a flag' }, (scene, before) =>
      decideFlagUpdate(scene.connection, before, input),
    ),
  archiveFlag: (input, path) => ofFlag(input, path, ARCHIVING, (scene, before) => decideFlagArchival(scene.connection, before)),
  restoreFlag: (input, path) =>
    ofFlag(input, path, ARCHIVING, (scene, before) => decideFlagRestoration(scene.connection, before)),
  createSegment,
  updateSegment,
};

const ARCHIVING = { permission: 'flag:archive', what: 'Archiving or restoring a flag' } as const;

/** `position`: of the change in its set. */
export function editOfSet(change: ChangeOfSetInput, position: number): SetEdit {
  for (const name of Object.keys(EDITORS) as (keyof ChangeInputs)[]) {
    const edit = editBy(name, change, ['input', 'changes', String(position), name]);
    if (edit) return edit;
  }
  throw new Error('A change of a change set is none of the known kinds.');
}

function editBy<Name extends keyof ChangeInputs>(
  name: Name,
  change: { readonly [N in Name]?: ChangeInputs[N] | null },
  path: Path,
): SetEdit | null {
  const input = change[name];
  const edit: Editors[Name] = EDITORS[name];
  return input ? edit(input, path) : null;
}

function ofTargeting<Name extends TargetingEditName>(
  name: Name,
): (input: EditedConfiguration & TargetingEditInputs[Name], path: Path) => SetEdit {
  return (input, path) => ofConfiguration(targetingEdit(name, input, path));
}

function ofConfiguration(edit: ConfigurationEdit): SetEdit {
  const { flagId, environmentId, path } = edit;
  return {
    path,
    names: { flagId, environmentId },
    once: edit.isPartial ? null : { what: 'A configuration', id: `${flagId} ${environmentId}` },
    apply: async (scene) => (await applyConfigurationEdit(scene, edit)).issues ?? [],
  };
}

function createFlag(input: CreateFlagInput, path: Path): SetEdit {
  return {
    path,
    names: {},
    once: null,
    creates: input.key,
    apply: async (scene) => {
      const issues = projectIssues(scene, input.projectId, 'flag:create', path);
      if (issues.length > 0) return issues;
      const decision = await decideFlagCreation(scene.connection, scene, input, scene.now);
      const [taken] = await scene.findFlagsByKeys([input.key]);
      const all = [...(decision.issues ?? []), ...(taken ? [takenFlagKey(taken.key, taken.isArchived)] : [])];
      if (decision.issues || all.length > 0) return all.map((issue) => moved(issue, path));
      await scene.writeFlag(null, decision.next);
      return [];
    },
  };
}

interface FlagEditKind {
  readonly permission: Permission;
  /** The edit that a set can make of a flag only once. */
  readonly what: string;
}

function ofFlag(
  { flagId, expectedVersion }: VersionedFlagInput,
  path: Path,
  { permission, what }: FlagEditKind,
  decide: (scene: ProjectScene, before: FlagBefore) => Promise<FlagDecision>,
): SetEdit {
  const apply = async (scene: ProjectScene): Promise<readonly Issue[]> => {
    const flag = await scene.findFlag(flagId);
    if (!scene.allows(permission) || !flag) {
      return [{ code: 'NOT_FOUND', message: absence('flag', flagId), path: [...path, 'flagId'] }];
    }
    const version = { current: scene.versionBefore(flag.id, flag), expected: expectedVersion };
    const stale = await staleIssues(scene.connection, 'flag', { subjectId: flag.id, ...version });
    const decision = await decide(scene, { project: scene.project, flag, stale });
    if (decision.issues) return decision.issues.map((issue) => moved(issue, path));
    const { next } = decision;
    if (next === flag) return [];
    // A flag that is new is off everywhere; an update may change only texts, which affect no answer.
    if (!scene.isCreated(flag.id) && (permission !== 'flag:update' || answersChange(flag, next))) {
      await requireStrictestRole(scene.connection, scene.actor, scene.project, permission);
    }
    await scene.writeFlag(flag, next);
    return [];
  };
  return { path, names: { flagId }, once: { what, id: flagId }, apply };
}

function createSegment(input: CreateSegmentInput, path: Path): SetEdit {
  return {
    path,
    names: {},
    once: null,
    apply: async (scene) => {
      const issues = projectIssues(scene, input.projectId, 'segment:create', path);
      if (issues.length > 0) return issues;
      const stamp = { id: newId('segment'), now: scene.now };
      const plan = planSegment(input, await scene.segmentReferences(input.key), stamp);
      const isTaken = (await scene.knownSegmentKeys([input.key])).has(input.key);
      const message = `Another segment already has the key ${JSON.stringify(input.key)}.`;
      const taken: Issue[] = isTaken ? [{ code: 'DUPLICATE', message, path: ['input', 'key'] }] : [];
      if (plan.issues || isTaken) return [...(plan.issues ?? []), ...taken].map((issue) => moved(issue, path));
      await scene.writeSegment(null, plan.segment, input);
      return [];
    },
  };
}

function updateSegment(input: UpdateSegmentInput, path: Path): SetEdit {
  const { segmentId, expectedVersion } = input;
  const apply = async (scene: ProjectScene): Promise<readonly Issue[]> => {
    const segment = await scene.findSegment(segmentId);
    if (!scene.allows('segment:update') || !segment) {
      return [{ code: 'NOT_FOUND', message: absence('segment', segmentId), path: [...path, 'segmentId'] }];
    }
    await requireStrictestRole(scene.connection, scene.actor, scene.project, 'segment:update');
    const version = { current: segment.version, expected: expectedVersion };
    const stale = await staleIssues(scene.connection, 'segment', { subjectId: segment.id, ...version });
    const plan = planSegmentUpdate(segment, input, await scene.segmentReferences(segment.key));
    if (plan.issues || stale.length > 0) return [...stale, ...(plan.issues ?? [])].map((issue) => moved(issue, path));
    if (plan.segment !== segment) await scene.writeSegment(segment, plan.segment);
    return [];
  };
  return { path, names: { segmentId }, once: { what: 'An update of a segment', id: segmentId }, apply };
}

/** Refuses to create something in another project than that of the set, and for an actor that may not. */
function projectIssues(scene: ProjectScene, projectId: string, permission: Permission, path: Path): Issue[] {
  if (!scene.allows(permission)) throw new Error('An actor that sees no project got past its lock.');
  if (projectId === scene.project.id) return [];
  return [{ code: 'INVALID', message: 'A change set creates only in its own project.', path: [...path, 'projectId'] }];
}
