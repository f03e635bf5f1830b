import { duplicateKey } from '../../database/constraint-errors';
import type { Connection, Database, Transaction } from '../../database/transaction';
import { Forbidden, UserFault } from '../../errors';
import { newId } from '../../ids';
import { permits, type Actor } from '../access/actor';
import { notFound } from '../access/absence';
import { requireIdentity } from '../access/authorize';
import type { Permission } from '../access/permissions';
import type { ChangeKind } from '../changes/change-kinds';
import type { ChangeService } from '../changes/change-service';
import type { FlagEvent } from '../changes/flag-event';
import type { EnvironmentRevision } from '../changes/head-repository';
import { staleIssues } from '../changes/stale-version';
import { segmentKeysOf, type RuleWithConditions } from '../../validation/condition-rules';
import { findEnvironmentsByProjectIds } from '../environments/environment-repository';
import type { ProjectEntity } from '../projects/project-entity';
import { findProjectsByIds } from '../projects/project-repository';
import { lockProjectFor, requireStrictestRole } from '../projects/project-service';
import type { SegmentEntity } from './segment-entity';
import type { SegmentList } from './segment-key-entity';
import {
  countKeys,
  deleteKeys,
  findKeys,
  findSegmentByKey,
  findSegmentRules,
  findSegmentsByIds,
  findSegmentsByKeys,
  insertKeys,
  insertSegment,
  updateSegment,
} from './segment-repository';
import {
  addedKeysIssues,
  planSegment,
  planSegmentUpdate,
  segmentBody,
  targetingKeysIssues,
  type CreateSegmentInput,
  type SegmentReferences,
} from './segment-rules';
import { segmentEvent } from './segment-wire';

export interface SegmentServiceOptions {
  readonly database: Database;
  readonly changes: ChangeService;
}

export interface UpdateSegmentInput {
  readonly segmentId: string;
  readonly expectedVersion: number;
  readonly name?: string | null;
  readonly description?: string | null;
  readonly rules?: readonly RuleWithConditions[] | null;
}

export interface SegmentResult {
  readonly segment: SegmentEntity;
  readonly revisions: EnvironmentRevision[];
}

/** A segment in a locked project. */
export interface LockedSegment {
  readonly project: ProjectEntity;
  readonly segment: SegmentEntity;
}

/** A change of a segment: what history keeps of it before and after, and what is delivered. */
export interface SegmentStep extends LockedSegment {
  readonly before: object | null;
  readonly after: object | null;
  readonly event: FlagEvent;
}

export class SegmentService {
  constructor(private readonly options: SegmentServiceOptions) {}

  /** Null when it does not exist or the actor may not see it. */
  async find(actor: Actor, id: string): Promise<SegmentEntity | null> {
    requireIdentity(actor);
    const [segment] = await findSegmentsByIds(this.options.database.connection, [id]);
    return this.ifVisible(actor, segment ?? null);
  }

  /** Null when it does not exist or the actor may not see it. */
  async findByKey(actor: Actor, projectId: string, key: string): Promise<SegmentEntity | null> {
    requireIdentity(actor);
    return this.ifVisible(actor, await findSegmentByKey(this.options.database.connection, projectId, key));
  }

  /** Throws `Forbidden` for an actor that may not read the segments of the project. */
  requireReader(actor: Actor, { organizationId, id: projectId }: ProjectEntity): void {
    if (!permits(actor, 'segment:read', { organizationId, projectId })) throw new Forbidden('segment:read');
  }

  /** Ordered by key; unknown keys are left out. The caller has authorized the actor for the project. */
  listByKeys(projectId: string, keys: readonly string[]): Promise<SegmentEntity[]> {
    return findSegmentsByKeys(this.options.database.connection, projectId, keys);
  }

  private async ifVisible(actor: Actor, segment: SegmentEntity | null): Promise<SegmentEntity | null> {
    if (!segment) return null;
    const [project] = await findProjectsByIds(this.options.database.connection, [segment.projectId]);
    if (!project) return null;
    const isVisible = permits(actor, 'segment:read', { organizationId: project.organizationId, projectId: project.id });
    return isVisible ? segment : null;
  }

  async create(actor: Actor, input: CreateSegmentInput): Promise<SegmentResult> {
    return this.options.changes.commit(
      actor,
      async (tx) => {
        const { projectId, key, included, excluded } = input;
        const locked = await lockProjectFor(tx.connection, actor, { projectId }, 'segment:create');
        if (!locked) throw notFound('project', projectId, ['input', 'projectId']);
        const { project } = locked;
        const existing = await loadReferences(tx.connection, projectId, key);
        const plan = planSegment(input, existing, { id: newId('segment'), now: this.options.changes.now() });
        if (plan.issues) throw new UserFault(plan.issues);
        const { segment } = plan;
        await insertSegment(tx.connection, segment);
        await insertKeys(tx.connection, segment.id, 'INCLUDED', included);
        await insertKeys(tx.connection, segment.id, 'EXCLUDED', excluded);
        const after = { ...segmentBody(segment), included, excluded };
        const event = segmentEvent(segment, { addedIncluded: included, addedExcluded: excluded });
        const revisions = await this.record(tx, actor, 'SEGMENT_CREATED', { project, segment, before: null, after, event });
        return { segment, revisions };
      },
      duplicateKey('segment_project_id_key_unique', 'segment', input.key),
    );
  }

  /** Absent fields keep their value. Records nothing when no value changes. */
  async update(actor: Actor, input: UpdateSegmentInput): Promise<SegmentResult> {
    return this.change(actor, input.segmentId, 'segment:update', async (tx, locked) => {
      const before = locked.segment;
      const existing = await loadReferences(tx.connection, before.projectId, before.key);
      const version = { current: before.version, expected: input.expectedVersion };
      const stale = await staleIssues(tx.connection, 'segment', { subjectId: before.id, ...version });
      const plan = planSegmentUpdate(before, input, existing);
      if (plan.issues || stale.length > 0) throw new UserFault([...stale, ...(plan.issues ?? [])]);
      if (plan.segment === before) return { segment: before, revisions: [] };
      const segment = { ...plan.segment, version: before.version + 1, updatedAt: this.options.changes.now() };
      const bodies = { before: segmentBody(before), after: segmentBody(segment) };
      await updateSegment(tx.connection, segment);
      const event = segmentEvent(segment);
      const revisions = await this.record(tx, actor, 'SEGMENT_UPDATED', { ...locked, segment, ...bodies, event });
      return { segment, revisions };
    });
  }

  async addKeys(
    actor: Actor,
    input: { readonly segmentId: string; readonly list: SegmentList; readonly keys: readonly string[] },
  ): Promise<SegmentResult & { addedCount: number }> {
    const { list, keys } = input;
    return this.change(actor, input.segmentId, 'segment:update', async (tx, locked) => {
      const malformed = targetingKeysIssues(keys, 1, ['input', 'keys']);
      if (malformed.length > 0) throw new UserFault(malformed);
      const { segment: before } = locked;
      const present = await findKeys(tx.connection, before.id, keys);
      const counts = (await countKeys(tx.connection, [before.id])).get(before.id);
      const issues = addedKeysIssues(keys, list, present, (counts?.included ?? 0) + (counts?.excluded ?? 0));
      if (issues.length > 0) throw new UserFault(issues);
      const added = keys.filter((key) => !present.has(key));
      if (added.length === 0) return { segment: before, addedCount: 0, revisions: [] };
      await insertKeys(tx.connection, before.id, list, added);
      const segment = await this.raiseVersion(tx, before);
      const event = segmentEvent(segment, list === 'INCLUDED' ? { addedIncluded: added } : { addedExcluded: added });
      const bodies = { before: { list, added: [] }, after: { list, added } };
      const revisions = await this.record(tx, actor, 'SEGMENT_KEYS_ADDED', { ...locked, segment, ...bodies, event });
      return { segment, addedCount: added.length, revisions };
    });
  }

  async removeKeys(
    actor: Actor,
    input: { readonly segmentId: string; readonly keys: readonly string[] },
  ): Promise<SegmentResult & { removedCount: number }> {
    return this.change(actor, input.segmentId, 'segment:update', async (tx, locked) => {
      const malformed = targetingKeysIssues(input.keys, 1, ['input', 'keys']);
      if (malformed.length > 0) throw new UserFault(malformed);
      const { segment: before } = locked;
      const present = await findKeys(tx.connection, before.id, input.keys);
      if (present.size === 0) return { segment: before, removedCount: 0, revisions: [] };
      const removed = [...present.keys()];
      await deleteKeys(tx.connection, before.id, removed);
      const segment = await this.raiseVersion(tx, before);
      const bodies = { before: { removed: Object.fromEntries(present) }, after: { removed: {} } };
      const event = segmentEvent(segment, { removed });
      const revisions = await this.record(tx, actor, 'SEGMENT_KEYS_REMOVED', { ...locked, segment, ...bodies, event });
      return { segment, removedCount: removed.length, revisions };
    });
  }

  /** Runs one change of one segment: locks the project, loads, authorizes. Later nouns use it, too. */
  async change<T>(
    actor: Actor,
    segmentId: string,
    permission: Permission,
    work: (tx: Transaction, locked: LockedSegment) => Promise<T>,
  ): Promise<T> {
    requireIdentity(actor);
    const [found] = await findSegmentsByIds(this.options.database.connection, [segmentId]);
    return this.options.changes.commit(actor, async (tx) => {
      const locked = await lockProjectFor(tx.connection, actor, { projectId: found?.projectId ?? '' }, permission);
      const [segment] = locked ? await findSegmentsByIds(tx.connection, [segmentId]) : [];
      if (!locked || !segment) throw notFound('segment', segmentId, ['input', 'segmentId']);
      await requireStrictestRole(tx.connection, locked.actor, locked.project, permission);
      return work(tx, { project: locked.project, segment });
    });
  }

  /** Records a revision in every environment of the project. */
  async record(
    tx: Transaction,
    actor: Actor,
    kind: ChangeKind,
    { project, segment, before, after, event }: SegmentStep,
  ): Promise<EnvironmentRevision[]> {
    const environments = await findEnvironmentsByProjectIds(tx.connection, [project.id]);
    return this.options.changes.record(tx, actor, {
      kind,
      organizationId: project.organizationId,
      projectId: project.id,
      items: [
        { subjectKind: 'SEGMENT', subjectId: segment.id, subjectKey: segment.key, version: segment.version, before, after },
      ],
      deliveries: environments.map(({ id }) => ({ environmentId: id, events: [event] })),
    });
  }

  private async raiseVersion(tx: Transaction, before: SegmentEntity): Promise<SegmentEntity> {
    const segment = { ...before, version: before.version + 1, updatedAt: this.options.changes.now() };
    await updateSegment(tx.connection, segment);
    return segment;
  }
}

async function loadReferences(connection: Connection, projectId: string, key: string): Promise<SegmentReferences> {
  const segments = await findSegmentRules(connection, projectId);
  const references = segments.map(
    (segment) => [segment.key, segmentKeysOf(segment.rules.flatMap((rule) => rule.conditions))] as const,
  );
  return {
    key,
    others: new Map(references.filter(([other]) => other !== key)),
    newRuleId: () => newId('rule'),
  };
}
