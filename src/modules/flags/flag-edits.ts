/** Decides what each kind of edit makes of a flag, under the lock of its project. Paths begin at the input of the single mutation. */
import { randomBytes } from 'node:crypto';
import type { Connection } from '../../database/transaction';
import type { Issue } from '../../errors';
import { newId } from '../../ids';
import { isMember } from '../access/access-repository';
import type { Actor } from '../access/actor';
import { idHint } from '../access/absence';
import { canonicalText } from '../changes/change-rules';
import { quote } from '../../evaluation';
import { inPlaces, unstorable } from '../../validation/input-rules';
import type { ProjectEntity } from '../projects/project-entity';
import type { FlagEntity } from './flag-entity';
import { findConfigurationsByFlagIds, findFlagsByKeys } from './flag-repository';
import { planFlag, planFlagUpdate, withDefaults, type CreateFlagInput, type UpdateFlagInput } from './flag-rules';
import { flagBody } from './flag-wire';
import { findDependents } from './usage-repository';
import { variationUses } from './variation-uses';

/** `next` is the same object when nothing would be different. The caller sets version and times. */
export type FlagDecision = { readonly issues: readonly Issue[] } | { readonly issues: null; readonly next: FlagEntity };

/** A flag in its project, and whether the caller has read another version than the current one. */
export interface FlagBefore {
  readonly project: ProjectEntity;
  readonly flag: FlagEntity;
  readonly stale: readonly Issue[];
}

/** Decides a new flag, off in every environment. Whether the key is free, the caller asks. */
export async function decideFlagCreation(
  connection: Connection,
  { project, actor }: { readonly project: ProjectEntity; readonly actor: Actor },
  input: CreateFlagInput,
  now: Date,
): Promise<FlagDecision> {
  const salt = randomBytes(12).toString('base64url');
  const ownerId = input.ownerId ?? (actor.kind === 'USER' ? actor.id : null);
  const plan = planFlag({ ...input, ownerId }, { id: newId('flag'), salt, now });
  const issues = [...(plan.issues ?? []), ...(await ownerIssues(connection, project, input.ownerId))];
  return plan.issues || issues.length > 0 ? { issues } : { issues: null, next: plan.flag };
}

/** Absent fields keep their value. */
export async function decideFlagUpdate(
  connection: Connection,
  { project, flag, stale }: FlagBefore,
  input: UpdateFlagInput,
): Promise<FlagDecision> {
  if (flag.isArchived) return { issues: [...stale, archivedIssue(flag)] };
  // An owner who has left the organization meanwhile stays, so that a form can be saved as it was read.
  const newOwner = input.ownerId === flag.ownerId ? null : input.ownerId;
  const uses = removesVariations(flag, input) ? await variationUses(connection, withDefaults(flag, input)) : [];
  const plan = planFlagUpdate(flag, input, uses);
  const issues = [...stale, ...(plan.issues ?? []), ...(await ownerIssues(connection, project, newOwner))];
  if (plan.issues || issues.length > 0) return { issues };
  const isSame = canonicalText(flagBody(plan.flag)) === canonicalText(flagBody(flag));
  return { issues: null, next: isSame ? flag : plan.flag };
}

/** Refused while another flag that is not archived has it as a prerequisite. */
export async function decideFlagArchival(connection: Connection, { flag, stale }: FlagBefore): Promise<FlagDecision> {
  if (stale.length > 0) return { issues: stale };
  if (flag.isArchived) return { issues: [archivedIssue(flag)] };
  const issues = await dependentIssues(connection, flag, (dependent) => !dependent.isArchived);
  return issues.length > 0 ? { issues } : { issues: null, next: { ...flag, isArchived: true } };
}

/** Refused for a flag that would be off for everybody because a prerequisite of it is archived. */
export async function decideFlagRestoration(connection: Connection, { flag, stale }: FlagBefore): Promise<FlagDecision> {
  if (stale.length > 0) return { issues: stale };
  if (!flag.isArchived) return { issues: [notArchivedIssue(flag)] };
  const issues = await archivedPrerequisiteIssues(connection, flag);
  return issues.length > 0 ? { issues } : { issues: null, next: { ...flag, isArchived: false } };
}

const USES_NAMED_MAX = 100;

/** Names the flags that have this one as a prerequisite, as far as they count. */
export async function dependentIssues(
  connection: Connection,
  flag: FlagEntity,
  counts: (dependent: { readonly isArchived: boolean }) => boolean,
): Promise<Issue[]> {
  const dependents = (await findDependents(connection, [flag.id])).filter(counts);
  if (dependents.length === 0) return [];
  const usedBy = dependents
    .slice(0, USES_NAMED_MAX)
    .map(({ flagKey, segmentKey, environmentKey, environmentId }) => ({ flagKey, segmentKey, environmentKey, environmentId }));
  const message = `The flag ${quote(flag.key)} is a prerequisite ${inPlaces(dependents.length)}.`;
  return [{ code: 'IN_USE', message, path: ['input', 'flagId'], usedBy }];
}

export function notArchivedIssue(flag: FlagEntity): Issue {
  const message = `The flag ${quote(flag.key)} is not archived; archive it first.`;
  return { code: 'NOT_ARCHIVED', message, path: ['input', 'flagId'] };
}

/** The issue of a key that a flag has already. Flags that are archived are in few lists, so a caller may not know that there is one. */
export function takenFlagKey(key: string, isArchived: boolean): Issue {
  const message = isArchived
    ? `The archived flag ${quote(key)} has this key; restore it, or delete it to use its key for another flag.`
    : `Another flag already has the key ${JSON.stringify(key)}.`;
  return { code: 'DUPLICATE', message, path: ['input', 'key'] };
}

function archivedIssue(flag: FlagEntity): Issue {
  const message = `The flag ${quote(flag.key)} is archived; restore it first.`;
  return { code: 'ARCHIVED', message, path: ['input', 'flagId'] };
}

function removesVariations({ variations }: FlagEntity, input: UpdateFlagInput): boolean {
  const kept = new Set(input.variations?.map(({ key }) => key));
  return Boolean(input.variations) && variations.some(({ key }) => !kept.has(key));
}

async function archivedPrerequisiteIssues(connection: Connection, flag: FlagEntity): Promise<Issue[]> {
  const configurations = await findConfigurationsByFlagIds(connection, [flag.id]);
  const keys = configurations.flatMap(({ prerequisites }) => prerequisites.map(({ flagKey }) => flagKey));
  const archivedKeys = (await findFlagsByKeys(connection, flag.projectId, keys)).filter((other) => other.isArchived);
  if (archivedKeys.length === 0) return [];
  const names = archivedKeys.map(({ key }) => quote(key)).join(', ');
  const message = `The flag ${quote(flag.key)} has prerequisites that are archived; restore them first: ${names}.`;
  return [{ code: 'ARCHIVED', message, path: ['input', 'flagId'] }];
}

async function ownerIssues(connection: Connection, project: ProjectEntity, ownerId: string | null | undefined): Promise<Issue[]> {
  if (ownerId === null || ownerId === undefined) return [];
  if (!unstorable(ownerId) && (await isMember(connection, project.organizationId, ownerId))) return [];
  const message = `The organization has no member ${quote(ownerId)}.${idHint('member', ownerId)}`;
  return [{ code: 'NOT_FOUND', message, path: ['input', 'ownerId'] }];
}
