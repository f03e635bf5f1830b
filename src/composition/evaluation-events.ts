/** Notes evaluations in the trace of their request, with OpenTelemetry's attribute names for feature flags. */
import type { KeptOutcome } from '../modules/snapshots/snapshot-service';
import type { Tracing } from '../telemetry/tracing';

/** The most events of one request: a span is not the place for thousands. */
const EVENTS_MAX = 100;

/** Undefined: traces are off. */
export function createEvaluationEvents(tracing: Tracing | null): ((outcome: KeptOutcome) => void) | undefined {
  if (tracing === null) return undefined;
  return ({ environmentId, results }) => {
    if (!tracing.isRecording()) return;
    const evaluations = results.flatMap(({ evaluations: all }) => all).slice(0, EVENTS_MAX);
    for (const { flagKey, variationKey, reason, errorCode, revision } of evaluations) {
      tracing.addEvent('feature_flag.evaluation', {
        'feature_flag.key': flagKey,
        'feature_flag.provider.name': 'flagstaff',
        'feature_flag.set.id': environmentId,
        'feature_flag.version': String(revision),
        'feature_flag.result.reason': reason.toLowerCase(),
        ...(variationKey === null ? {} : { 'feature_flag.result.variant': variationKey }),
        ...(errorCode === null ? {} : { 'error.type': errorCode.toLowerCase() }),
      });
    }
  };
}
