/**
 * The wire format of a snapshot: everything that evaluating one environment at one revision needs.
 * Plain JSON. The server builds it, an SDK downloads it, `compileSnapshot` reads it. docs/PROTOCOL.md describes it for
 * other languages; a change that an older reader would misread raises `formatVersion`.
 */

export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue };

/** The type of every value a flag serves. Fixed when the flag is created. */
export type FlagValueType = 'BOOLEAN' | 'STRING' | 'NUMBER' | 'JSON';

export interface Snapshot {
  readonly formatVersion: 1;
  /** Random text, replaced when the database was restored or its revisions rewritten. Revisions compare only within one epoch. */
  readonly epoch: string;
  /** 0 for an environment that never changed; +1 for each committed change, without gaps. */
  readonly revision: number;
  /** Sorted by key (UTF-16 code units ascending); keys are unique. */
  readonly flags: readonly SnapshotFlag[];
  /** Sorted by key, like `flags`; keys are unique. */
  readonly segments: readonly SnapshotSegment[];
}

export interface SnapshotFlag {
  readonly key: string;
  /** Counts changes of the flag and of its configuration in this environment. */
  readonly version: number;
  readonly valueType: FlagValueType;
  readonly isEnabled: boolean;
  readonly isArchived: boolean;
  /** False when CLIENT and MOBILE keys never get the flag. */
  readonly isClientAvailable: boolean;
  /** Salt of every hash of this flag. Changing it moves every context. */
  readonly salt: string;
  /** 2 to 100, in declared order, keys unique. */
  readonly variations: readonly SnapshotVariation[];
  /** Key of the variation served while the flag is archived, not enabled, or a prerequisite fails. */
  readonly offVariation: string;
  /** Checked in this order; at most 20. */
  readonly prerequisites: readonly SnapshotPrerequisite[];
  /** Individual targets; a targeting key is in at most one of them; at most 1,000 keys in all. */
  readonly targets: readonly SnapshotTarget[];
  /** First match wins; at most 200. */
  readonly rules: readonly SnapshotRule[];
  readonly fallthrough: SnapshotServe;
}

export interface SnapshotVariation {
  readonly key: string;
  readonly value: JsonValue;
}

export interface SnapshotPrerequisite {
  readonly flagKey: string;
  /** Key of the variation that the other flag must serve, enabled and not archived. */
  readonly variation: string;
}

export interface SnapshotTarget {
  readonly variation: string;
  /** Targeting keys. */
  readonly targetingKeys: readonly string[];
}

export interface SnapshotRule {
  /** Unique within the flag configuration; part of the hash input of the rule's gate. */
  readonly id: string;
  /** All must match; an empty list matches every context. */
  readonly conditions: readonly SnapshotCondition[];
  /** Lets only a share of the matching contexts into the rule. Absent: all of them. */
  readonly gate?: SnapshotGate;
  readonly serve: SnapshotServe;
}

/** A share of contexts, by hash of an attribute. A context without the attribute is outside. */
export interface SnapshotGate {
  /** Attribute reference whose value is hashed. */
  readonly bucketBy: string;
  /** Thousandths of a percent, 0 to 100000. */
  readonly weight: number;
}

/** Exactly one of the two is present. */
export type SnapshotServe =
  | { readonly variation: string; readonly rollout?: undefined }
  | { readonly variation?: undefined; readonly rollout: SnapshotRollout };

export interface SnapshotRollout {
  /** Attribute reference whose value is hashed. */
  readonly bucketBy: string;
  /** Key of the variation for a context without the attribute. */
  readonly whenMissing: string;
  /** Shares in declared order; weights are thousandths of a percent and sum to 100000. */
  readonly shares: readonly SnapshotShare[];
  /** True when contexts that this rollout splits take part in an experiment. Absent: false. */
  readonly isExperiment?: boolean;
}

export interface SnapshotShare {
  readonly variation: string;
  readonly weight: number;
}

/** A test of one attribute, a test of segments, or a group. Exactly one of `attribute`, `segments`, `group` is present. */
export type SnapshotCondition = SnapshotAttributeCondition | SnapshotSegmentCondition | SnapshotGroupCondition;

export interface SnapshotAttributeCondition {
  /** A plain attribute name, or an RFC 6901 JSON Pointer when it starts with `/`. `targetingKey` means the targeting key. */
  readonly attribute: string;
  readonly operator: AttributeOperator;
  /** Operands; their number and type depend on the operator; at most 1,000. Empty for EXISTS and NOT_EXISTS. */
  readonly values: readonly JsonValue[];
  /** Text operators only: compare without regard to case. Absent: false. */
  readonly ignoreCase?: boolean;
}

export interface SnapshotSegmentCondition {
  readonly operator: SegmentOperator;
  /** Segment keys. IN_SEGMENT matches when the context is in any; NOT_IN_SEGMENT is its plain negation. */
  readonly segments: readonly string[];
}

export interface SnapshotGroupCondition {
  readonly group: GroupOperator;
  /** Nested at most 8 deep. An empty ALL or NONE matches, an empty ANY does not. */
  readonly conditions: readonly SnapshotCondition[];
}

export type GroupOperator = 'ALL' | 'ANY' | 'NONE';
export type SegmentOperator = 'IN_SEGMENT' | 'NOT_IN_SEGMENT';
export type AttributeOperator =
  | 'IN'
  | 'NOT_IN'
  | 'EQUALS'
  | 'NOT_EQUALS'
  | 'STARTS_WITH'
  | 'NOT_STARTS_WITH'
  | 'ENDS_WITH'
  | 'NOT_ENDS_WITH'
  | 'CONTAINS'
  | 'NOT_CONTAINS'
  | 'MATCHES'
  | 'NOT_MATCHES'
  | 'LESS_THAN'
  | 'LESS_OR_EQUAL'
  | 'GREATER_THAN'
  | 'GREATER_OR_EQUAL'
  | 'BETWEEN'
  | 'MODULO'
  | 'BEFORE'
  | 'AFTER'
  | 'SEMVER_EQUAL'
  | 'SEMVER_LESS'
  | 'SEMVER_LESS_OR_EQUAL'
  | 'SEMVER_GREATER'
  | 'SEMVER_GREATER_OR_EQUAL'
  | 'IP_IN_CIDR'
  | 'EXISTS'
  | 'NOT_EXISTS';

export interface SnapshotSegment {
  readonly key: string;
  readonly version: number;
  /** Targeting keys that are in the segment whatever the rules say; at most 100,000 together with `excluded`. */
  readonly included: readonly string[];
  /** Targeting keys that are not in the segment whatever the rules say. A key is in one list only. */
  readonly excluded: readonly string[];
  /** Checked after the lists; the context is in the segment when any matches. */
  readonly rules: readonly SnapshotSegmentRule[];
}

export interface SnapshotSegmentRule {
  readonly id: string;
  /** All must match. They may name other segments, but not in a cycle. */
  readonly conditions: readonly SnapshotCondition[];
}
