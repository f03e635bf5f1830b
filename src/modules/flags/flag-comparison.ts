/** Compares two environments of a project. Pure. */
import { WEIGHT_TOTAL, type AttributeOperator, type SnapshotCondition, type SnapshotTarget } from '../../evaluation';
import { canonicalText } from '../changes/change-rules';
import type { FlagConfigurationEntity, StoredRule } from './flag-configuration-entity';
import type { FlagEntity } from './flag-entity';
import { initialConfiguration } from './flag-wire';

/** The operators whose two operands mean different things. */
const OPERATORS_OF_PAIRS: ReadonlySet<AttributeOperator> = new Set(['BETWEEN', 'MODULO']);

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

/**
 * Keeps what decides the answers of a configuration. Names are only read by people; the id of a rule, which the server draws, decides
 * which contexts its gate lets in and nothing else; targets and prerequisites are sets. What a disabled flag would do once enabled is
 * kept, too.
 */
export function answeringConfiguration(configuration: FlagConfigurationEntity): object {
  const { isEnabled, offVariation, prerequisites, targets, rules, fallthrough } = configuration;
  return {
    isEnabled,
    offVariation,
    prerequisites: sortedBy(prerequisites, ({ flagKey }) => flagKey),
    targets: unorderedTargets(targets),
    rules: rules.map(({ id, name: _name, ...rule }) => (hasPartialGate(rule) ? { id, ...rule } : rule)),
    fallthrough,
  };
}

/** Answers the same, with conditions, operands and segments in one order where their order decides nothing. */
function unordered(configuration: FlagConfigurationEntity): object {
  const rules = configuration.rules.map((rule) => ({ ...rule, conditions: unorderedConditions(rule.conditions) }));
  return answeringConfiguration({ ...configuration, rules });
}

function unorderedTargets(targets: readonly SnapshotTarget[]): SnapshotTarget[] {
  const keysOf = (variation: string): string[] =>
    targets.flatMap((target) => (target.variation === variation ? target.targetingKeys : [])).sort();
  const variations = [...new Set(targets.map(({ variation }) => variation))].sort();
  return variations
    .map((variation) => ({ variation, targetingKeys: keysOf(variation) }))
    .filter(({ targetingKeys }) => targetingKeys.length > 0);
}

function unorderedConditions(conditions: readonly SnapshotCondition[]): SnapshotCondition[] {
  const each = conditions.map((condition): SnapshotCondition => {
    if ('group' in condition) return { ...condition, conditions: unorderedConditions(condition.conditions) };
    if ('segments' in condition) return { ...condition, segments: [...new Set(condition.segments)].sort() };
    if (OPERATORS_OF_PAIRS.has(condition.operator)) return condition;
    const distinct = new Map(condition.values.map((value) => [canonicalText(value), value]));
    return { ...condition, values: sortedBy([...distinct.values()], canonicalText) };
  });
  return sortedBy(each, canonicalText);
}

function hasPartialGate({ gate }: Pick<StoredRule, 'gate'>): boolean {
  return gate !== undefined && gate.weight > 0 && gate.weight < WEIGHT_TOTAL;
}

function sortedBy<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  const keyed = items.map((item) => ({ key: keyOf(item), item }));
  return keyed.sort((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key))).map(({ item }) => item);
}

/** The flags that can be answered differently, ordered by key. `isEqual` compares two JSON values regardless of key order. */
export function compareFlags(
  flags: readonly FlagEntity[],
  [left, right]: readonly [EnvironmentConfigurations, EnvironmentConfigurations],
  isEqual: (a: object, b: object) => boolean,
): ComparedFlag[] {
  return flags
    .map((flag) => ({ flag, left: configurationIn(flag, left), right: configurationIn(flag, right) }))
    .filter((pair) => !isEqual(unordered(pair.left), unordered(pair.right)))
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
