/** The answers that a subscriber of live evaluations must know and be sent, by brute force with the core. */
import { evaluate, evaluateAll, type CompiledSnapshot, type Evaluation, type EvaluationContext } from '../../src/evaluation';

export interface Asker {
  readonly isClient: boolean;
  /** Null: all. */
  readonly flagKeys: readonly string[] | null;
  readonly context: EvaluationContext;
}

/** Flag key to the evaluation that the asker knows. */
export type Known = ReadonlyMap<string, Evaluation>;

/** Flag key, value, variation, reason, error code, version. */
export type Answer = readonly unknown[];

export function knownAt(compiled: CompiledSnapshot, { isClient, flagKeys, context }: Asker): Known {
  const isHidden = (key: string): boolean => isClient && compiled.flags.get(key)?.isClientAvailable !== true;
  const evaluations =
    flagKeys === null
      ? evaluateAll(compiled, context).filter(({ flagKey }) => !isHidden(flagKey))
      : flagKeys.map((key) => ({ ...evaluate(compiled, isHidden(key) ? '' : key, context), flagKey: key }));
  return new Map(evaluations.map((evaluation) => [evaluation.flagKey, evaluation]));
}

export function answersOf(known: Known): Answer[] {
  return [...known.values()].map(answerOf);
}

export function answerOf({ flagKey, value, variationKey, reason, errorCode, flagVersion }: Evaluation): Answer {
  return [flagKey, value, variationKey, reason, errorCode, flagVersion];
}

/** The answers sent to a subscriber that knows `before`: in the order asked for, else by key. */
export function newsOf(before: Known, now: Known, flagKeys: readonly string[] | null): Answer[] {
  const keys = flagKeys ?? [...new Set([...before.keys(), ...now.keys()])].sort();
  return keys
    .filter((key) => essenceOf(before.get(key)) !== essenceOf(now.get(key)))
    .map((key) => {
      const evaluation = now.get(key);
      return evaluation ? answerOf(evaluation) : [key, null, null, 'ERROR', 'FLAG_NOT_FOUND', null];
    });
}

/** A flag is told again when this differs. */
function essenceOf(evaluation: Evaluation | undefined): string {
  if (evaluation === undefined) return JSON.stringify([null, null, 'FLAG_NOT_FOUND']);
  return JSON.stringify([evaluation.value, evaluation.variationKey, evaluation.errorCode]);
}
