import type { Connection } from '../../database/transaction';
import { newId } from '../../ids';
import { segmentKeysOf } from '../../validation/condition-rules';
import { permits, type Actor } from '../access/actor';
import { authorize } from '../access/authorize';
import type { Permission } from '../access/permissions';
import type { EnvironmentEntity } from '../environments/environment-entity';
import { findEnvironmentsByIds } from '../environments/environment-repository';
import type { ProjectEntity } from '../projects/project-entity';
import type { LockedProject } from '../projects/project-service';
import type { SegmentEntity } from '../segments/segment-entity';
import {
  findSegmentRules,
  findSegmentsByIds,
  findSegmentsByKeys,
  insertKeys,
  insertSegment,
  updateSegment,
} from '../segments/segment-repository';
import type { SegmentReferences } from '../segments/segment-rules';
import type { FlagConfigurationEntity } from './flag-configuration-entity';
import type { FlagEntity } from './flag-entity';
import {
  findConfiguration,
  findConfigurationsIn,
  findFlagsByIds,
  findFlagsByKeys,
  findPrerequisiteKeys,
  insertFlag,
  saveConfiguration,
  saveConfigurationAgain,
  updateFlag,
} from './flag-repository';
import { configurationId, initialConfiguration } from './flag-wire';

/** A flag that was written. `before` null: it was created. */
export interface WrittenFlag {
  readonly subject: 'FLAG';
  readonly before: FlagEntity | null;
  readonly after: FlagEntity;
}

/** A configuration that was edited. `after` is the same object as `before` when nothing was different. */
export interface WrittenConfiguration {
  readonly subject: 'FLAG_CONFIGURATION';
  readonly before: FlagConfigurationEntity;
  readonly after: FlagConfigurationEntity;
}

/** A segment that was written. `before` null: it was created, with these keys. */
export interface WrittenSegment {
  readonly subject: 'SEGMENT';
  readonly before: SegmentEntity | null;
  readonly after: SegmentEntity;
  readonly included: readonly string[];
  readonly excluded: readonly string[];
}

export type Written = WrittenFlag | WrittenConfiguration | WrittenSegment;

/** Ids that an edit names. */
export interface NamedThings {
  readonly flagId?: string;
  readonly environmentId?: string;
  readonly segmentId?: string;
}

/** Begins an id that names, by its key, a flag that the same change set creates. */
const NEW = 'new:';

/**
 * A locked project as one transaction sees it: what was read once is kept, and what is written goes to the database at once,
 * so that statements see it, too. A thing that is written several times gets one new version.
 */
export class ProjectScene {
  readonly project: ProjectEntity;
  readonly actor: Actor;
  /** Everything that was written, in the order in which it was first written. */
  readonly written = new Map<string, Written>();

  private readonly flags = new Map<string, FlagEntity>();
  private readonly flagIds = new Map<string, string>();
  private readonly environments = new Map<string, EnvironmentEntity>();
  private readonly configurations = new Map<string, FlagConfigurationEntity>();
  private readonly prerequisites = new Map<string, Map<string, string[]>>();
  private readonly segments = new Map<string, SegmentEntity>();
  private readonly segmentKeys = new Set<string>();
  /** Segment key -> keys of the segments that its rules name. */
  private links: Map<string, readonly string[]> | null = null;

  constructor(
    readonly connection: Connection,
    { project, actor }: LockedProject,
    readonly now: Date,
  ) {
    this.project = project;
    this.actor = actor;
  }

  /** Reads what many edits name by few statements. */
  async load(named: readonly NamedThings[]): Promise<void> {
    const { connection } = this;
    const distinct = (ids: readonly (string | undefined)[]): string[] => [...new Set(ids)].filter((id) => id !== undefined);
    this.keepFlags(await findFlagsByIds(connection, distinct(named.map(({ flagId }) => flagId))));
    const environments = await findEnvironmentsByIds(connection, distinct(named.map(({ environmentId }) => environmentId)));
    for (const environment of environments) this.keepEnvironment(environment);
    const segments = await findSegmentsByIds(connection, distinct(named.map(({ segmentId }) => segmentId)));
    for (const segment of segments) this.keepSegment(segment);
    const places = named.flatMap(({ flagId = '', environmentId = '' }) =>
      this.flags.has(flagId) && this.environments.has(environmentId) ? [{ flagId, environmentId }] : [],
    );
    for (const configuration of await findConfigurationsIn(connection, places)) this.keepConfiguration(configuration);
    for (const { flagId, environmentId } of places) {
      const flag = this.flags.get(flagId);
      if (!flag || this.configurations.has(configurationId({ flagId, environmentId }))) continue;
      this.keepConfiguration(initialConfiguration(flag, environmentId));
    }
  }

  /** Whether the actor may; throws `Forbidden` when it may see the project but not do this. */
  allows(permission: Permission, environmentId: string | null = null): boolean {
    const whole = this.scope;
    const scope = environmentId === null ? whole : { ...whole, environmentId };
    return authorize(this.actor, { permission, toSee: 'project:read' }, scope, whole);
  }

  /** Whether the actor may read an environment of the project. */
  maySee(environmentId: string): boolean {
    return permits(this.actor, 'environment:read', { ...this.scope, environmentId });
  }

  get scope(): { readonly organizationId: string; readonly projectId: string } {
    return { organizationId: this.project.organizationId, projectId: this.project.id };
  }

  /** The flag as it is now; null when the project has none with this id. `new:` and a key name one that was created here. */
  async findFlag(id: string): Promise<FlagEntity | null> {
    const created = id.startsWith(NEW) ? this.flagIds.get(id.slice(NEW.length)) : undefined;
    if (created !== undefined) return this.isCreated(created) ? (this.flags.get(created) ?? null) : null;
    if (!this.flags.has(id)) this.keepFlags(await findFlagsByIds(this.connection, [id]));
    return this.flags.get(id) ?? null;
  }

  async findFlagsByKeys(keys: readonly string[]): Promise<FlagEntity[]> {
    const unread = keys.filter((key) => !this.flagIds.has(key));
    if (unread.length > 0) this.keepFlags(await findFlagsByKeys(this.connection, this.project.id, unread));
    const ids = new Set(keys.flatMap((key) => this.flagIds.get(key) ?? []));
    return [...ids].flatMap((id) => this.flags.get(id) ?? []);
  }

  /** Null when the project has no such environment. */
  async findEnvironment(id: string): Promise<EnvironmentEntity | null> {
    if (!this.environments.has(id)) {
      for (const environment of await findEnvironmentsByIds(this.connection, [id])) this.keepEnvironment(environment);
    }
    return this.environments.get(id) ?? null;
  }

  /** The configuration as it is now; the initial one when it was never set. */
  async configurationOf(flag: FlagEntity, environmentId: string): Promise<FlagConfigurationEntity> {
    const known = this.configurations.get(configurationId({ flagId: flag.id, environmentId }));
    // A configuration that was never set follows the flag's defaults, which an edit may have changed.
    if (known) return known.version === 0 ? initialConfiguration(flag, environmentId) : known;
    const stored = this.isCreated(flag.id) ? null : await findConfiguration(this.connection, flag.id, environmentId);
    return this.keepConfiguration(stored ?? initialConfiguration(flag, environmentId));
  }

  /** Flag key -> keys of its prerequisites in the environment, for flags that have any. */
  async prerequisitesIn(environmentId: string): Promise<ReadonlyMap<string, readonly string[]>> {
    const known = this.prerequisites.get(environmentId);
    if (known) return known;
    const read = await findPrerequisiteKeys(this.connection, environmentId);
    this.prerequisites.set(environmentId, read);
    return read;
  }

  async findSegment(id: string): Promise<SegmentEntity | null> {
    if (!this.segments.has(id)) {
      for (const segment of await findSegmentsByIds(this.connection, [id])) this.keepSegment(segment);
    }
    return this.segments.get(id) ?? null;
  }

  /** The keys among these that segments of the project have. */
  async knownSegmentKeys(keys: readonly string[]): Promise<ReadonlySet<string>> {
    const unread = keys.filter((key) => !this.segmentKeys.has(key));
    const found = unread.length > 0 ? await findSegmentsByKeys(this.connection, this.project.id, unread) : [];
    for (const { key } of found) this.segmentKeys.add(key);
    return new Set(keys.filter((key) => this.segmentKeys.has(key)));
  }

  /** The other segments that a segment with this key may refer to. */
  async segmentReferences(key: string): Promise<SegmentReferences> {
    this.links ??= new Map((await findSegmentRules(this.connection, this.project.id)).map(linksOf));
    const others = new Map(this.links);
    others.delete(key);
    return { key, others, newRuleId: () => newId('rule') };
  }

  /** Version of a thing before everything that was written here: 0 for what was created. */
  versionBefore(id: string, current: { readonly version: number }): number {
    const written = this.written.get(id);
    return written ? (written.before?.version ?? 0) : current.version;
  }

  isCreated(id: string): boolean {
    return this.written.get(id)?.before === null;
  }

  /** Writes a flag, null before when it is new; answers it with its version and times. */
  async writeFlag(before: FlagEntity | null, next: FlagEntity): Promise<FlagEntity> {
    const earlier = this.written.get(next.id);
    const first = earlier?.subject === 'FLAG' ? earlier.before : before;
    const after = { ...next, version: (first?.version ?? 0) + 1, updatedAt: this.now, changedAt: this.now };
    if (before === null) await insertFlag(this.connection, after);
    else await mustWrite(updateFlag(this.connection, after, before.version), next.id);
    this.keepFlags([after]);
    this.written.set(after.id, { subject: 'FLAG', before: first, after });
    return after;
  }

  /** Writes a configuration; `next` null: it is so already. Answers it with its version and time. */
  async writeConfiguration(
    flag: FlagEntity,
    current: FlagConfigurationEntity,
    next: FlagConfigurationEntity | null,
  ): Promise<FlagConfigurationEntity> {
    const id = configurationId(current);
    const earlier = this.written.get(id);
    const isWritten = earlier?.subject === 'FLAG_CONFIGURATION' && earlier.before !== earlier.after;
    const before = isWritten ? earlier.before : current;
    const after = next ? { ...next, version: before.version + 1, updatedAt: this.now } : current;
    if (next && isWritten) await saveConfigurationAgain(this.connection, after);
    else if (next) await mustWrite(saveConfiguration(this.connection, after), id);
    this.keepConfiguration(after);
    const prerequisites = after.prerequisites.map(({ flagKey }) => flagKey);
    this.prerequisites.get(after.environmentId)?.set(flag.key, prerequisites);
    this.written.set(id, { subject: 'FLAG_CONFIGURATION', before, after });
    return after;
  }

  /** Writes a segment, null before when it is new; answers it with its version and time. */
  async writeSegment(
    before: SegmentEntity | null,
    next: SegmentEntity,
    { included, excluded }: Pick<WrittenSegment, 'included' | 'excluded'> = { included: [], excluded: [] },
  ): Promise<SegmentEntity> {
    const after = { ...next, version: (before?.version ?? 0) + 1, updatedAt: this.now };
    if (before === null) {
      await insertSegment(this.connection, after);
      if (included.length > 0) await insertKeys(this.connection, after.id, 'INCLUDED', included);
      if (excluded.length > 0) await insertKeys(this.connection, after.id, 'EXCLUDED', excluded);
    } else await mustWrite(updateSegment(this.connection, after), next.id);
    this.keepSegment(after);
    this.links?.set(...linksOf(after));
    this.written.set(after.id, { subject: 'SEGMENT', before, after, included, excluded });
    return after;
  }

  private keepFlags(flags: readonly FlagEntity[]): readonly FlagEntity[] {
    const own = flags.filter(({ projectId }) => projectId === this.project.id);
    for (const flag of own) {
      this.flags.set(flag.id, flag);
      this.flagIds.set(flag.key, flag.id);
    }
    return own;
  }

  private keepEnvironment(environment: EnvironmentEntity): void {
    if (environment.projectId === this.project.id) this.environments.set(environment.id, environment);
  }

  private keepSegment(segment: SegmentEntity): void {
    if (segment.projectId !== this.project.id) return;
    this.segments.set(segment.id, segment);
    this.segmentKeys.add(segment.key);
  }

  private keepConfiguration(configuration: FlagConfigurationEntity): FlagConfigurationEntity {
    this.configurations.set(configurationId(configuration), configuration);
    return configuration;
  }
}

function linksOf({ key, rules }: Pick<SegmentEntity, 'key' | 'rules'>): [string, readonly string[]] {
  return [key, segmentKeysOf(rules.flatMap((rule) => rule.conditions))];
}

/** The project's lock keeps other writers away, so only a defect can make a write fail. */
async function mustWrite(write: Promise<boolean>, what: string): Promise<void> {
  if (!(await write)) throw new Error(`${what} changed under the lock.`);
}
