/** The writes in a scene, as history keeps them and as environments hear of them. */
import type { Transaction } from '../../database/transaction';
import type { ChangeKind } from '../changes/change-kinds';
import type { ChangeService } from '../changes/change-service';
import type { FlagEvent } from '../changes/flag-event';
import type { EnvironmentRevision } from '../changes/head-repository';
import type { ChangeItemDraft, Delivery } from '../changes/record-change';
import { rowItem } from '../changes/row-item';
import { findEnvironmentsByProjectIds } from '../environments/environment-repository';
import { segmentBody } from '../segments/segment-rules';
import { segmentEvent } from '../segments/segment-wire';
import type { FlagConfigurationEntity } from './flag-configuration-entity';
import type { FlagEntity } from './flag-entity';
import { findConfigurationsByFlagIds, touchFlags } from './flag-repository';
import { configurationBody, configurationId, flagBody, flagEvent, initialConfiguration } from './flag-wire';
import type { ProjectScene, Written, WrittenConfiguration, WrittenFlag, WrittenSegment } from './project-scene';

/** Records everything that is different in the scene as one change, the last step of a transaction; nothing when nothing is. */
export async function recordScene(
  tx: Transaction,
  changes: ChangeService,
  scene: ProjectScene,
  kind: ChangeKind,
): Promise<EnvironmentRevision[]> {
  const different = differentIn(scene);
  if (different.length === 0) return [];
  const configured = different.flatMap((written) => (written.subject === 'FLAG_CONFIGURATION' ? [written.after.flagId] : []));
  if (configured.length > 0) await touchFlags(tx.connection, [...new Set(configured)], scene.now);
  return changes.record(tx, scene.actor, {
    kind,
    organizationId: scene.project.organizationId,
    projectId: scene.project.id,
    items: await itemsOf(scene, different),
    deliveries: await deliveriesOf(scene, different),
  });
}

/** Answers what is different now, in the order in which it was first written. */
export function differentIn(scene: ProjectScene): Written[] {
  return [...scene.written.values()].filter(({ before, after }) => before !== after);
}

/** One item for each thing that is different. */
export async function itemsOf(scene: ProjectScene, different: readonly Written[]): Promise<ChangeItemDraft[]> {
  const items: ChangeItemDraft[] = [];
  for (const written of different) {
    if (written.subject === 'FLAG') items.push(rowItem('FLAG', written, flagBody));
    else if (written.subject === 'SEGMENT') items.push(itemOfSegment(written));
    else items.push(await itemOfConfiguration(scene, written));
  }
  return items;
}

function itemOfSegment({ before, after, included, excluded }: WrittenSegment): ChangeItemDraft {
  if (before) return rowItem('SEGMENT', { before, after }, segmentBody);
  const body = { ...segmentBody(after), included, excluded };
  return rowItem('SEGMENT', { before, after }, () => body);
}

async function itemOfConfiguration(scene: ProjectScene, { before, after }: WrittenConfiguration): Promise<ChangeItemDraft> {
  const flag = await scene.findFlag(after.flagId);
  return {
    subjectKind: 'FLAG_CONFIGURATION',
    subjectId: configurationId(after),
    subjectKey: flag?.key ?? '',
    parentId: after.flagId,
    environmentId: after.environmentId,
    version: after.version,
    before: configurationBody(before),
    after: configurationBody(after),
  };
}

/**
 * One delivery for each environment that is concerned, with one event for each flag and segment that is different there. Flags and
 * segments themselves concern every environment of the project.
 */
export async function deliveriesOf(scene: ProjectScene, different: readonly Written[]): Promise<Delivery[]> {
  const flags = different.filter((written) => written.subject === 'FLAG');
  const configurations = different.filter((written) => written.subject === 'FLAG_CONFIGURATION');
  const isEverywhere = configurations.length < different.length;
  const environmentIds = isEverywhere
    ? (await findEnvironmentsByProjectIds(scene.connection, [scene.project.id])).map(({ id }) => id)
    : [...new Set(configurations.map(({ after }) => after.environmentId))];
  const stored =
    flags.length === 0 ? [] : await findConfigurationsByFlagIds(scene.connection, [...flags.map(({ after }) => after.id)]);
  const state: DeliveredState = {
    different,
    flags: new Map(flags.map((written) => [written.after.id, written])),
    configurations: new Map([...stored, ...configurations.map(({ after }) => after)].map((one) => [configurationId(one), one])),
    flagsOfConfigurations: await flagsOf(scene, configurations),
  };
  return environmentIds.map((environmentId) => ({ environmentId, events: eventsIn(environmentId, state) }));
}

interface DeliveredState {
  readonly different: readonly Written[];
  readonly flags: ReadonlyMap<string, WrittenFlag>;
  readonly configurations: ReadonlyMap<string, FlagConfigurationEntity>;
  readonly flagsOfConfigurations: ReadonlyMap<string, FlagEntity>;
}

async function flagsOf(scene: ProjectScene, configurations: readonly WrittenConfiguration[]): Promise<Map<string, FlagEntity>> {
  const flags = new Map<string, FlagEntity>();
  for (const { after } of configurations) {
    const flag = await scene.findFlag(after.flagId);
    if (flag) flags.set(flag.id, flag);
  }
  return flags;
}

function eventsIn(environmentId: string, state: DeliveredState): FlagEvent[] {
  const sent = new Set<string>();
  return state.different.flatMap((written): FlagEvent[] => {
    if (written.subject === 'SEGMENT') return [eventOfSegment(written)];
    const { after } = written;
    if (written.subject === 'FLAG_CONFIGURATION' && written.after.environmentId !== environmentId) return [];
    const flagId = 'flagId' in after ? after.flagId : after.id;
    const flag = state.flags.get(flagId)?.after ?? state.flagsOfConfigurations.get(flagId);
    if (!flag || sent.has(flagId)) return [];
    sent.add(flagId);
    const configuration = state.configurations.get(configurationId({ flagId, environmentId }));
    return [flagEvent(kindOf(state.flags.get(flagId)), flag, configuration ?? initialConfiguration(flag, environmentId))];
  });
}

function eventOfSegment({ after, included, excluded }: WrittenSegment): FlagEvent {
  return segmentEvent(after, { addedIncluded: included, addedExcluded: excluded });
}

/** Undefined: only configurations of the flag were written. */
function kindOf(written: WrittenFlag | undefined): 'CREATED' | 'UPDATED' | 'ARCHIVED' | 'RESTORED' {
  if (written?.before === null) return 'CREATED';
  if (!written || written.before.isArchived === written.after.isArchived) return 'UPDATED';
  return written.after.isArchived ? 'ARCHIVED' : 'RESTORED';
}
