/** What an actor is told of evaluations, the same whichever way it asks. Pure. */
import {
  evaluate,
  evaluateAll,
  isClientAvailable,
  type CompiledFlag,
  type CompiledSnapshot,
  type Evaluation,
  type EvaluationContext,
} from '../../evaluation';
import type { Actor } from '../access/actor';

/** False for CLIENT and MOBILE keys: they are told of client-available flags only, and the answer without its grounds. */
export function seesEverything(actor: Actor): boolean {
  return actor.kind !== 'API_KEY' || (actor.keyKind !== 'CLIENT' && actor.keyKind !== 'MOBILE');
}

/** Whether the actor is told that there is such a flag. */
export function isVisible(flag: CompiledFlag, seesAll: boolean): boolean {
  return seesAll || flag.isClientAvailable;
}

const clientAvailableCounts = new WeakMap<CompiledSnapshot, number>();

/** How many flags the actor is told that there are: prices and bounds must not count others. */
export function visibleFlagCount(compiled: CompiledSnapshot, seesAll: boolean): number {
  if (seesAll) return compiled.liveFlags.length;
  const known = clientAvailableCounts.get(compiled);
  if (known !== undefined) return known;
  const count = compiled.liveFlags.filter(isClientAvailable).length;
  clientAvailableCounts.set(compiled, count);
  return count;
}

/** `flagKeys` null: all that are not archived, in key order; else those, in the order given, unknown ones included. */
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

/** The answer for a flag that is not there for the actor: for those who do not see all, a hidden one is exactly such a flag. */
export function absentFlag(compiled: CompiledSnapshot, key: string, seesAll: boolean): Evaluation {
  if (seesAll && !compiled.flags.has(key)) return evaluate(compiled, key, {});
  // Evaluated under a key that no flag can have.
  const errorMessage = `There is no flag ${JSON.stringify(key)} in the environment.`;
  return { ...evaluate(compiled, '', {}), flagKey: key, errorMessage };
}

/** The answer for a context that nothing can be decided for. What is wrong with the flag itself is told first. */
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

/** What was left of an answer, so that the same answer leaves the same object. */
const bared = new WeakMap<Evaluation, Evaluation>();

/** The answer, not how it came about. The same object when there is nothing to leave out. */
export function withoutDetails(evaluation: Evaluation): Evaluation {
  const known = bared.get(evaluation);
  if (known !== undefined) return known;
  const bare = omitDetails(evaluation);
  bared.set(evaluation, bare);
  return bare;
}

function omitDetails(evaluation: Evaluation): Evaluation {
  const { ruleId, prerequisiteKey, trace, errorCode } = evaluation;
  // What is wrong with a flag names its rules, its segments and other flags.
  if (errorCode === 'PARSE_ERROR') return { ...evaluation, errorMessage: 'The flag cannot be evaluated.', trace: null };
  if (ruleId === null && prerequisiteKey === null && trace === null) return evaluation;
  return { ...evaluation, ruleId: null, prerequisiteKey: null, trace: null };
}
