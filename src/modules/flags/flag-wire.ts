/** The wire form of a flag in one environment, which evaluation reads, and what people read beside it. Pure. */
import type { SnapshotFlag } from '../../evaluation';
import { canonicalText } from '../changes/change-rules';
import type { FlagEvent, FlagEventKind } from '../changes/flag-event';
import type { FlagConfigurationEntity } from './flag-configuration-entity';
import type { FlagEntity } from './flag-entity';

/** The configuration of a flag that has no row in this environment. */
export function initialConfiguration(flag: FlagEntity, environmentId: string): FlagConfigurationEntity {
  return {
    flagId: flag.id,
    environmentId,
    isEnabled: false,
    offVariation: flag.offVariation,
    prerequisites: [],
    targets: [],
    rules: [],
    fallthrough: { variation: flag.onVariation },
    version: 0,
    updatedAt: null,
  };
}

export function wireOfFlag(flag: FlagEntity, configuration: FlagConfigurationEntity): SnapshotFlag {
  return {
    key: flag.key,
    version: flag.version + configuration.version,
    valueType: flag.valueType,
    isEnabled: configuration.isEnabled,
    isArchived: flag.isArchived,
    isClientAvailable: flag.isClientAvailable,
    salt: flag.salt,
    variations: flag.variations.map(({ key, value }) => ({ key, value })),
    offVariation: configuration.offVariation,
    prerequisites: configuration.prerequisites,
    targets: configuration.targets,
    rules: configuration.rules.map(({ name: _name, ...rule }) => rule),
    fallthrough: configuration.fallthrough,
  };
}

export function flagEvent(
  kind: Exclude<FlagEventKind, 'SEGMENT_UPDATED' | 'DELETED'>,
  flag: FlagEntity,
  configuration: FlagConfigurationEntity,
): FlagEvent {
  return {
    kind,
    flagKey: flag.key,
    flag: { label: { name: flag.name, tags: flag.tags }, wire: wireOfFlag(flag, configuration) },
  };
}

/** The opaque id of a configuration, made of the ids of its flag and its environment. */
export function configurationId({ flagId, environmentId }: { readonly flagId: string; readonly environmentId: string }): string {
  return `configuration_${flagId.split('_')[1]}_${environmentId.split('_')[1]}`;
}

/** The ids of the flag and the environment in a configuration's id; null for text that is not one. */
export function partsOfConfigurationId(id: string): { flagId: string; environmentId: string } | null {
  const parts = /^configuration_([0-9a-f]{32})_([0-9a-f]{32})$/.exec(id);
  return parts && { flagId: `flag_${parts[1]}`, environmentId: `environment_${parts[2]}` };
}

/** The flag as history keeps it. */
export function flagBody(flag: FlagEntity): object {
  const { id: _id, projectId: _projectId, createdAt: _createdAt, updatedAt: _updatedAt, changedAt: _changedAt, ...body } = flag;
  return body;
}

/** The configuration as history keeps it. */
export function configurationBody(configuration: FlagConfigurationEntity): object {
  const { flagId: _flagId, environmentId: _environmentId, updatedAt: _updatedAt, ...body } = configuration;
  return body;
}

/** Whether an update affects evaluation, and not only what people read. */
export function answersChange(before: FlagEntity, after: FlagEntity): boolean {
  return canonicalText(evaluated(before)) !== canonicalText(evaluated(after));
}

function evaluated({ isClientAvailable, salt, onVariation, offVariation, variations }: FlagEntity): object {
  return { isClientAvailable, salt, onVariation, offVariation, values: variations.map(({ key, value }) => [key, value]) };
}
