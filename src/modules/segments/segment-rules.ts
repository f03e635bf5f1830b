/** Rules for segments. Pure. */
import { findCycle, findLongPath, formatPath, SEGMENT_DEPTH_MAX, SEGMENT_KEYS_MAX, quote } from '../../evaluation';
import type { Issue } from '../../errors';
import { canonicalText } from '../changes/change-rules';
import { rulesIssues, segmentKeysOf, storedConditions, type RuleWithConditions } from '../../validation/condition-rules';
import {
  countIssues,
  DESCRIPTION_LENGTH_MAX,
  keyIssues,
  nameIssues,
  repetitions,
  textIssues,
  type Path,
} from '../../validation/input-rules';
import type { SegmentEntity, StoredSegmentRule } from './segment-entity';
import type { SegmentList } from './segment-key-entity';

const KEYS_PER_CALL_MAX = 5_000;
const TARGETING_KEY_LENGTH_MAX = 1_000;

/** The other segments of the project that the input may refer to. */
export interface SegmentReferences {
  /** The segment's own key. */
  readonly key: string;
  /** Keys of the other segments -> keys of the segments that their rules name. */
  readonly others: ReadonlyMap<string, readonly string[]>;
  readonly newRuleId: () => string;
}

export interface SegmentText {
  readonly name?: string | null;
  readonly description?: string | null;
  readonly rules?: readonly RuleWithConditions[] | null;
}

export interface CreateSegmentInput {
  readonly projectId: string;
  readonly key: string;
  readonly name: string;
  readonly description?: string | null;
  readonly rules: readonly RuleWithConditions[];
  readonly included: readonly string[];
  readonly excluded: readonly string[];
}

/** The parts of a new segment that the server adds. */
export interface NewSegmentStamp {
  readonly id: string;
  readonly now: Date;
}

export type SegmentPlan = { readonly issues: readonly Issue[] } | { readonly issues: null; readonly segment: SegmentEntity };

/** Returns the new segment, or all issues of the input. */
export function planSegment(input: CreateSegmentInput, existing: SegmentReferences, stamp: NewSegmentStamp): SegmentPlan {
  const { projectId, key, name, rules } = input;
  const description = input.description ?? '';
  const issues = [...newSegmentIssues(input), ...segmentTextIssues({ name, description, rules }, existing)];
  if (issues.length > 0) return { issues };
  const { id, now } = stamp;
  const times = { createdAt: now, updatedAt: now };
  const stored = storedSegmentRules(rules, existing.newRuleId);
  return { issues: null, segment: { id, projectId, key, name, description, rules: stored, version: 1, ...times } };
}

/** Returns the segment after the update, or all its issues. The same object: nothing is different. The caller sets version and time. */
export function planSegmentUpdate(before: SegmentEntity, input: SegmentText, existing: SegmentReferences): SegmentPlan {
  const issues = segmentTextIssues(input, existing);
  if (issues.length > 0) return { issues };
  const segment = {
    ...before,
    name: input.name ?? before.name,
    description: input.description ?? before.description,
    rules: input.rules ? storedSegmentRules(input.rules, existing.newRuleId) : before.rules,
  };
  const isSame = canonicalText(segmentBody(segment)) === canonicalText(segmentBody(before));
  return { issues: null, segment: isSame ? before : segment };
}

/** The segment as history keeps it; its keys are recorded as added and removed ones. */
export function segmentBody({ key, name, description, rules, version }: SegmentEntity): object {
  return { key, name, description, rules, version };
}

/** Checks a new or changed segment: undefined values are skipped, and null is refused where it is not allowed. */
export function segmentTextIssues(input: SegmentText, existing: SegmentReferences): Issue[] {
  const issues: Issue[] = [];
  for (const field of ['name', 'description', 'rules'] as const) {
    if (input[field] === null) {
      issues.push({ code: 'INVALID', message: `${field} must not be null; leave it out to keep it.`, path: ['input', field] });
    }
  }
  if (typeof input.name === 'string') issues.push(...nameIssues('Segment name', input.name, ['input', 'name']));
  if (typeof input.description === 'string') {
    issues.push(...textIssues('Segment description', input.description, ['input', 'description'], DESCRIPTION_LENGTH_MAX));
  }
  if (input.rules) issues.push(...segmentRulesIssues(input.rules, existing));
  return issues;
}

function segmentRulesIssues(rules: readonly RuleWithConditions[], existing: SegmentReferences): Issue[] {
  const path = ['input', 'rules'];
  // A segment that names itself is refused as a cycle, not as unknown.
  const known = new Set([...existing.others.keys(), existing.key]);
  const issues = rulesIssues(rules, known, path);
  if (issues.length > 0) return issues;
  const named = rules.flatMap((rule) => segmentKeysOf(storedConditions(rule.conditions)));
  const references = new Map(existing.others).set(existing.key, named);
  const cycle = findCycle(references);
  if (cycle) return [{ code: 'CYCLE', message: `The segments would form a cycle: ${formatPath(cycle)}.`, path }];
  const long = findLongPath(references, SEGMENT_DEPTH_MAX);
  if (!long) return [];
  const message = `Segments would form a chain of ${long.length} segments; at most ${SEGMENT_DEPTH_MAX} are allowed.`;
  return [{ code: 'OUT_OF_RANGE', message, path }];
}

/** Checks the key and the first targeting keys of a new segment. */
export function newSegmentIssues(input: {
  readonly key: string;
  readonly included: readonly string[];
  readonly excluded: readonly string[];
}): Issue[] {
  const issues = [
    ...keyIssues('Segment key', input.key, ['input', 'key']),
    ...targetingKeysIssues(input.included, 0, ['input', 'included']),
    ...targetingKeysIssues(input.excluded, 0, ['input', 'excluded']),
  ];
  const included = new Set(input.included);
  input.excluded.slice(0, KEYS_PER_CALL_MAX).forEach((key, position) => {
    if (!included.has(key)) return;
    const message = `The targeting key ${quote(key)} is both included and excluded.`;
    issues.push({ code: 'DUPLICATE', message, path: ['input', 'excluded', String(position)] });
  });
  return issues;
}

/** Checks a list of targeting keys of one call. */
export function targetingKeysIssues(keys: readonly string[], min: number, path: Path): Issue[] {
  const issues = countIssues('Targeting keys', keys.length, { min, max: KEYS_PER_CALL_MAX }, path);
  if (issues.length > 0) return issues;
  keys.forEach((key, position) => {
    const at = [...path, String(position)];
    if (key === '') issues.push({ code: 'BLANK', message: 'A targeting key must not be empty.', path: at });
    issues.push(...textIssues('Targeting key', key, at, TARGETING_KEY_LENGTH_MAX));
  });
  for (const { position, value } of repetitions(keys)) {
    const message = `The targeting key ${quote(value)} is in the list twice.`;
    issues.push({ code: 'DUPLICATE', message, path: [...path, String(position)] });
  }
  return issues;
}

/** Checks keys to be added to a list against the keys of the segment. */
export function addedKeysIssues(
  keys: readonly string[],
  list: SegmentList,
  present: ReadonlyMap<string, SegmentList>,
  count: number,
): Issue[] {
  const issues = keys.flatMap((key, position): Issue[] => {
    const other = present.get(key);
    if (other === undefined || other === list) return [];
    const message = `The targeting key ${quote(key)} is already in the list ${other}; remove it there first.`;
    return [{ code: 'DUPLICATE', message, path: ['input', 'keys', String(position)] }];
  });
  const total = count + keys.filter((key) => !present.has(key)).length;
  if (total > SEGMENT_KEYS_MAX) {
    const message = `The segment would have ${total} targeting keys; at most ${SEGMENT_KEYS_MAX} are allowed.`;
    issues.push({ code: 'OUT_OF_RANGE', message, path: ['input', 'keys'] });
  }
  return issues;
}

/** Returns the stored form. The rules must have no issues. */
export function storedSegmentRules(rules: readonly RuleWithConditions[], newRuleId: () => string): StoredSegmentRule[] {
  return rules.map((rule) => ({
    id: rule.id ?? newRuleId(),
    name: rule.name ?? '',
    conditions: storedConditions(rule.conditions),
  }));
}
