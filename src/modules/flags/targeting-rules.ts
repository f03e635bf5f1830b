/** What the targeting of a flag in one environment must look like, so that the core can decide it. Pure. */
import {
  checkAttributeCondition,
  findCycle,
  type AttributeOperator,
  type GroupOperator,
  type JsonValue,
  type SegmentOperator,
  type SnapshotCondition,
  type SnapshotServe,
} from '../../evaluation';
import type { Issue } from '../../errors';
import {
  countIssues,
  hasUnstorableText,
  keyIssues,
  NAME_LENGTH_MAX,
  quote,
  repeatedPositions,
  textIssues,
  type Path,
} from '../input-rules';
import type { FlagConfigurationEntity, StoredRule } from './flag-configuration-entity';
import type { FlagEntity } from './flag-entity';
import { VARIATIONS_MAX } from './flag-rules';

const RULES_MAX = 200;
const CONDITIONS_PER_RULE_MAX = 50;
const GROUP_DEPTH_MAX = 8;
const SEGMENTS_PER_CONDITION_MAX = 100;
const TARGETING_KEYS_MAX = 1_000;
const TARGETING_KEY_LENGTH_MAX = 1_000;
const PREREQUISITES_MAX = 20;
/** The whole, in thousandths of a percent. */
const WEIGHT_TOTAL = 100_000;

export interface TargetingInput {
  readonly isEnabled?: boolean | null;
  readonly offVariation: string;
  readonly prerequisites: readonly { readonly flagKey: string; readonly variation: string }[];
  readonly targets: readonly { readonly variation: string; readonly targetingKeys: readonly string[] }[];
  readonly rules: readonly RuleInput[];
  readonly fallthrough: ServeInput;
}

export interface RuleInput {
  readonly id?: string | null;
  readonly name?: string | null;
  readonly conditions: readonly ConditionInput[];
  readonly gate?: { readonly bucketBy: string; readonly weight: number } | null;
  readonly serve: ServeInput;
}

/** Exactly one of the two is given; GraphQL sees to it. */
export interface ServeInput {
  readonly variation?: string | null;
  readonly rollout?: RolloutInput | null;
}

export interface RolloutInput {
  readonly bucketBy: string;
  readonly whenMissing: string;
  readonly shares: readonly { readonly variation: string; readonly weight: number }[];
}

/** Exactly one of the three is given; GraphQL sees to it. */
export interface ConditionInput {
  readonly attribute?: AttributeConditionInput | null;
  readonly segment?: { readonly operator: SegmentOperator; readonly segments: readonly string[] } | null;
  readonly group?: { readonly group: GroupOperator; readonly conditions: readonly ConditionInput[] } | null;
}

export interface AttributeConditionInput {
  readonly attribute: string;
  readonly operator: AttributeOperator;
  readonly values: readonly unknown[];
  readonly ignoreCase: boolean;
}

/** What stands around the flag. */
export interface TargetingSurroundings {
  readonly flag: Pick<FlagEntity, 'key' | 'variations'>;
  readonly segmentKeys: ReadonlySet<string>;
  /** Every flag that the prerequisites name and that exists: its variations' keys. */
  readonly variationsOfFlags: ReadonlyMap<string, readonly string[]>;
  /** Prerequisites of the other flags in this environment. */
  readonly prerequisitesOfFlags: ReadonlyMap<string, readonly string[]>;
  readonly newRuleId: () => string;
}

export type Targeting = Pick<FlagConfigurationEntity, 'offVariation' | 'prerequisites' | 'targets' | 'rules' | 'fallthrough'>;

export type TargetingPlan = { readonly issues: readonly Issue[] } | { readonly issues: null; readonly targeting: Targeting };

/** The targeting in stored form, or everything that is wrong with the input. */
export function planTargeting(input: TargetingInput, around: TargetingSurroundings): TargetingPlan {
  const issues = [
    ...variationIssues(input.offVariation, around, ['input', 'offVariation']),
    ...prerequisitesIssues(input, around),
    ...targetsIssues(input, around),
    ...rulesIssues(input, around),
    ...serveIssues(input.fallthrough, around, ['input', 'fallthrough']),
  ];
  if (issues.length > 0) return { issues };
  return {
    issues: null,
    targeting: {
      offVariation: input.offVariation,
      prerequisites: input.prerequisites.map(({ flagKey, variation }) => ({ flagKey, variation })),
      targets: input.targets.map(({ variation, targetingKeys }) => ({ variation, targetingKeys })),
      rules: input.rules.map((rule) => storedRule(rule, around)),
      fallthrough: storedServe(input.fallthrough),
    },
  };
}

function variationIssues(key: string, around: TargetingSurroundings, path: Path): Issue[] {
  if (around.flag.variations.some((variation) => variation.key === key)) return [];
  return [{ code: 'NOT_FOUND', message: `The flag has no variation ${quote(key)}.`, path }];
}

function prerequisitesIssues({ prerequisites }: TargetingInput, around: TargetingSurroundings): Issue[] {
  const path = ['input', 'prerequisites'];
  const issues = countIssues('Prerequisites', prerequisites.length, 0, PREREQUISITES_MAX, path);
  if (issues.length > 0) return issues;
  prerequisites.forEach(({ flagKey, variation }, position) => {
    const at = [...path, String(position)];
    const variations = around.variationsOfFlags.get(flagKey);
    if (!variations) {
      const message = `The project has no flag ${quote(flagKey)}.`;
      issues.push({ code: 'NOT_FOUND', message, path: [...at, 'flagKey'] });
    } else if (!variations.includes(variation)) {
      const message = `The flag ${quote(flagKey)} has no variation ${quote(variation)}.`;
      issues.push({ code: 'NOT_FOUND', message, path: [...at, 'variation'] });
    }
  });
  const flagKeys = prerequisites.map(({ flagKey }) => flagKey);
  for (const position of repeatedPositions(flagKeys)) {
    const message = `The flag ${quote(flagKeys[position] ?? '')} is a prerequisite twice.`;
    issues.push({ code: 'DUPLICATE', message, path: [...path, String(position), 'flagKey'] });
  }
  const cycle = findCycle(new Map(around.prerequisitesOfFlags).set(around.flag.key, flagKeys));
  if (cycle) {
    const message = `The prerequisites would go in a circle: ${cycle.map(quote).join(' -> ')}.`;
    issues.push({ code: 'CYCLE', message, path });
  }
  return issues;
}

function targetsIssues({ targets }: TargetingInput, around: TargetingSurroundings): Issue[] {
  const path = ['input', 'targets'];
  const issues = countIssues('Targets', targets.length, 0, VARIATIONS_MAX, path);
  const total = targets.reduce((sum, target) => sum + target.targetingKeys.length, 0);
  issues.push(...countIssues('Targeting keys of all targets', total, 0, TARGETING_KEYS_MAX, path));
  if (issues.length > 0) return issues;
  const seen = new Set<string>();
  targets.forEach((target, position) => {
    const at = [...path, String(position)];
    issues.push(...variationIssues(target.variation, around, [...at, 'variation']));
    target.targetingKeys.forEach((key, keyPosition) => {
      const keyPath = [...at, 'targetingKeys', String(keyPosition)];
      if (key === '') issues.push({ code: 'BLANK', message: 'A targeting key must not be empty.', path: keyPath });
      issues.push(...textIssues('Targeting key', key, keyPath, TARGETING_KEY_LENGTH_MAX));
      if (seen.has(key)) {
        issues.push({ code: 'DUPLICATE', message: `The targeting key ${quote(key)} is targeted twice.`, path: keyPath });
      }
      seen.add(key);
    });
  });
  return issues;
}

function rulesIssues({ rules }: TargetingInput, around: TargetingSurroundings): Issue[] {
  const path = ['input', 'rules'];
  const issues = countIssues('Rules', rules.length, 0, RULES_MAX, path);
  if (issues.length > 0) return issues;
  rules.forEach((rule, position) => {
    const at = [...path, String(position)];
    if (typeof rule.id === 'string') issues.push(...keyIssues('Rule id', rule.id, [...at, 'id']));
    issues.push(
      ...textIssues('Rule name', rule.name ?? '', [...at, 'name'], NAME_LENGTH_MAX),
      ...ruleConditionsIssues(rule.conditions, around.segmentKeys, [...at, 'conditions']),
      ...serveIssues(rule.serve, around, [...at, 'serve']),
    );
    if (rule.gate) {
      issues.push(
        ...bucketByIssues(rule.gate.bucketBy, [...at, 'gate', 'bucketBy']),
        ...weightIssues(rule.gate.weight, [...at, 'gate', 'weight']),
      );
    }
  });
  // Rules without an id get one that is new; the marker cannot be an id.
  const ids = rules.map((rule, position) => rule.id ?? `/${position}`);
  for (const position of repeatedPositions(ids)) {
    const message = `The rule id ${quote(ids[position] ?? '')} stands in the list twice.`;
    issues.push({ code: 'DUPLICATE', message, path: [...path, String(position), 'id'] });
  }
  return issues;
}

/** Conditions of one rule of a flag or of a segment. */
export function ruleConditionsIssues(
  conditions: readonly ConditionInput[],
  segmentKeys: ReadonlySet<string>,
  path: Path,
): Issue[] {
  const depth = depthOf(conditions);
  if (depth > GROUP_DEPTH_MAX) {
    const message = `Groups nest ${depth} deep; at most ${GROUP_DEPTH_MAX} are allowed.`;
    return [{ code: 'OUT_OF_RANGE', message, path }];
  }
  const issues = countIssues('Conditions of a rule', countOf(conditions), 0, CONDITIONS_PER_RULE_MAX, path);
  return issues.length > 0 ? issues : conditionsIssues(conditions, segmentKeys, path);
}

function depthOf(conditions: readonly ConditionInput[]): number {
  const depths = conditions.map(({ group }) => (group ? 1 + depthOf(group.conditions) : 0));
  return Math.max(0, ...depths);
}

function countOf(conditions: readonly ConditionInput[]): number {
  return conditions.reduce((sum, { group }) => sum + 1 + (group ? countOf(group.conditions) : 0), 0);
}

function conditionsIssues(conditions: readonly ConditionInput[], segmentKeys: ReadonlySet<string>, path: Path): Issue[] {
  return conditions.flatMap((condition, position) => {
    const at = [...path, String(position)];
    if (condition.attribute) return attributeIssues(condition.attribute, [...at, 'attribute']);
    if (condition.segment) return segmentsIssues(condition.segment.segments, segmentKeys, [...at, 'segment', 'segments']);
    return conditionsIssues(condition.group?.conditions ?? [], segmentKeys, [...at, 'group', 'conditions']);
  });
}

function attributeIssues(condition: AttributeConditionInput, path: Path): Issue[] {
  if (hasUnstorableText([condition.attribute, condition.values])) {
    const message = 'A condition must not contain U+0000 or a lone surrogate.';
    return [{ code: 'INVALID', message, path }];
  }
  return checkAttributeCondition({ ...condition, values: condition.values }).map((problem) => ({
    code: 'INVALID',
    message: problem.message,
    path: [...path, ...problem.path.map(String)],
  }));
}

function segmentsIssues(segments: readonly string[], segmentKeys: ReadonlySet<string>, path: Path): Issue[] {
  const issues = countIssues('Segments of a condition', segments.length, 1, SEGMENTS_PER_CONDITION_MAX, path);
  if (issues.length > 0) return issues;
  return segments.flatMap((key, position): Issue[] => {
    if (segmentKeys.has(key)) return [];
    const message = `The project has no segment ${quote(key)}.`;
    return [{ code: 'NOT_FOUND', message, path: [...path, String(position)] }];
  });
}

function serveIssues(serve: ServeInput, around: TargetingSurroundings, path: Path): Issue[] {
  if (typeof serve.variation === 'string') return variationIssues(serve.variation, around, [...path, 'variation']);
  const rollout = serve.rollout ?? NO_ROLLOUT;
  const at = [...path, 'rollout'];
  const sharesPath = [...at, 'shares'];
  const issues = [
    ...bucketByIssues(rollout.bucketBy, [...at, 'bucketBy']),
    ...variationIssues(rollout.whenMissing, around, [...at, 'whenMissing']),
    ...countIssues('Shares of a rollout', rollout.shares.length, 1, VARIATIONS_MAX, sharesPath),
  ];
  rollout.shares.slice(0, VARIATIONS_MAX).forEach((share, position) => {
    issues.push(
      ...variationIssues(share.variation, around, [...sharesPath, String(position), 'variation']),
      ...weightIssues(share.weight, [...sharesPath, String(position), 'weight']),
    );
  });
  for (const position of repeatedPositions(rollout.shares.map((share) => share.variation))) {
    const message = `The variation ${quote(rollout.shares[position]?.variation ?? '')} has two shares.`;
    issues.push({ code: 'DUPLICATE', message, path: [...sharesPath, String(position), 'variation'] });
  }
  const sum = rollout.shares.reduce((total, share) => total + share.weight, 0);
  if (sum !== WEIGHT_TOTAL) {
    const message = `The weights of a rollout must sum to ${WEIGHT_TOTAL} (thousandths of a percent); these sum to ${sum}.`;
    issues.push({ code: 'OUT_OF_RANGE', message, path: sharesPath });
  }
  return issues;
}

const NO_ROLLOUT: RolloutInput = { bucketBy: '', whenMissing: '', shares: [] };

function weightIssues(weight: number, path: Path): Issue[] {
  if (Number.isInteger(weight) && weight >= 0 && weight <= WEIGHT_TOTAL) return [];
  const message = `A weight is in thousandths of a percent, 0 to ${WEIGHT_TOTAL}; ${weight} was given.`;
  return [{ code: 'OUT_OF_RANGE', message, path }];
}

/** EXISTS takes no operands, so that what it finds wrong is the attribute reference. */
function bucketByIssues(bucketBy: string, path: Path): Issue[] {
  const problems = checkAttributeCondition({ attribute: bucketBy, operator: 'EXISTS', values: [], ignoreCase: false });
  if (hasUnstorableText(bucketBy)) {
    return [{ code: 'INVALID', message: 'An attribute must not contain U+0000 or a lone surrogate.', path }];
  }
  return problems.map(({ message }) => ({ code: 'INVALID', message, path }));
}

function storedRule(rule: RuleInput, around: TargetingSurroundings): StoredRule {
  return {
    id: rule.id ?? around.newRuleId(),
    name: rule.name ?? '',
    conditions: storedConditions(rule.conditions),
    ...(rule.gate ? { gate: { bucketBy: rule.gate.bucketBy, weight: rule.gate.weight } } : {}),
    serve: storedServe(rule.serve),
  };
}

/** In wire form. The input must be without issues. */
export function storedConditions(conditions: readonly ConditionInput[]): SnapshotCondition[] {
  return conditions.map(({ attribute, segment, group }): SnapshotCondition => {
    if (attribute) {
      const { ignoreCase } = attribute;
      const values = attribute.values as readonly JsonValue[];
      return { attribute: attribute.attribute, operator: attribute.operator, values, ...(ignoreCase ? { ignoreCase } : {}) };
    }
    if (segment) return { operator: segment.operator, segments: segment.segments };
    return { group: group?.group ?? 'ALL', conditions: storedConditions(group?.conditions ?? []) };
  });
}

function storedServe(serve: ServeInput): SnapshotServe {
  if (typeof serve.variation === 'string') return { variation: serve.variation };
  const { bucketBy, whenMissing, shares } = serve.rollout ?? NO_ROLLOUT;
  return { rollout: { bucketBy, whenMissing, shares: shares.map(({ variation, weight }) => ({ variation, weight })) } };
}
