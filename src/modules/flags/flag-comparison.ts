/** Compares two environments of a project. Pure. */
import type { FlagConfigurationEntity } from './flag-configuration-entity';
import type { FlagEntity } from './flag-entity';
import { initialConfiguration } from './flag-wire';

export interface ComparedFlag {
  readonly flag: FlagEntity;
  readonly left: FlagConfigurationEntity;
  readonly right: FlagConfigurationEntity;
}

/** The parts of a configuration that evaluation and people see, without version and time, whose differences mean nothing. */
export function comparableConfiguration(configuration: FlagConfigurationEntity): object {
  const { isEnabled, offVariation, prerequisites, targets, rules, fallthrough } = configuration;
  return { isEnabled, offVariation, prerequisites, targets, rules, fallthrough };
}

/** The flags that behave differently, ordered by key. `isEqual` compares two JSON values regardless of key order. */
export function compareFlags(
  flags: readonly FlagEntity[],
  [left, right]: readonly [EnvironmentConfigurations, EnvironmentConfigurations],
  isEqual: (a: object, b: object) => boolean,
): ComparedFlag[] {
  return flags
    .map((flag) => ({ flag, left: configurationIn(flag, left), right: configurationIn(flag, right) }))
    .filter((pair) => !isEqual(comparableConfiguration(pair.left), comparableConfiguration(pair.right)))
    .sort((a, b) => (a.flag.key < b.flag.key ? -1 : 1));
}

export interface EnvironmentConfigurations {
  readonly environmentId: string;
  /** Configurations by flag id; only those that were ever set. */
  readonly configurations: ReadonlyMap<string, FlagConfigurationEntity>;
}

function configurationIn(
  flag: FlagEntity,
  { environmentId, configurations }: EnvironmentConfigurations,
): FlagConfigurationEntity {
  return configurations.get(flag.id) ?? initialConfiguration(flag, environmentId);
}
