/** Rules for the targeting of a flag in one environment, so that the core can decide it. Pure. */
import {
  checkAttributeCondition,
  findCycle,
  findLongPath,
  formatPath,
  PREREQUISITE_DEPTH_MAX,
  PREREQUISITES_MAX,
  RULES_MAX,
  TARGET_KEYS_MAX,
  VARIATIONS_MAX,
  WEIGHT_TOTAL,
  type SnapshotServe,
  quote,
} from '../../evaluation';
import type { Issue } from '../../errors';
import {
  ATTRIBUTE_LENGTH_MAX,
  inputOfConditions,
  rulesIssues,
  storedConditions,
  type RuleWithConditions,
} from '../../validation/condition-rules';
import { countIssues, repetitions, textIssues, type Path } from '../../validation/input-rules';
import { nullIssues } from '../../validation/patch-rules';
import type { FlagConfigurationEntity, StoredRule } from './flag-configuration-entity';
import type { FlagEntity } from './flag-entity';

const TARGETING_KEY_LENGTH_MAX = 1_000;

export interface TargetingInput {
  readonly isEnabled?: boolean | null;
  readonly offVariation: string;
  readonly prerequisites: readonly { readonly flagKey: string; readonly variation: string }[];
  readonly targets: readonly { readonly variation: string; readonly targetingKeys: readonly string[] }[];
  readonly rules: readonly RuleInput[];
  readonly fallthrough: ServeInput;
}

/** A change of a targeting: a part that is left out stays, a list that is null is emptied. */
export type TargetingPatch = { readonly [Part in keyof TargetingInput]?: TargetingInput[Part] | null };

export interface RuleInput extends RuleWithConditions {
  readonly gate?: { readonly bucketBy: string; readonly weight: number } | null;
  readonly serve: ServeInput;
}

/** Exactly one of the two is given, which GraphQL ensures. */
export interface ServeInput {
  readonly variation?: string | null;
  readonly rollout?: RolloutInput | null;
}

export interface RolloutInput {
  readonly bucketBy: string;
  readonly whenMissing: string;
  readonly shares: readonly { readonly variation: string; readonly weight: number }[];
}

/** The parts of the project that the targeting may refer to. */
export interface TargetingReferences {
  readonly flag: Pick<FlagEntity, 'key' | 'variations'>;
  readonly segmentKeys: ReadonlySet<string>;
  /** Keys of the variations of every existing flag that the prerequisites name. */
  readonly variationsOfFlags: ReadonlyMap<string, readonly string[]>;
  /** Keys of those flags that are archived. */
  readonly archivedFlagKeys: ReadonlySet<string>;
  /** Prerequisites of the other flags in this environment. */
  readonly prerequisitesOfFlags: ReadonlyMap<string, readonly string[]>;
  readonly newRuleId: () => string;
}

export type Targeting = Pick<FlagConfigurationEntity, 'offVariation' | 'prerequisites' | 'targets' | 'rules' | 'fallthrough'>;

export type TargetingPlan = { readonly issues: readonly Issue[] } | { readonly issues: null; readonly targeting: Targeting };

/** Returns the whole targeting in stored form, or all issues of the input. */
export function planTargeting(input: TargetingInput, references: TargetingReferences): TargetingPlan {
  const nothing: Targeting = { offVariation: '', prerequisites: [], targets: [], rules: [], fallthrough: { variation: '' } };
  return planPatch(input, nothing, references);
}

/** Returns the targeting with the patch applied, or all issues of the patch. What stays as it is was checked when it was set. */
export function planPatch(patch: TargetingPatch, current: Targeting, references: TargetingReferences): TargetingPlan {
  const { offVariation, fallthrough } = patch;
  const [prerequisites, targets, rules] = [emptied(patch.prerequisites), emptied(patch.targets), emptied(patch.rules)];
  const issues = [
    ...nullIssues({ offVariation, fallthrough }, { offVariation: 'The off variation', fallthrough: 'The fallthrough' }),
    ...(offVariation ? variationIssues(offVariation, references, ['input', 'offVariation']) : []),
    ...(prerequisites ? prerequisitesIssues(prerequisites, references) : []),
    ...(targets ? targetsIssues(targets, references) : []),
    ...(rules ? rulesIssues(rules, references.segmentKeys, ['input', 'rules']) : []),
    ...(rules ? ruleServesIssues(rules, references) : []),
    ...(fallthrough ? serveIssues(fallthrough, references, ['input', 'fallthrough']) : []),
  ];
  if (issues.length > 0) return { issues };
  return {
    issues: null,
    targeting: {
      offVariation: offVariation ?? current.offVariation,
      prerequisites: prerequisites?.map(({ flagKey, variation }) => ({ flagKey, variation })) ?? current.prerequisites,
      targets: targets?.map(({ variation, targetingKeys }) => ({ variation, targetingKeys })) ?? current.targets,
      rules: rules?.map((rule) => storedRule(rule, references)) ?? current.rules,
      fallthrough: fallthrough ? storedServe(fallthrough) : current.fallthrough,
    },
  };
}

/** An empty list where null was given; undefined, where nothing was given, stays. */
function emptied<T>(list: readonly T[] | null | undefined): readonly T[] | undefined {
  return list === null ? [] : list;
}

function variationIssues(key: string, references: TargetingReferences, path: Path): Issue[] {
  if (references.flag.variations.some((variation) => variation.key === key)) return [];
  return [{ code: 'NOT_FOUND', message: `The flag has no variation ${quote(key)}.`, path }];
}

function prerequisitesIssues(prerequisites: TargetingInput['prerequisites'], references: TargetingReferences): Issue[] {
  const path = ['input', 'prerequisites'];
  const issues = countIssues('Prerequisites', prerequisites.length, { min: 0, max: PREREQUISITES_MAX }, path);
  if (issues.length > 0) return issues;
  prerequisites.forEach(({ flagKey, variation }, position) => {
    const at = [...path, String(position)];
    const variations = references.variationsOfFlags.get(flagKey);
    if (!variations) {
      const message = `The project has no flag ${quote(flagKey)}.`;
      issues.push({ code: 'NOT_FOUND', message, path: [...at, 'flagKey'] });
    } else if (!variations.includes(variation)) {
      const message = `The flag ${quote(flagKey)} has no variation ${quote(variation)}.`;
      issues.push({ code: 'NOT_FOUND', message, path: [...at, 'variation'] });
    }
    if (references.archivedFlagKeys.has(flagKey)) {
      const message = `The flag ${quote(flagKey)} is archived, so it cannot be a prerequisite.`;
      issues.push({ code: 'ARCHIVED', message, path: [...at, 'flagKey'] });
    }
  });
  const flagKeys = prerequisites.map(({ flagKey }) => flagKey);
  for (const { position, value } of repetitions(flagKeys)) {
    const message = `The flag ${quote(value)} is a prerequisite twice.`;
    issues.push({ code: 'DUPLICATE', message, path: [...path, String(position), 'flagKey'] });
  }
  issues.push(...chainIssues(new Map(references.prerequisitesOfFlags).set(references.flag.key, flagKeys), path));
  return issues;
}

/** Refuses cycles and overlong chains of prerequisites. */
function chainIssues(prerequisites: ReadonlyMap<string, readonly string[]>, path: Path): Issue[] {
  const cycle = findCycle(prerequisites);
  if (cycle) {
    return [{ code: 'CYCLE', message: `The prerequisites would form a cycle: ${formatPath(cycle)}.`, path }];
  }
  const long = findLongPath(prerequisites, PREREQUISITE_DEPTH_MAX);
  if (!long) return [];
  const message = `Prerequisites would form a chain of ${long.length} flags; at most ${PREREQUISITE_DEPTH_MAX} are allowed.`;
  return [{ code: 'OUT_OF_RANGE', message, path }];
}

function targetsIssues(targets: TargetingInput['targets'], references: TargetingReferences): Issue[] {
  const path = ['input', 'targets'];
  const issues = countIssues('Targets', targets.length, { min: 0, max: VARIATIONS_MAX }, path);
  const total = targets.reduce((sum, target) => sum + target.targetingKeys.length, 0);
  issues.push(...countIssues('Targeting keys of all targets', total, { min: 0, max: TARGET_KEYS_MAX }, path));
  if (issues.length > 0) return issues;
  const seen = new Set<string>();
  targets.forEach((target, position) => {
    issues.push(...targetIssues(target, seen, { references, at: [...path, String(position)] }));
  });
  return issues;
}

/** Checks the targets of one variation. `seen` collects the targeting keys, each of which may be a target once. */
export function targetIssues(
  target: TargetingInput['targets'][number],
  seen: Set<string>,
  { references, at }: { readonly references: TargetingReferences; readonly at: Path },
): Issue[] {
  const issues = variationIssues(target.variation, references, [...at, 'variation']);
  target.targetingKeys.forEach((key, position) => {
    const path = [...at, 'targetingKeys', String(position)];
    if (key === '') issues.push({ code: 'BLANK', message: 'A targeting key must not be empty.', path });
    issues.push(...textIssues('Targeting key', key, path, TARGETING_KEY_LENGTH_MAX));
    if (seen.has(key)) {
      issues.push({ code: 'DUPLICATE', message: `The targeting key ${quote(key)} is targeted twice.`, path });
    }
    seen.add(key);
  });
  return issues;
}

function ruleServesIssues(rules: readonly RuleInput[], references: TargetingReferences): Issue[] {
  return rules
    .slice(0, RULES_MAX)
    .flatMap((rule, position) => ruleServeIssues(rule, references, ['input', 'rules', String(position)]));
}

/** Checks what a rule serves, and to which share of the contexts; the rest is checked for flags and segments alike. */
export function ruleServeIssues({ serve, gate }: RuleInput, references: TargetingReferences, at: Path): Issue[] {
  const issues = serveIssues(serve, references, [...at, 'serve']);
  if (!gate) return issues;
  return [
    ...issues,
    ...bucketByIssues(gate.bucketBy, [...at, 'gate', 'bucketBy']),
    ...weightIssues(gate.weight, [...at, 'gate', 'weight']),
  ];
}

export function serveIssues(serve: ServeInput, references: TargetingReferences, path: Path): Issue[] {
  if (typeof serve.variation === 'string') return variationIssues(serve.variation, references, [...path, 'variation']);
  const rollout = rolloutOf(serve);
  const at = [...path, 'rollout'];
  const sharesPath = [...at, 'shares'];
  const issues = [
    ...bucketByIssues(rollout.bucketBy, [...at, 'bucketBy']),
    ...variationIssues(rollout.whenMissing, references, [...at, 'whenMissing']),
    ...countIssues('Shares of a rollout', rollout.shares.length, { min: 1, max: VARIATIONS_MAX }, sharesPath),
  ];
  rollout.shares.slice(0, VARIATIONS_MAX).forEach((share, position) => {
    issues.push(
      ...variationIssues(share.variation, references, [...sharesPath, String(position), 'variation']),
      ...weightIssues(share.weight, [...sharesPath, String(position), 'weight']),
    );
  });
  for (const { position, value } of repetitions(rollout.shares.map((share) => share.variation))) {
    const message = `The variation ${quote(value)} has two shares.`;
    issues.push({ code: 'DUPLICATE', message, path: [...sharesPath, String(position), 'variation'] });
  }
  const sum = rollout.shares.reduce((total, share) => total + share.weight, 0);
  if (sum !== WEIGHT_TOTAL) {
    const message = `The weights of a rollout must sum to ${WEIGHT_TOTAL} (thousandths of a percent); these sum to ${sum}.`;
    issues.push({ code: 'OUT_OF_RANGE', message, path: sharesPath });
  }
  return issues;
}

function rolloutOf({ rollout }: ServeInput): RolloutInput {
  return rollout ?? { bucketBy: '', whenMissing: '', shares: [] };
}

function weightIssues(weight: number, path: Path): Issue[] {
  if (Number.isInteger(weight) && weight >= 0 && weight <= WEIGHT_TOTAL) return [];
  const message = `A weight is in thousandths of a percent, 0 to ${WEIGHT_TOTAL}; ${weight} was given.`;
  return [{ code: 'OUT_OF_RANGE', message, path }];
}

/** Checks with EXISTS, which takes no operands, so any issue concerns the attribute reference. */
function bucketByIssues(bucketBy: string, path: Path): Issue[] {
  const issues = textIssues('Attribute', bucketBy, path, ATTRIBUTE_LENGTH_MAX);
  for (const { message } of checkAttributeCondition({ attribute: bucketBy, operator: 'EXISTS', values: [], ignoreCase: false })) {
    issues.push({ code: 'INVALID', message, path });
  }
  return issues;
}

export function storedRule(rule: RuleInput, references: TargetingReferences): StoredRule {
  return {
    id: rule.id ?? references.newRuleId(),
    name: rule.name ?? '',
    conditions: storedConditions(rule.conditions),
    ...(rule.gate ? { gate: { bucketBy: rule.gate.bucketBy, weight: rule.gate.weight } } : {}),
    serve: storedServe(rule.serve),
  };
}

function storedServe(serve: ServeInput): SnapshotServe {
  if (typeof serve.variation === 'string') return { variation: serve.variation };
  const { bucketBy, whenMissing, shares } = rolloutOf(serve);
  return { rollout: { bucketBy, whenMissing, shares: shares.map(({ variation, weight }) => ({ variation, weight })) } };
}

/** The input that would give this targeting, to copy it to another environment, to roll back to it, or to show it whole. */
export function inputOfTargeting(targeting: Targeting): TargetingInput {
  return {
    offVariation: targeting.offVariation,
    prerequisites: targeting.prerequisites,
    targets: targeting.targets,
    rules: targeting.rules.map(inputOfRule),
    fallthrough: targeting.fallthrough,
  };
}

export function inputOfRule(rule: StoredRule): RuleInput {
  return { ...rule, conditions: inputOfConditions(rule.conditions) };
}
