/** Compares two environments of a project. Pure. */
import {
  foldCase,
  WEIGHT_TOTAL,
  type AttributeOperator,
  type SnapshotAttributeCondition,
  type SnapshotCondition,
  type SnapshotServe,
  type SnapshotTarget,
} from '../../evaluation';
import { canonicalText } from '../changes/change-rules';
import type { FlagConfigurationEntity, StoredRule } from './flag-configuration-entity';
import type { FlagEntity } from './flag-entity';
import { initialConfiguration } from './flag-wire';

/** The operators whose two operands mean different things. */
const OPERATORS_OF_PAIRS: ReadonlySet<AttributeOperator> = new Set(['BETWEEN', 'MODULO']);

/** The operators of several operands that, with one, decide like another operator, whatever the type of the attribute. */
const OF_ONE_OPERAND: { readonly [operator in AttributeOperator]?: AttributeOperator } = { IN: 'EQUALS', NOT_IN: 'NOT_EQUALS' };

export interface ComparedFlag {
  readonly flag: FlagEntity;
  readonly left: FlagConfigurationEntity;
  readonly right: FlagConfigurationEntity;
}

type AnsweringConfiguration = Omit<FlagConfigurationEntity, 'flagId' | 'environmentId' | 'version' | 'updatedAt' | 'rules'> & {
  readonly rules: readonly (Omit<StoredRule, 'id' | 'name'> & { readonly id?: string })[];
};

/** The parts of a configuration that evaluation and people see, without version and time, whose differences mean nothing. */
export function comparableConfiguration(configuration: FlagConfigurationEntity): object {
  const { isEnabled, offVariation, prerequisites, targets, rules, fallthrough } = configuration;
  return { isEnabled, offVariation, prerequisites, targets, rules, fallthrough };
}

/**
 * Keeps what decides the answers of a configuration. Names are only read by people; the id of a rule, which the server draws, decides
 * which contexts its gate lets in and nothing else; a rule whose gate lets nobody in, and a share of weight 0, serve nobody; targets
 * and prerequisites are sets. What a disabled flag would do once enabled is kept, too.
 */
function answeringConfiguration(configuration: FlagConfigurationEntity): AnsweringConfiguration {
  const { isEnabled, offVariation, prerequisites, targets, rules, fallthrough } = configuration;
  return {
    isEnabled,
    offVariation,
    prerequisites: sortedBy(prerequisites, ({ flagKey }) => flagKey),
    targets: unorderedTargets(targets),
    rules: rules
      .filter(({ gate }) => gate?.weight !== 0)
      .map(({ id, name: _name, ...rule }) => {
        const answering = { ...rule, serve: answeringServe(rule.serve) };
        return hasPartialGate(rule) ? { id, ...answering } : answering;
      }),
    fallthrough: answeringServe(fallthrough),
  };
}

/** The same of two configurations, of which the right one has the conditions of the left one where they hold for the same contexts. */
export function answeringConfigurations(
  left: FlagConfigurationEntity,
  right: FlagConfigurationEntity,
): readonly [AnsweringConfiguration, AnsweringConfiguration] {
  const ofLeft = answeringConfiguration(left);
  const ofRight = answeringConfiguration(right);
  const rules = ofRight.rules.map((rule, index) => {
    const conditions = ofLeft.rules[index]?.conditions ?? [];
    return holdAlike(conditions, rule.conditions) ? { ...rule, conditions } : rule;
  });
  return [ofLeft, { ...ofRight, rules }];
}

/** Leaves out shares of weight 0: they end where they begin, so that the buckets of the others stay. */
function answeringServe(serve: SnapshotServe): SnapshotServe {
  const { rollout } = serve;
  if (rollout === undefined) return serve;
  return { rollout: { ...rollout, shares: rollout.shares.filter(({ weight }) => weight > 0) } };
}

/** Answers the same, with conditions, operands and segments in one form where their form decides nothing. */
function uniformConfiguration(configuration: FlagConfigurationEntity): object {
  const answering = answeringConfiguration(configuration);
  return { ...answering, rules: answering.rules.map((rule) => ({ ...rule, conditions: uniformConditions(rule.conditions) })) };
}

function holdAlike(left: readonly SnapshotCondition[], right: readonly SnapshotCondition[]): boolean {
  return canonicalText(uniformConditions(left)) === canonicalText(uniformConditions(right));
}

function unorderedTargets(targets: readonly SnapshotTarget[]): SnapshotTarget[] {
  const keysOf = (variation: string): string[] =>
    targets.flatMap((target) => (target.variation === variation ? target.targetingKeys : [])).sort();
  const variations = [...new Set(targets.map(({ variation }) => variation))].sort();
  return variations
    .map((variation) => ({ variation, targetingKeys: keysOf(variation) }))
    .filter(({ targetingKeys }) => targetingKeys.length > 0);
}

/** Order and repetitions decide nothing in a list of which all, or any, must hold, nor does a group of the same kind inside it. */
function uniformConditions(conditions: readonly SnapshotCondition[], kind: 'ALL' | 'ANY' = 'ALL'): SnapshotCondition[] {
  return distinctSorted(conditions.flatMap((condition) => uniformCondition(condition, kind)));
}

function uniformCondition(condition: SnapshotCondition, kind: 'ALL' | 'ANY'): SnapshotCondition[] {
  if ('segments' in condition) return [{ ...condition, segments: distinctSorted(condition.segments) }];
  if (!('group' in condition)) return [uniformAttributeCondition(condition)];
  const { group } = condition;
  const conditions = uniformConditions(condition.conditions, group === 'ALL' ? 'ALL' : 'ANY');
  const isTransparent = group === kind || (group !== 'NONE' && conditions.length === 1);
  return isTransparent ? conditions : [{ ...condition, conditions }];
}

function uniformAttributeCondition({ ignoreCase, ...condition }: SnapshotAttributeCondition): SnapshotAttributeCondition {
  if (OPERATORS_OF_PAIRS.has(condition.operator)) return condition;
  // Case has no meaning for numbers and booleans, which equal no text, and patterns fold case on their own.
  const isFolded = ignoreCase === true && condition.values.some((value) => typeof value === 'string');
  const isPattern = condition.operator === 'MATCHES' || condition.operator === 'NOT_MATCHES';
  const folded = condition.values.map((value) => (isFolded && !isPattern && typeof value === 'string' ? foldCase(value) : value));
  const values = distinctSorted(folded);
  const operator = values.length === 1 ? (OF_ONE_OPERAND[condition.operator] ?? condition.operator) : condition.operator;
  return { ...condition, operator, values, ...(isFolded ? { ignoreCase } : {}) };
}

function distinctSorted<T>(items: readonly T[]): T[] {
  const distinct = new Map(items.map((item) => [canonicalText(item), item]));
  return sortedBy([...distinct.values()], canonicalText);
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
    .filter((pair) => !isEqual(uniformConfiguration(pair.left), uniformConfiguration(pair.right)))
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
