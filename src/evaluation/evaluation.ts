import { quote } from './quote';
import type { EvaluationErrorCode, EvaluationReason } from './reason';
import type { JsonValue } from './snapshot';
import type { Trace } from './trace-shape';

/**
 * The answer for one flag and one context. Every property is always present. Frozen; without a trace, the same answer at the
 * same revision may be the same object, so that callers can cache by identity.
 */
export interface Evaluation {
  readonly flagKey: string;
  /** null for an error; a JSON flag may also serve null. */
  readonly value: JsonValue;
  /** null for an error. */
  readonly variationKey: string | null;
  /** Index of the variation in the flag's declared order; -1 for an error. */
  readonly variationIndex: number;
  readonly reason: EvaluationReason;
  /** The rule that matched, also when its rollout split; else null. */
  readonly ruleId: string | null;
  /** The first prerequisite that failed; else null. */
  readonly prerequisiteKey: string | null;
  readonly errorCode: EvaluationErrorCode | null;
  readonly errorMessage: string | null;
  /** True when an experiment's rollout split this context. */
  readonly inExperiment: boolean;
  /** null when there is no such flag. */
  readonly flagVersion: number | null;
  readonly revision: number;
  /** null unless `EvaluateOptions.trace` is true. */
  readonly trace: Trace | null;
}

/**
 * One of the finitely many answers of a compiled flag, known at compile time. `latest` caches the result that was built last,
 * because flags are reused between revisions, but results are not. It changes no answer, since the outcome and the revision
 * determine the result.
 */
export interface Outcome {
  readonly flagKey: string;
  readonly flagVersion: number;
  readonly value: JsonValue;
  readonly variationKey: string | null;
  readonly variationIndex: number;
  readonly reason: EvaluationReason;
  readonly ruleId: string | null;
  readonly prerequisiteKey: string | null;
  readonly errorMessage: string | null;
  readonly inExperiment: boolean;
  latest: Evaluation | null;
}

/** The result of an outcome at a revision, without a trace. */
export function resultOf(outcome: Outcome, revision: number): Evaluation {
  const latest = outcome.latest;
  if (latest !== null && latest.revision === revision) return latest;
  const result = buildResult(outcome, revision, null);
  outcome.latest = result;
  return result;
}

export function buildResult(outcome: Outcome, revision: number, trace: Trace | null): Evaluation {
  return Object.freeze({
    flagKey: outcome.flagKey,
    value: outcome.value,
    variationKey: outcome.variationKey,
    variationIndex: outcome.variationIndex,
    reason: outcome.reason,
    ruleId: outcome.ruleId,
    prerequisiteKey: outcome.prerequisiteKey,
    errorCode: outcome.reason === 'ERROR' ? 'PARSE_ERROR' : null,
    errorMessage: outcome.errorMessage,
    inExperiment: outcome.inExperiment,
    flagVersion: outcome.flagVersion,
    revision,
    trace,
  });
}

export function flagNotFound(flagKey: string, revision: number): Evaluation {
  return Object.freeze({
    flagKey,
    value: null,
    variationKey: null,
    variationIndex: -1,
    reason: 'ERROR',
    ruleId: null,
    prerequisiteKey: null,
    errorCode: 'FLAG_NOT_FOUND',
    errorMessage: `There is no flag ${quote(flagKey)} in the environment.`,
    inExperiment: false,
    flagVersion: null,
    revision,
    trace: null,
  });
}
