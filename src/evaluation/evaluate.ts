import type { CompiledFlag, CompiledSnapshot } from './compiled';
import type { EvaluationContext, Subject } from './context';
import { createSubject } from './context';
import { outcomeOf } from './decide';
import type { Evaluation } from './evaluation';
import { buildResult, flagNotFound, resultOf } from './evaluation';
import { traceFlag } from './trace';

export interface EvaluateOptions {
  /** Adds a trace of every step to the result. Costs nothing when false. */
  readonly trace?: boolean;
}

export interface EvaluateAllOptions extends EvaluateOptions {
  /** Selects the flags that are answered; all when absent. It must not throw. */
  readonly filter?: (flag: CompiledFlag) => boolean;
}

/** Decides one flag for one context. Never throws. */
export function evaluate(
  compiled: CompiledSnapshot,
  flagKey: string,
  context: EvaluationContext,
  options?: EvaluateOptions,
): Evaluation {
  const flag = compiled.flags.get(flagKey);
  if (flag === undefined) return flagNotFound(flagKey, compiled.revision);
  if (options?.trace === true) return evaluateWithTrace(flag, createSubject(context, compiled.memory), compiled.revision);
  return resultOf(flag.constant ?? flag.evaluate(createSubject(context, compiled.memory)), compiled.revision);
}

/**
 * Decides every flag for one context, in key order; archived flags are left out. Prerequisites and segments that flags share
 * are decided once in the call.
 */
export function evaluateAll(compiled: CompiledSnapshot, context: EvaluationContext, options?: EvaluateAllOptions): Evaluation[] {
  const subject = createSubject(context, compiled.memory, compiled.attributeSlots.count);
  const { revision } = compiled;
  const filter = options?.filter ?? null;
  const isTraced = options?.trace === true;
  const evaluations: Evaluation[] = [];
  for (const flag of compiled.liveFlags) {
    if (filter !== null && !filter(flag)) continue;
    evaluations.push(isTraced ? evaluateWithTrace(flag, subject, revision) : resultOf(outcomeOf(flag, subject), revision));
  }
  return evaluations;
}

/**
 * Decides some flags of a compiled snapshot for one context, in the order given. Prerequisites and segments that flags share
 * are decided once in the call. Never throws.
 */
export function evaluateEach(
  compiled: CompiledSnapshot,
  flags: readonly CompiledFlag[],
  context: EvaluationContext,
): Evaluation[] {
  const subject = createSubject(context, compiled.memory, compiled.attributeSlots.count);
  return flags.map((flag) => resultOf(outcomeOf(flag, subject), compiled.revision));
}

/** The filter of `evaluateAll` for callers that may see only flags that are available to clients. */
export function isClientAvailable(flag: CompiledFlag): boolean {
  return flag.isClientAvailable;
}

/** Returns the keys of the segments that the context is in, in key order. */
export function segmentsOf(compiled: CompiledSnapshot, context: EvaluationContext): string[] {
  const subject = createSubject(context, compiled.memory, compiled.attributeSlots.count);
  const keys: string[] = [];
  for (const segment of compiled.segments.values()) {
    if (segment.contains(subject)) keys.push(segment.key);
  }
  return keys;
}

function evaluateWithTrace(flag: CompiledFlag, subject: Subject, revision: number): Evaluation {
  return buildResult(flag.evaluate(subject), revision, traceFlag(flag, subject));
}
