/** Flags as an application sees them, in every SDK. */
import type { Evaluation, EvaluationContext, FlagValueType, JsonValue } from '@flagstaff/evaluation';
import type { Position } from './api';

/** A flag with the type of its values, as `defineFlag` makes it. */
export interface Flag<T> {
  readonly key: string;
  readonly valueType: FlagValueType;
  /** Served while there is no flag of this key and type. */
  readonly fallback: T;
  /** The values that the program knows; others are answered by the fallback. Null: all of the type. */
  readonly values: readonly T[] | null;
}

/** OpenFeature's codes. NOT_READY: there are no flags yet. */
export type ErrorCode =
  'NOT_READY' | 'FLAG_NOT_FOUND' | 'PARSE_ERROR' | 'TYPE_MISMATCH' | 'INVALID_CONTEXT' | 'TARGETING_KEY_MISSING' | 'GENERAL';

export interface Details<T> {
  readonly flagKey: string;
  /** The value that the flag serves; the fallback where `errorCode` is not null. */
  readonly value: T;
  /** Key of the variation. Null for an error or an override. */
  readonly variation: string | null;
  readonly reason: Evaluation['reason'] | 'OVERRIDE';
  readonly ruleId: string | null;
  readonly flagVersion: number | null;
  readonly inExperiment: boolean;
  readonly errorCode: ErrorCode | null;
  readonly errorMessage: string | null;
  /** The revision that decided. Null while there are no flags. */
  readonly position: Position | null;
}

/** The answers for one context, for a page that is rendered on the server: no rule, and client-available flags only. */
export interface Bootstrap {
  readonly format: 1;
  readonly position: Position;
  /** Names the context, so that it is not taken for another's. */
  readonly contextDigest: string;
  /** Sorted by key. */
  readonly evaluations: readonly ClientEvaluation[];
}

export interface ClientEvaluation {
  readonly flagKey: string;
  readonly value: JsonValue;
  readonly variation: string | null;
  readonly reason: string;
  readonly errorCode: string | null;
  /** Left out or null: not known. */
  readonly flagVersion?: number | null;
  /** Left out: false. */
  readonly inExperiment?: boolean;
}

/** Synchronous, and called for each `value` and `details`. A hook that throws is a fault, and changes nothing. */
export interface Hook {
  /** May answer another context. */
  before?(flagKey: string, context: EvaluationContext): EvaluationContext | void;
  after?(details: Details<unknown>, context: EvaluationContext): void;
}
