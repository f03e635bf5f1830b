/** Edits of parts of a targeting, which need no reading of the whole: each makes the next targeting from the one before. Pure. */
import { quote, RULES_MAX, TARGET_KEYS_MAX } from '../../evaluation';
import type { Issue } from '../../errors';
import type { ChangeKind } from '../changes/change-kinds';
import { ruleIssues, type ConditionInput } from '../../validation/condition-rules';
import { countIssues, repetitions, type Path } from '../../validation/input-rules';
import { nullIssues } from '../../validation/patch-rules';
import type { StoredRule } from './flag-configuration-entity';
import {
  inputOfRule,
  planPatch,
  ruleServeIssues,
  serveIssues,
  storedRule,
  targetIssues,
  type RolloutInput,
  type RuleInput,
  type ServeInput,
  type Targeting,
  type TargetingPatch,
  type TargetingReferences,
} from './targeting-rules';

/** The input of each edit, without the flag and the environment. */
export interface TargetingEditInputs {
  readonly addRule: { readonly rule: RuleInput; readonly beforeRuleId?: string | null };
  readonly updateRule: RulePatch & { readonly ruleId: string };
  readonly removeRule: { readonly ruleId: string };
  readonly moveRules: { readonly ruleIds: readonly string[]; readonly beforeRuleId?: string | null };
  readonly setTargets: { readonly variation: string; readonly targetingKeys: readonly string[] };
  readonly addTargets: { readonly variation: string; readonly targetingKeys: readonly string[] };
  readonly removeTargets: { readonly targetingKeys: readonly string[] };
  readonly setRollout: RolloutPatch & { readonly ruleId?: string | null };
  readonly setPrerequisite: { readonly flagKey: string; readonly variation: string };
  readonly removePrerequisite: { readonly flagKey: string };
}

export type TargetingEditName = keyof TargetingEditInputs;

/** Left out: as it is. */
interface RulePatch {
  readonly name?: string | null;
  readonly conditions?: readonly ConditionInput[] | null;
  readonly gate?: RuleInput['gate'];
  readonly serve?: ServeInput | null;
}

/** A part that is left out stays as it is. */
interface RolloutPatch {
  readonly shares: RolloutInput['shares'];
  readonly bucketBy?: string | null;
  readonly whenMissing?: string | null;
}

/** `ruleId`: the rule that was added or updated. */
export type TargetingEditPlan =
  { readonly issues: readonly Issue[] } | { readonly issues: null; readonly targeting: Targeting; readonly ruleId?: string };

/** One kind of edit. `names` tells what the input refers to, so that only that is loaded. */
interface TargetingEdit<Input> {
  readonly kind: ChangeKind;
  readonly names?: (input: Input, current: Targeting) => TargetingPatch;
  readonly plan: (input: Input, current: Targeting, references: TargetingReferences) => TargetingEditPlan;
}

export const TARGETING_EDITS: { readonly [Name in TargetingEditName]: TargetingEdit<TargetingEditInputs[Name]> } = {
  addRule: { kind: 'RULE_ADDED', names: ({ rule }) => ({ rules: [rule] }), plan: addRule },
  updateRule: { kind: 'RULE_UPDATED', names: namesOfPatch, plan: updateRule },
  removeRule: { kind: 'RULE_REMOVED', plan: removeRule },
  moveRules: { kind: 'RULES_MOVED', plan: moveRules },
  setTargets: { kind: 'TARGETS_SET', plan: setTargets },
  addTargets: { kind: 'TARGETS_SET', plan: addTargets },
  removeTargets: { kind: 'TARGETS_SET', plan: removeTargets },
  setRollout: { kind: 'ROLLOUT_SET', plan: setRollout },
  setPrerequisite: {
    kind: 'PREREQUISITE_SET',
    names: (input, current) => ({ prerequisites: withPrerequisite(input, current) }),
    plan: setPrerequisite,
  },
  removePrerequisite: { kind: 'PREREQUISITE_REMOVED', plan: removePrerequisite },
};

function addRule(
  { rule, beforeRuleId }: TargetingEditInputs['addRule'],
  current: Targeting,
  references: TargetingReferences,
): TargetingEditPlan {
  const at = ['input', 'rule'];
  const issues = [
    ...countIssues('Rules', current.rules.length + 1, { min: 0, max: RULES_MAX }, at),
    ...ruleIssues(rule, references.segmentKeys, at),
    ...ruleServeIssues(rule, references, at),
    ...beforeIssues(beforeRuleId, current),
  ];
  if (current.rules.some(({ id }) => id === rule.id)) {
    issues.push({ code: 'DUPLICATE', message: `Another rule has the id ${quote(rule.id ?? '')}.`, path: [...at, 'id'] });
  }
  if (issues.length > 0) return { issues };
  const added = storedRule(rule, references);
  return { ...planned(current, { rules: insertedBefore(beforeRuleId, [added], current.rules) }), ruleId: added.id };
}

function namesOfPatch({ conditions }: TargetingEditInputs['updateRule']): TargetingPatch {
  return conditions ? { rules: [{ conditions, serve: {} }] } : {};
}

function updateRule(
  input: TargetingEditInputs['updateRule'],
  current: Targeting,
  references: TargetingReferences,
): TargetingEditPlan {
  const rule = current.rules.find(({ id }) => id === input.ruleId);
  if (!rule) return { issues: [unknownRule(input.ruleId, ['input', 'ruleId'])] };
  const { name, conditions, gate, serve } = input;
  const issues = [
    ...nullIssues({ serve }, { serve: 'What a rule serves' }),
    ...ruleIssues({ name: name ?? '', conditions: conditions ?? [] }, references.segmentKeys, ['input']),
    // A part that stays as it is was checked when it was set: a served variation stands in for it.
    ...ruleServeIssues({ conditions: [], gate, serve: serve ?? { variation: current.offVariation } }, references, ['input']),
  ];
  if (issues.length > 0) return { issues };
  const { gate: kept, ...whole } = inputOfRule(rule);
  const next: RuleInput = {
    ...whole,
    name: name === undefined ? whole.name : (name ?? ''),
    conditions: conditions === undefined ? whole.conditions : (conditions ?? []),
    gate: gate === undefined ? kept : gate,
    serve: serve ?? whole.serve,
  };
  return { ...planned(current, { rules: replaced(current.rules, storedRule(next, references)) }), ruleId: rule.id };
}

function removeRule({ ruleId }: TargetingEditInputs['removeRule'], current: Targeting): TargetingEditPlan {
  const rules = current.rules.filter(({ id }) => id !== ruleId);
  if (rules.length === current.rules.length) return { issues: [unknownRule(ruleId, ['input', 'ruleId'])] };
  return planned(current, { rules });
}

function moveRules({ ruleIds, beforeRuleId }: TargetingEditInputs['moveRules'], current: Targeting): TargetingEditPlan {
  const path = ['input', 'ruleIds'];
  const issues = countIssues('Rules to move', ruleIds.length, { min: 1, max: RULES_MAX }, path);
  if (issues.length > 0) return { issues };
  const byId = new Map(current.rules.map((rule) => [rule.id, rule]));
  const moved = ruleIds.flatMap((id, position): StoredRule[] => {
    const rule = byId.get(id);
    if (!rule) issues.push(unknownRule(id, [...path, String(position)]));
    return rule ? [rule] : [];
  });
  for (const { position, value } of repetitions(ruleIds)) {
    const message = `The rule id ${quote(value)} is in the list twice.`;
    issues.push({ code: 'DUPLICATE', message, path: [...path, String(position)] });
  }
  issues.push(...beforeIssues(beforeRuleId, current));
  if (typeof beforeRuleId === 'string' && ruleIds.includes(beforeRuleId)) {
    const message = `The rule ${quote(beforeRuleId)} cannot be moved before itself.`;
    issues.push({ code: 'INVALID', message, path: ['input', 'beforeRuleId'] });
  }
  if (issues.length > 0) return { issues };
  const staying = current.rules.filter(({ id }) => !ruleIds.includes(id));
  return planned(current, { rules: insertedBefore(beforeRuleId, moved, staying) });
}

function setTargets(
  { variation, targetingKeys }: TargetingEditInputs['setTargets'],
  current: Targeting,
  references: TargetingReferences,
): TargetingEditPlan {
  const others = { ...current, targets: current.targets.filter((target) => target.variation !== variation) };
  const emptied = withTargets(others, variation, targetingKeys);
  return checkedTargets(emptied, { variation, targetingKeys, min: 0 }, references);
}

function addTargets(
  { variation, targetingKeys }: TargetingEditInputs['addTargets'],
  current: Targeting,
  references: TargetingReferences,
): TargetingEditPlan {
  return checkedTargets(withTargets(current, variation, targetingKeys), { variation, targetingKeys, min: 1 }, references);
}

function removeTargets({ targetingKeys }: TargetingEditInputs['removeTargets'], current: Targeting): TargetingEditPlan {
  const bounds = { min: 1, max: TARGET_KEYS_MAX };
  const issues = countIssues('Targeting keys', targetingKeys.length, bounds, ['input', 'targetingKeys']);
  if (issues.length > 0) return { issues };
  return planned(current, { targets: without(current.targets, targetingKeys) });
}

function setRollout(
  { ruleId, shares, bucketBy, whenMissing }: TargetingEditInputs['setRollout'],
  current: Targeting,
  references: TargetingReferences,
): TargetingEditPlan {
  const rule = current.rules.find(({ id }) => id === ruleId);
  if (typeof ruleId === 'string' && !rule) return { issues: [unknownRule(ruleId, ['input', 'ruleId'])] };
  const served = rule?.serve ?? current.fallthrough;
  const serve = {
    rollout: {
      bucketBy: bucketBy ?? served.rollout?.bucketBy ?? 'targetingKey',
      whenMissing: whenMissing ?? served.rollout?.whenMissing ?? served.variation ?? '',
      shares: shares.map(({ variation, weight }) => ({ variation, weight })),
    },
  };
  // The rollout is the input itself here, so its paths are one step shorter.
  const issues = serveIssues(serve, references, []).map((issue) => ({
    ...issue,
    path: ['input', ...(issue.path ?? []).slice(1)],
  }));
  if (issues.length > 0) return { issues };
  if (!rule) return planned(current, { fallthrough: serve });
  return planned(current, { rules: replaced(current.rules, { ...rule, serve }) });
}

function setPrerequisite(
  input: TargetingEditInputs['setPrerequisite'],
  current: Targeting,
  references: TargetingReferences,
): TargetingEditPlan {
  const prerequisites = withPrerequisite(input, current);
  const plan = planPatch({ prerequisites }, current, references);
  if (plan.issues === null) return plan;
  const position = String(prerequisites.findIndex(({ flagKey }) => flagKey === input.flagKey));
  // Issues of the others are none that this edit can mend; those of the list itself stand at the flag.
  return {
    issues: plan.issues.flatMap((issue): Issue[] => {
      const [, , at, field = 'flagKey'] = issue.path ?? [];
      return at === undefined || at === position ? [{ ...issue, path: ['input', field] }] : [];
    }),
  };
}

function removePrerequisite({ flagKey }: TargetingEditInputs['removePrerequisite'], current: Targeting): TargetingEditPlan {
  const prerequisites = current.prerequisites.filter((prerequisite) => prerequisite.flagKey !== flagKey);
  if (prerequisites.length < current.prerequisites.length) return planned(current, { prerequisites });
  const message = `The flag ${quote(flagKey)} is not a prerequisite of this configuration.`;
  return { issues: [{ code: 'NOT_FOUND', message, path: ['input', 'flagKey'] }] };
}

function planned(current: Targeting, patch: Partial<Targeting>): { readonly issues: null; readonly targeting: Targeting } {
  return { issues: null, targeting: { ...current, ...patch } };
}

function unknownRule(id: string, path: Path): Issue {
  return { code: 'NOT_FOUND', message: `The configuration has no rule ${quote(id)}.`, path };
}

function beforeIssues(beforeRuleId: string | null | undefined, { rules }: Targeting): Issue[] {
  if (typeof beforeRuleId !== 'string' || rules.some(({ id }) => id === beforeRuleId)) return [];
  return [unknownRule(beforeRuleId, ['input', 'beforeRuleId'])];
}

function insertedBefore(
  beforeRuleId: string | null | undefined,
  inserted: readonly StoredRule[],
  rules: readonly StoredRule[],
): StoredRule[] {
  const found = rules.findIndex(({ id }) => id === beforeRuleId);
  const position = found === -1 ? rules.length : found;
  return [...rules.slice(0, position), ...inserted, ...rules.slice(position)];
}

function replaced(rules: readonly StoredRule[], next: StoredRule): StoredRule[] {
  return rules.map((rule) => (rule.id === next.id ? next : rule));
}

function without(targets: Targeting['targets'], targetingKeys: readonly string[]): Targeting['targets'] {
  const gone = new Set(targetingKeys);
  return targets
    .map((target) => ({ ...target, targetingKeys: target.targetingKeys.filter((key) => !gone.has(key)) }))
    .filter((target) => target.targetingKeys.length > 0);
}

/** Adds the keys to those of the variation; of other variations they are targets no longer. */
function withTargets(current: Targeting, variation: string, targetingKeys: readonly string[]): Targeting {
  const own = current.targets.find((target) => target.variation === variation);
  const had = new Set(own?.targetingKeys ?? []);
  const keys = [...had, ...targetingKeys.filter((key) => !had.has(key))];
  const others = without(
    current.targets.filter((target) => target !== own),
    targetingKeys,
  );
  return { ...current, targets: keys.length > 0 ? [...others, { variation, targetingKeys: keys }] : others };
}

function checkedTargets(
  next: Targeting,
  given: { readonly variation: string; readonly targetingKeys: readonly string[]; readonly min: number },
  references: TargetingReferences,
): TargetingEditPlan {
  const path = ['input', 'targetingKeys'];
  const total = next.targets.reduce((sum, target) => sum + target.targetingKeys.length, 0);
  const issues = [
    ...countIssues('Targeting keys', given.targetingKeys.length, { min: given.min, max: TARGET_KEYS_MAX }, path),
    ...countIssues('Targeting keys of all targets', total, { min: 0, max: TARGET_KEYS_MAX }, path),
  ];
  if (issues.length > 0) return { issues };
  issues.push(...targetIssues(given, new Set(), { references, at: ['input'] }));
  return issues.length > 0 ? { issues } : { issues: null, targeting: next };
}

function withPrerequisite(
  { flagKey, variation }: TargetingEditInputs['setPrerequisite'],
  { prerequisites }: Targeting,
): Targeting['prerequisites'] {
  const next = { flagKey, variation };
  if (!prerequisites.some((prerequisite) => prerequisite.flagKey === flagKey)) return [...prerequisites, next];
  return prerequisites.map((prerequisite) => (prerequisite.flagKey === flagKey ? next : prerequisite));
}
