import type { CallMemory } from './call-memory';
import type { AttributeReader, AttributeSlots, Subject } from './context';
import type { Outcome } from './evaluation';
import type { ValueTest } from './operands';
import type { FlagValueType, GroupOperator, SnapshotRollout, SnapshotVariation } from './snapshot';

/** A compiled snapshot. Its flags and segments never change; they are shared with the compiled snapshots before and after. */
export interface CompiledSnapshot {
  readonly epoch: string;
  readonly revision: number;
  /** Keyed by flag key, in key order. */
  readonly flags: ReadonlyMap<string, CompiledFlag>;
  /** Flags that are not archived, in key order; these are "all flags". */
  readonly liveFlags: readonly CompiledFlag[];
  /** Keyed by segment key, in key order. */
  readonly segments: ReadonlyMap<string, CompiledSegment>;
  readonly attributeSlots: AttributeSlots;
  /** Cache of the running call. */
  readonly memory: CallMemory;
}

/** A problem in a snapshot. The flag that it names answers with an error, a segment contains nobody; others are not affected. */
export interface SnapshotProblem {
  readonly flagKey?: string;
  readonly segmentKey?: string;
  /** Path inside the flag or segment, when one is named; else inside the snapshot. */
  readonly path: readonly (string | number)[];
  readonly message: string;
}

/**
 * A flag ready to decide, as one function, so that flags compiled from another dialect can be mixed with native ones.
 * `SnapshotFlag` is the JSON that it was compiled from; the function and a trace walk its `FlagParts`. Immutable.
 */
export interface CompiledFlag {
  readonly key: string;
  readonly version: number;
  readonly valueType: FlagValueType;
  readonly isArchived: boolean;
  readonly isClientAvailable: boolean;
  /** The wire object; the next compile reuses the flag when it meets the same object. */
  readonly source: unknown;
  readonly prerequisiteKeys: readonly string[];
  readonly segmentKeys: readonly string[];
  readonly problems: readonly SnapshotProblem[];
  /** The parts, which a trace walks; null when the flag did not compile. */
  readonly parts: FlagParts | null;
  readonly evaluate: (subject: Subject) => Outcome;
  /** The outcome when it is the same for every context, which spares the call; else null. */
  readonly constant: Outcome | null;
  /** Slot of the outcome, for flags that have this one as prerequisite; -1 when none has, or the outcome is constant. */
  readonly outcomeSlot: number;
}

/** The parts of a `CompiledFlag`: those of a `SnapshotFlag`, with references resolved and tests compiled. */
export interface FlagParts {
  readonly isEnabled: boolean;
  readonly variations: readonly SnapshotVariation[];
  readonly off: Outcome;
  readonly prerequisites: readonly CompiledPrerequisite[];
  readonly targets: readonly CompiledTarget[];
  readonly rules: readonly CompiledRule[];
  readonly fallthrough: CompiledServe;
}

export interface CompiledPrerequisite {
  readonly flag: CompiledFlag;
  readonly variationKey: string;
  readonly failed: Outcome;
}

export interface CompiledTarget {
  readonly targetingKeys: readonly string[];
  readonly outcome: Outcome;
}

export interface CompiledRule {
  readonly id: string;
  readonly conditions: readonly CompiledCondition[];
  readonly gate: CompiledGate | null;
  readonly serve: CompiledServe;
}

export interface CompiledGate {
  readonly bucketBy: string;
  readonly salt: string;
  readonly weight: number;
  readonly read: AttributeReader;
  readonly test: (subject: Subject) => boolean;
}

/** Serves one outcome to all contexts, or splits them over several. */
export interface CompiledServe {
  /** The outcome of every context, or null when a rollout splits. */
  readonly fixed: Outcome | null;
  readonly split: CompiledSplit | null;
  readonly choose: (subject: Subject) => Outcome;
}

export interface CompiledSplit {
  readonly rollout: SnapshotRollout;
  readonly salt: string;
  readonly read: AttributeReader;
}

export type ConditionTest = (subject: Subject) => boolean;

/**
 * A condition. All have the same shape, so that testing one costs one call: the walk over rules reads a plain attribute's
 * value itself and passes it to `testValue`; any other condition is decided by `test`.
 */
export interface CompiledCondition {
  /** The attribute name when it is a plain one that no object inherits; else null. */
  readonly ownName: string | null;
  /** Slot of that attribute's value; -1 when it has none. */
  readonly slot: number;
  readonly testValue: ValueTest;
  /**
   * Slot of the answer, which all equal conditions of a compile share, because rules and flags repeat each other. -1 when
   * there is only one such condition, so that caching the answer does not pay.
   */
  readonly answerSlot: number;
  readonly test: ConditionTest;
  readonly detail: ConditionDetail;
}

/** The parts of a condition that a trace shows. */
export type ConditionDetail =
  | {
      readonly kind: 'ATTRIBUTE';
      readonly attribute: string;
      readonly operator: string;
      readonly values: readonly unknown[];
      readonly ignoreCase: boolean;
      readonly read: AttributeReader;
    }
  | { readonly kind: 'SEGMENT'; readonly isNegated: boolean; readonly segments: readonly CompiledSegment[] }
  | { readonly kind: 'GROUP'; readonly group: GroupOperator; readonly conditions: readonly CompiledCondition[] };

export interface CompiledSegment {
  readonly key: string;
  readonly version: number;
  /** The wire object; the next compile reuses the segment when it meets the same object. */
  readonly source: unknown;
  readonly segmentKeys: readonly string[];
  readonly problems: readonly SnapshotProblem[];
  readonly included: ReadonlySet<string>;
  readonly excluded: ReadonlySet<string>;
  readonly rules: readonly CompiledSegmentRule[];
  readonly contains: ConditionTest;
}

export interface CompiledSegmentRule {
  readonly id: string;
  readonly conditions: readonly CompiledCondition[];
}
