/** Rules for the conditions of a rule, of flags and segments alike. Pure. */
import {
  checkAttributeCondition,
  CONDITION_DEPTH_MAX,
  RULES_MAX,
  type AttributeOperator,
  type GroupOperator,
  type JsonValue,
  type SegmentOperator,
  type SnapshotCondition,
  quote,
} from '../evaluation';
import type { Issue } from '../errors';
import {
  countIssues,
  findInexactNumber,
  hasUnstorableText,
  inexactNumber,
  keyIssues,
  NAME_LENGTH_MAX,
  repetitions,
  textIssues,
  type Path,
} from './input-rules';

export const ATTRIBUTE_LENGTH_MAX = 200;
const CONDITIONS_PER_RULE_MAX = 50;
const SEGMENTS_PER_CONDITION_MAX = 100;

/** Exactly one of the three is given, which GraphQL ensures. */
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

/** The common part of the rules of flags and segments. */
export interface RuleWithConditions {
  readonly id?: string | null;
  readonly name?: string | null;
  readonly conditions: readonly ConditionInput[];
}

/** Checks the rules of a flag configuration or of a segment, except for what they serve. */
export function rulesIssues(rules: readonly RuleWithConditions[], segmentKeys: ReadonlySet<string>, path: Path): Issue[] {
  const issues = countIssues('Rules', rules.length, { min: 0, max: RULES_MAX }, path);
  if (issues.length > 0) return issues;
  rules.forEach((rule, position) => {
    issues.push(...ruleIssues(rule, segmentKeys, [...path, String(position)]));
  });
  // Rules without an id get a new one; the marker cannot be an id.
  const ids = rules.map((rule, position) => rule.id ?? `/${position}`);
  for (const { position, value } of repetitions(ids)) {
    const message = `The rule id ${quote(value)} is in the list twice.`;
    issues.push({ code: 'DUPLICATE', message, path: [...path, String(position), 'id'] });
  }
  return issues;
}

/** Checks one rule by itself. */
export function ruleIssues(rule: RuleWithConditions, segmentKeys: ReadonlySet<string>, at: Path): Issue[] {
  return [
    ...(typeof rule.id === 'string' ? keyIssues('Rule id', rule.id, [...at, 'id']) : []),
    ...textIssues('Rule name', rule.name ?? '', [...at, 'name'], NAME_LENGTH_MAX),
    ...ruleConditionsIssues(rule.conditions, segmentKeys, [...at, 'conditions']),
  ];
}

function ruleConditionsIssues(conditions: readonly ConditionInput[], segmentKeys: ReadonlySet<string>, path: Path): Issue[] {
  const depth = depthOf(conditions);
  if (depth > CONDITION_DEPTH_MAX) {
    const message = `Groups nest ${depth} deep; at most ${CONDITION_DEPTH_MAX} are allowed.`;
    return [{ code: 'OUT_OF_RANGE', message, path }];
  }
  const issues = countIssues('Conditions of a rule', countOf(conditions), { min: 0, max: CONDITIONS_PER_RULE_MAX }, path);
  return issues.length > 0 ? issues : conditionsIssues(conditions, segmentKeys, path);
}

function depthOf(conditions: readonly ConditionInput[]): number {
  return conditions.reduce((depth, { group }) => Math.max(depth, group ? 1 + depthOf(group.conditions) : 0), 0);
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
  const issues = textIssues('Attribute', condition.attribute, [...path, 'attribute'], ATTRIBUTE_LENGTH_MAX);
  if (hasUnstorableText(condition.values)) {
    const message = 'Values of a condition must not contain U+0000 or a lone surrogate.';
    issues.push({ code: 'INVALID', message, path: [...path, 'values'] });
  }
  condition.values.forEach((value, position) => {
    const inexact = findInexactNumber(value);
    if (inexact === null) return;
    issues.push({
      code: 'INVALID',
      message: inexactNumber('Values of a condition', inexact),
      path: [...path, 'values', String(position)],
    });
  });
  for (const { message, path: inner } of checkAttributeCondition({ ...condition, values: condition.values })) {
    issues.push({ code: 'INVALID', message, path: [...path, ...inner.map(String)] });
  }
  return issues;
}

function segmentsIssues(segments: readonly string[], segmentKeys: ReadonlySet<string>, path: Path): Issue[] {
  const issues = countIssues('Segments of a condition', segments.length, { min: 1, max: SEGMENTS_PER_CONDITION_MAX }, path);
  if (issues.length > 0) return issues;
  return segments.flatMap((key, position): Issue[] => {
    if (segmentKeys.has(key)) return [];
    const message = `The project has no segment ${quote(key)}.`;
    return [{ code: 'NOT_FOUND', message, path: [...path, String(position)] }];
  });
}

/** Returns the wire form. The input must have no issues. */
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

/** The input that would give these stored conditions. */
export function inputOfConditions(conditions: readonly SnapshotCondition[]): ConditionInput[] {
  return conditions.map((condition): ConditionInput => {
    if ('attribute' in condition) {
      const { attribute, operator, values, ignoreCase = false } = condition;
      return { attribute: { attribute, operator, values, ignoreCase } };
    }
    if ('segments' in condition) return { segment: { operator: condition.operator, segments: condition.segments } };
    return { group: { group: condition.group, conditions: inputOfConditions(condition.conditions) } };
  });
}

/** Distinct keys of the segments that conditions name. */
export function segmentKeysOf(conditions: readonly SnapshotCondition[]): string[] {
  const keys = conditions.flatMap((condition) => {
    if ('segments' in condition) return condition.segments;
    return 'group' in condition ? segmentKeysOf(condition.conditions) : [];
  });
  return [...new Set(keys)];
}
