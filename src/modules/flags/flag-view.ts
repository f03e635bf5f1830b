/** Joins parts of a configuration with the variations of their flag, as the API shows them. Pure. */
import type { SnapshotRollout, SnapshotServe, SnapshotShare, SnapshotTarget } from '../../evaluation';
import type { FlagConfigurationEntity, StoredRule } from './flag-configuration-entity';
import type { FlagEntity, StoredVariation } from './flag-entity';
import { initialConfiguration } from './flag-wire';

export interface RuleOfFlag {
  readonly flag: FlagEntity;
  readonly rule: StoredRule;
}
export interface TargetOfFlag {
  readonly flag: FlagEntity;
  readonly target: SnapshotTarget;
}
export interface ServeOfFlag {
  readonly flag: FlagEntity;
  readonly serve: SnapshotServe;
}
export interface RolloutOfFlag {
  readonly flag: FlagEntity;
  readonly rollout: SnapshotRollout;
}
export interface ShareOfFlag {
  readonly flag: FlagEntity;
  readonly share: SnapshotShare;
}

/** Finds a variation by its key. Validation on write and the refusal to remove used variations ensure that it exists. */
export function variationOf(flag: FlagEntity, key: string): StoredVariation {
  const variation = flag.variations.find((candidate) => candidate.key === key);
  if (!variation) throw new Error(`Flag ${flag.id} has no variation ${JSON.stringify(key)}.`);
  return variation;
}

/** One configuration per environment, in the order of the environments, whether or not it was ever set. */
export function configurationsIn(
  flag: FlagEntity,
  environmentIds: readonly string[],
  stored: readonly FlagConfigurationEntity[],
): FlagConfigurationEntity[] {
  const byEnvironment = new Map(stored.map((configuration) => [configuration.environmentId, configuration]));
  return environmentIds.map((id) => byEnvironment.get(id) ?? initialConfiguration(flag, id));
}
