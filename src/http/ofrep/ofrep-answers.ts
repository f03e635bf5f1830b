/** Converts evaluations to OFREP 0.3.0 (github.com/open-feature/protocol, service/openapi.yaml). Pure. */
import {
  evaluate,
  hideSecrets,
  type CompiledSnapshot,
  type Evaluation,
  type EvaluationContext,
  type RolloutTrace,
} from '../../evaluation';

/** `serverEvaluationSuccess` of the specification. */
export interface OfrepSuccess {
  readonly key: string;
  readonly value: unknown;
  readonly reason: OfrepReason;
  readonly variant: string;
  readonly metadata: Readonly<Record<string, string | number | boolean>>;
}

/** `evaluationFailure`, and `flagNotFound`. */
export interface OfrepFailure {
  readonly key: string;
  readonly errorCode: OfrepErrorCode;
  readonly errorDetails: string;
}

export type OfrepReason = 'STATIC' | 'TARGETING_MATCH' | 'SPLIT' | 'DISABLED' | 'UNKNOWN';
export type OfrepErrorCode = 'FLAG_NOT_FOUND' | 'PARSE_ERROR' | 'TARGETING_KEY_MISSING' | 'INVALID_CONTEXT' | 'GENERAL';

/** `evaluation` is the part of the decision that the caller may see; `compiled` and `context` are its inputs. */
export function ofrepAnswer(
  evaluation: Evaluation,
  compiled: CompiledSnapshot,
  context: EvaluationContext,
): OfrepSuccess | OfrepFailure {
  const { flagKey: key, value, variationKey, ruleId, flagVersion } = evaluation;
  if (variationKey === null || flagVersion === null) return { key: hideSecrets(key), ...failureOf(evaluation) };
  if (needsTargetingKey(compiled, key, context)) {
    const errorDetails = 'A rollout of the flag uses the targeting key, and the context has none.';
    return { key, errorCode: 'TARGETING_KEY_MISSING', errorDetails };
  }
  const metadata = { flagVersion, ...(ruleId === null ? {} : { ruleId }) };
  return { key, value, reason: reasonOf(evaluation, compiled), variant: variationKey, metadata };
}

function failureOf({ errorCode, errorMessage }: Evaluation): Omit<OfrepFailure, 'key'> {
  const errorDetails = errorMessage ?? 'The flag cannot be evaluated.';
  switch (errorCode) {
    case 'FLAG_NOT_FOUND':
    case 'PARSE_ERROR':
    case 'TARGETING_KEY_MISSING':
    case 'INVALID_CONTEXT':
      return { errorCode, errorDetails };
    case 'TYPE_MISMATCH':
    case 'GENERAL':
    case null:
      return { errorCode: 'GENERAL', errorDetails };
  }
}

/** The specification has no DEFAULT: a fallthrough is UNKNOWN when other contexts are served something else. */
function reasonOf({ reason, flagKey }: Evaluation, compiled: CompiledSnapshot): OfrepReason {
  switch (reason) {
    case 'TARGET_MATCH':
    case 'RULE_MATCH':
      return 'TARGETING_MATCH';
    case 'SPLIT':
      return 'SPLIT';
    case 'DISABLED':
    case 'PREREQUISITE_FAILED':
      return 'DISABLED';
    case 'FALLTHROUGH':
      return compiled.flags.get(flagKey)?.constant ? 'STATIC' : 'UNKNOWN';
    case 'ERROR':
      return 'UNKNOWN';
  }
}

/**
 * Whether a rollout or gate on the way, of the flag or a prerequisite, hashes a missing targeting key. The core has an
 * answer for it (`whenMissing`); for OpenFeature clients it is an error, so that it is noticed.
 */
function needsTargetingKey(compiled: CompiledSnapshot, flagKey: string, context: EvaluationContext): boolean {
  if (context.targetingKey || compiled.flags.get(flagKey)?.constant) return false;
  const { trace } = evaluate(compiled, flagKey, context, { trace: true });
  return (trace?.flags ?? []).some(
    ({ rules, fallthrough }) =>
      rules.some(({ gate, serve }) => lacksKey(gate) || lacksKey(serve?.rollout)) || lacksKey(fallthrough?.rollout),
  );
}

function lacksKey(bucket: Pick<RolloutTrace, 'bucketBy' | 'input'> | null | undefined): boolean {
  if (!bucket || bucket.input !== null) return false;
  return bucket.bucketBy === 'targetingKey' || bucket.bucketBy === '/targetingKey';
}
