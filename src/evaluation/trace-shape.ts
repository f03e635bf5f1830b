import type { EvaluationErrorCode, EvaluationReason } from './reason';
import type { GroupOperator, JsonValue, SegmentOperator, SnapshotVariation } from './snapshot';

/**
 * How an evaluation came about, step by step. Contains only the steps that were taken: the evaluation ends at the first failed
 * prerequisite, matching target or matching rule. The value can be computed again from the trace alone.
 */
export interface Trace {
  readonly flagKey: string;
  readonly targetingKey: string | null;
  /** The requested flag first, then its prerequisites in the order of their first visit; each once. */
  readonly flags: readonly FlagTrace[];
  /** Segments in the order of their first visit; each once. */
  readonly segments: readonly SegmentTrace[];
}

export interface FlagTrace {
  readonly flagKey: string;
  readonly flagVersion: number;
  readonly isEnabled: boolean;
  readonly isArchived: boolean;
  readonly variations: readonly SnapshotVariation[];
  /** null when the flag did not compile. */
  readonly offVariation: string | null;
  readonly prerequisites: readonly PrerequisiteTrace[];
  readonly targets: readonly TargetTrace[];
  readonly rules: readonly RuleTrace[];
  /** null when the evaluation ended before. */
  readonly fallthrough: ServeTrace | null;
  readonly variationKey: string | null;
  readonly reason: EvaluationReason;
  readonly ruleId: string | null;
  readonly prerequisiteKey: string | null;
  readonly errorCode: EvaluationErrorCode | null;
  readonly errorMessage: string | null;
}

export interface PrerequisiteTrace {
  readonly flagKey: string;
  readonly expectedVariation: string;
  /** The variation that the flag serves to this context; null when it is not evaluated, being off, archived or in error. */
  readonly actualVariation: string | null;
  readonly isEnabled: boolean;
  readonly isArchived: boolean;
  readonly isMet: boolean;
}

export interface TargetTrace {
  readonly variation: string;
  readonly targetingKeyCount: number;
  readonly matched: boolean;
}

export interface RuleTrace {
  readonly ruleId: string;
  readonly conditions: readonly ConditionTrace[];
  /** null when the rule has none, or its conditions did not match. */
  readonly gate: GateTrace | null;
  readonly matched: boolean;
  /** null when the rule did not match. */
  readonly serve: ServeTrace | null;
}

export type ConditionTrace = AttributeConditionTrace | SegmentConditionTrace | GroupConditionTrace;

export interface AttributeConditionTrace {
  readonly kind: 'ATTRIBUTE';
  readonly attribute: string;
  /** null when the attribute is absent. */
  readonly actual: JsonValue;
  readonly operator: string;
  readonly expected: readonly JsonValue[];
  readonly ignoreCase: boolean;
  readonly matched: boolean;
}

export interface SegmentConditionTrace {
  readonly kind: 'SEGMENT';
  readonly operator: SegmentOperator;
  readonly segments: readonly { readonly segmentKey: string; readonly isMember: boolean }[];
  readonly matched: boolean;
}

export interface GroupConditionTrace {
  readonly kind: 'GROUP';
  readonly group: GroupOperator;
  readonly conditions: readonly ConditionTrace[];
  readonly matched: boolean;
}

export interface SegmentTrace {
  readonly segmentKey: string;
  readonly isIncluded: boolean;
  /** false also when the key is included, because the list is not checked then. */
  readonly isExcluded: boolean;
  readonly rules: readonly SegmentRuleTrace[];
  readonly isMember: boolean;
}

export interface SegmentRuleTrace {
  readonly ruleId: string;
  readonly conditions: readonly ConditionTrace[];
  readonly matched: boolean;
}

/** The steps from an attribute to its bucket. */
export interface BucketTrace {
  readonly bucketBy: string;
  /** null when the attribute is absent. */
  readonly actual: JsonValue;
  /** The text whose UTF-8 bytes are hashed; null when the attribute has none. */
  readonly input: string | null;
  /** The text whose hash is the seed. */
  readonly salt: string;
  readonly seed: number | null;
  readonly hash: number | null;
  readonly bucket: number | null;
}

export interface Interval {
  /** First bucket inside the interval. */
  readonly start: number;
  /** First bucket after the interval. */
  readonly end: number;
}

export interface GateTrace extends BucketTrace {
  readonly interval: Interval;
  readonly matched: boolean;
}

export interface ServeTrace {
  /** The variation served. */
  readonly variation: string;
  /** null when one variation is served to all. */
  readonly rollout: RolloutTrace | null;
}

export interface RolloutTrace extends BucketTrace {
  readonly intervals: readonly (Interval & { readonly variation: string })[];
  readonly whenMissing: string;
  readonly isExperiment: boolean;
}
