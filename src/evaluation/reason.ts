/** Why a variation was served. */
export type EvaluationReason =
  'DISABLED' | 'PREREQUISITE_FAILED' | 'TARGET_MATCH' | 'RULE_MATCH' | 'SPLIT' | 'FALLTHROUGH' | 'ERROR';

/** OpenFeature's codes. The core itself answers with the first two. */
export type EvaluationErrorCode =
  'FLAG_NOT_FOUND' | 'PARSE_ERROR' | 'TYPE_MISMATCH' | 'TARGETING_KEY_MISSING' | 'INVALID_CONTEXT' | 'GENERAL';
