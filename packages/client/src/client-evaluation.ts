import type { Evaluation } from '@flagstaff/evaluation';
import type { ClientEvaluation } from './flag-api';

/** Leaves out what pages are not to see. */
export function clientEvaluationOf(evaluation: Evaluation): ClientEvaluation {
  const { flagKey, value, variationKey, reason, errorCode, flagVersion, inExperiment } = evaluation;
  const shown = { flagKey, value, variation: variationKey, reason, errorCode, flagVersion };
  return inExperiment ? { ...shown, inExperiment } : shown;
}
