import { RequestFault } from '../../errors';
import { evaluate, type CompiledSnapshot, type Evaluation, type EvaluationContext } from '../../evaluation';
import { jsonLength, TRACE_BYTES_MAX, tracesProblem } from './trace-rules';

/** Counts the traces so far for the fields of one operation. */
export interface TraceBudget {
  traces?: number;
  traceLength?: number;
}

/**
 * Answers a function that does, with traces, what `evaluateVisible` does for actors that see everything; it is called for each
 * of `contextCount` contexts. Throws BAD_USER_INPUT, at once when there would be too many traces, or later when they grow too
 * large: a tested value may be long, and a trace contains it as often as it is tested.
 */
export function tracedEvaluator(
  compiled: CompiledSnapshot,
  contextCount: number,
  flagKeys: readonly string[] | null,
  budget: TraceBudget,
): (context: EvaluationContext) => readonly Evaluation[] {
  const keys = flagKeys ?? compiled.liveFlags.map(({ key }) => key);
  const tooMany = tracesProblem(contextCount, keys.length, budget.traces ?? 0);
  if (tooMany !== null) throw new RequestFault('BAD_USER_INPUT', tooMany);
  budget.traces = (budget.traces ?? 0) + contextCount * keys.length;
  return (context) =>
    keys.map((key) => {
      const evaluation = evaluate(compiled, key, context, { trace: true });
      spendLength(evaluation, budget);
      return evaluation;
    });
}

function spendLength({ flagKey, trace }: Evaluation, budget: TraceBudget): void {
  const before = budget.traceLength ?? 0;
  budget.traceLength = before + jsonLength(trace, TRACE_BYTES_MAX - before);
  if (budget.traceLength <= TRACE_BYTES_MAX) return;
  const message = `With the trace of ${JSON.stringify(flagKey)}, the traces exceed the limit of ${TRACE_BYTES_MAX} bytes in one operation; trace fewer flags or contexts.`;
  throw new RequestFault('BAD_USER_INPUT', message);
}
