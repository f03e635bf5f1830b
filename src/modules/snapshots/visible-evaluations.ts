/** Decides which parts of evaluations an actor sees, the same for every way of asking. Pure. */
import {
  evaluate,
  evaluateAll,
  isClientAvailable,
  quote,
  type CompiledFlag,
  type CompiledSnapshot,
  type Evaluation,
  type EvaluationContext,
} from '../../evaluation';
import type { Actor } from '../access/actor';

/** Answers false for CLIENT and MOBILE keys: they see only client-available flags, without evaluation details. */
export function seesEverything(actor: Actor): boolean {
  return actor.kind !== 'API_KEY' || (actor.keyKind !== 'CLIENT' && actor.keyKind !== 'MOBILE');
}

/** Tells whether the actor may know that there is such a flag. */
export function isVisible(flag: CompiledFlag, seesAll: boolean): boolean {
  return seesAll || flag.isClientAvailable;
}

const clientAvailableCounts = new WeakMap<CompiledSnapshot, number>();

/** Counts the flags that the actor may know of: costs and bounds must not count others. */
export function visibleFlagCount(compiled: CompiledSnapshot, seesAll: boolean): number {
  if (seesAll) return compiled.liveFlags.length;
  const known = clientAvailableCounts.get(compiled);
  if (known !== undefined) return known;
  const count = compiled.liveFlags.filter(isClientAvailable).length;
  clientAvailableCounts.set(compiled, count);
  return count;
}

/** Evaluates `flagKeys`, in the order given, unknown ones included; null: all that are not archived, in key order. */
export function evaluateVisible(
  compiled: CompiledSnapshot,
  context: EvaluationContext,
  flagKeys: readonly string[] | null,
  seesAll: boolean,
): readonly Evaluation[] {
  if (seesAll)
    return flagKeys === null ? evaluateAll(compiled, context) : flagKeys.map((key) => evaluate(compiled, key, context));
  if (flagKeys === null) return evaluateAll(compiled, context, { filter: isClientAvailable }).map(withoutDetails);
  return flagKeys.map((key) => {
    const flag = compiled.flags.get(key);
    return flag?.isClientAvailable === true
      ? withoutDetails(evaluate(compiled, key, context))
      : absentFlag(compiled, key, seesAll);
  });
}

/** Answers for a flag that does not exist for the actor. A hidden flag is answered exactly like one that does not exist. */
export function absentFlag(compiled: CompiledSnapshot, key: string, seesAll: boolean): Evaluation {
  if (seesAll && !compiled.flags.has(key)) return evaluate(compiled, key, {});
  // The empty key is one that no flag can have.
  const errorMessage = `There is no flag ${quote(key)} in the environment.`;
  return { ...evaluate(compiled, '', {}), flagKey: key, errorMessage };
}

/** Answers for a context that cannot be evaluated. A problem of the flag itself is reported instead. */
export function withInvalidContext(evaluation: Evaluation, errorMessage: string): Evaluation {
  if (evaluation.errorCode !== null) return evaluation;
  const { flagKey, flagVersion, revision } = evaluation;
  return Object.freeze({
    ...{ flagKey, flagVersion, revision },
    ...{ value: null, variationKey: null, variationIndex: -1 },
    ...{ reason: 'ERROR', errorCode: 'INVALID_CONTEXT', errorMessage },
    ...{ ruleId: null, prerequisiteKey: null, inExperiment: false, trace: null },
  });
}

/** Maps each answer to the one without details, so that the same answer gives the same object. */
const bared = new WeakMap<Evaluation, Evaluation>();

/** Omits the evaluation details. Answers the same object when there is nothing to omit. */
export function withoutDetails(evaluation: Evaluation): Evaluation {
  const known = bared.get(evaluation);
  if (known !== undefined) return known;
  const bare = omitDetails(evaluation);
  bared.set(evaluation, bare);
  return bare;
}

function omitDetails(evaluation: Evaluation): Evaluation {
  const { ruleId, prerequisiteKey, trace, errorCode } = evaluation;
  // The message of a parse error names rules and segments of the flag, and other flags.
  if (errorCode === 'PARSE_ERROR') return { ...evaluation, errorMessage: 'The flag cannot be evaluated.', trace: null };
  if (ruleId === null && prerequisiteKey === null && trace === null) return evaluation;
  return { ...evaluation, ruleId: null, prerequisiteKey: null, trace: null };
}
