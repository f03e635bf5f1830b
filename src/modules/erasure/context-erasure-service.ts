import { groupRows } from '../../database/group-rows';
import type { Connection, Database } from '../../database/transaction';
import { UserFault, type Issue } from '../../errors';
import { newId } from '../../ids';
import type { Actor } from '../access/actor';
import { notFound } from '../access/absence';
import { authorize, requireIdentity } from '../access/authorize';
import { currentActor } from '../access/current-actor';
import { mentionsTargetingKey, type ErasureRecord } from '../changes/change-rules';
import type { ChangeService } from '../changes/change-service';
import {
  eraseBodies,
  findBodiesWithKey,
  findEnds,
  findLastRevisionWithKey,
  forgetRevisions,
  type FoundBody,
  type SearchedTo,
} from '../changes/erasure-repository';
import { IDEMPOTENCY_LIFETIME_MS } from '../changes/idempotency-repository';
import type { EnvironmentRevision } from '../changes/head-repository';
import type { ChangeItemDraft } from '../changes/record-change';
import { quote } from '../../evaluation';
import { inPlaces } from '../../validation/input-rules';
import { lockOrganization, lockProjectsOfOrganization } from '../organizations/organization-repository';
import type { OrganizationEntity } from '../organizations/organization-entity';
import { targetingKeysIssues } from '../segments/segment-rules';
import { findProjectAndEnvironmentIds, findTargetingKeyUses } from '../flags/targeting-key-repository';

export interface ContextErasureServiceOptions {
  readonly database: Database;
  readonly changes: ChangeService;
}

export interface EraseContextDataInput {
  readonly organizationId: string;
  readonly targetingKey: string;
}

const USES_NAMED_MAX = 100;
/** The bodies that one item of the erasure record lists: about 100 kB. */
const BODIES_PER_ITEM = 10_000;
/** The longest life of a transaction: what was committed after a search began has a time at most this much before it. */
const TRANSACTION_LIFETIME_MS = 300_000;

/** The findings of a search through an organization's audit log. */
interface Found {
  readonly bodies: readonly FoundBody[];
  /** Environment id -> the last revision that names the key. */
  readonly revisions: ReadonlyMap<string, number>;
}

/** Erases what the audit log holds of one context. Lives here and not in changes, because it reads the flags. */
export class ContextErasureService {
  constructor(private readonly options: ContextErasureServiceOptions) {}

  /**
   * Runs the long search before it takes any lock; under the locks of the organization and all its projects it searches
   * only what was committed since. Records nothing when there was nothing to erase.
   */
  async erase(
    caller: Actor,
    input: EraseContextDataInput,
  ): Promise<{ erasedBodyCount: number; revisions: EnvironmentRevision[] }> {
    requireIdentity(caller);
    mayErase(caller, input);
    const issues = targetingKeysIssues([input.targetingKey], 1, ['input', 'targetingKey']);
    if (issues.length > 0) throw new UserFault(issues.map((issue) => ({ ...issue, path: ['input', 'targetingKey'] })));
    const { changes, database } = this.options;
    const began = changes.now().getTime();
    const searched = await findEnds(database.connection, input.organizationId);
    const early = await search(database.connection, input, NOTHING, searched);
    await this.forgetResults(database.connection, input, new Date(began - IDEMPOTENCY_LIFETIME_MS));
    return changes.commit(caller, async (tx) => {
      const organization = await lockOrganization(tx.connection, input.organizationId);
      const actor = await currentActor(tx.connection, caller, input.organizationId);
      mayErase(actor, input);
      if (!organization) throw noOrganization(input);
      await lockProjectsOfOrganization(tx.connection, organization.id);
      await refuseWhileInUse(tx.connection, input);
      const late = await search(tx.connection, input, searched, await findEnds(tx.connection, organization.id));
      await this.forgetResults(tx.connection, input, new Date(began - TRANSACTION_LIFETIME_MS));
      const bodies = await eraseBodies(tx.connection, [...early.bodies, ...late.bodies]);
      const lasts = new Map([...early.revisions, ...late.revisions]);
      if (bodies.length === 0 && lasts.size === 0) return { erasedBodyCount: 0, revisions: [] };
      const revisions = await forgetRevisions(tx.connection, lasts);
      for (const { environmentId } of revisions) tx.raisedHeads.add(environmentId);
      await changes.record(tx, actor, {
        kind: 'PERSONAL_DATA_ERASED',
        organizationId: organization.id,
        projectId: null,
        deliveries: [],
        items: erasureItems(organization, bodies),
      });
      return { erasedBodyCount: bodies.length, revisions };
    });
  }

  /** Stored results name their projects or environments, so those of other organizations stay. */
  private async forgetResults(connection: Connection, input: EraseContextDataInput, since: Date): Promise<void> {
    const ids = await findProjectAndEnvironmentIds(connection, input.organizationId);
    await this.options.changes.forgetResults(connection, since, (result) => {
      if (!mentionsTargetingKey(result, input.targetingKey)) return false;
      const text = JSON.stringify(result);
      return ids.some((id) => text.includes(id));
    });
  }
}

const NOTHING: SearchedTo = { sequence: 0, revisions: new Map() };

/** Searches what was committed after `from`, up to `to`. */
async function search(
  connection: Connection,
  { organizationId, targetingKey }: EraseContextDataInput,
  from: SearchedTo,
  to: SearchedTo,
): Promise<Found> {
  const range = { from: from.sequence, to: to.sequence };
  const bodies = await findBodiesWithKey(connection, organizationId, targetingKey, range);
  const revisions = new Map<string, number>();
  for (const [environmentId, end] of to.revisions) {
    const part = { from: from.revisions.get(environmentId) ?? 0, to: end };
    const last = await findLastRevisionWithKey(connection, environmentId, targetingKey, part);
    if (last !== null) revisions.set(environmentId, last);
  }
  return { bodies, revisions };
}

function mayErase(actor: Actor, input: EraseContextDataInput): void {
  const { organizationId } = input;
  const required = { permission: 'audit:erase', toSee: 'organization:read' } as const;
  if (!authorize(actor, required, { organizationId })) throw noOrganization(input);
}

function noOrganization({ organizationId }: EraseContextDataInput): UserFault {
  return notFound('organization', organizationId, ['input', 'organizationId']);
}

/** Reports one problem per project, so that its keys belong to one project. Never names the targeting key. */
async function refuseWhileInUse(connection: Connection, input: EraseContextDataInput): Promise<void> {
  const uses = await findTargetingKeyUses(connection, input.organizationId, input.targetingKey, USES_NAMED_MAX);
  const issues = [...groupRows(uses, ({ projectKey }) => projectKey)].map(([projectKey, found]): Issue => {
    const message = `The targeting key is still used ${inPlaces(found.length)} of the project ${quote(projectKey)}; remove it there first.`;
    const usedBy = found.map(({ projectKey: _projectKey, ...use }) => use);
    return { code: 'IN_USE', message, path: ['input', 'targetingKey'], usedBy };
  });
  if (issues.length > 0) throw new UserFault(issues);
}

/** Splits the bodies into lists of bounded length; one empty list when only revisions were erased. */
function erasureItems({ key }: OrganizationEntity, bodies: readonly FoundBody[]): ChangeItemDraft[] {
  const lists = Array.from({ length: Math.max(1, Math.ceil(bodies.length / BODIES_PER_ITEM)) }, (_, i) =>
    bodies.slice(i * BODIES_PER_ITEM, (i + 1) * BODIES_PER_ITEM),
  );
  return lists.map((list) => {
    const after: ErasureRecord = { erasedBodies: list.map(({ path }) => path) };
    return { subjectKind: 'ERASURE', subjectId: newId('erasure'), subjectKey: key, version: 1, before: null, after };
  });
}
