/** Two environments of a project held against each other. Pure. */
import type { FlagConfigurationEntity } from './flag-configuration-entity';
import type { FlagEntity } from './flag-entity';
import { initialConfiguration } from './flag-wire';

export interface ComparedFlag {
  readonly flag: FlagEntity;
  readonly left: FlagConfigurationEntity;
  readonly right: FlagConfigurationEntity;
}

/** What evaluation and people see of a configuration; not its version or time, which differ without meaning. */
export function comparableConfiguration(configuration: FlagConfigurationEntity): object {
  const { isEnabled, offVariation, prerequisites, targets, rules, fallthrough } = configuration;
  return { isEnabled, offVariation, prerequisites, targets, rules, fallthrough };
}

/** The flags that behave differently, by key. `isEqual` compares two values of JSON whatever the order of their keys. */
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
  /** By flag id; only those that were ever set. */
  readonly configurations: ReadonlyMap<string, FlagConfigurationEntity>;
}

function configurationIn(
  flag: FlagEntity,
  { environmentId, configurations }: EnvironmentConfigurations,
): FlagConfigurationEntity {
  return configurations.get(flag.id) ?? initialConfiguration(flag, environmentId);
}
