/** From a flag and a context to a value that the program can use: types, fallbacks, overrides, hooks. */
import { evaluate, type Evaluation, type EvaluationContext, type JsonValue } from '@flagstaff/evaluation';
import type { Fault } from '../../client/src/api';
import { failed, fits, Hooks, Misfits, overridden, quote, type Asked } from '../../client/src/details';
import type { EvaluationCounts } from '../../client/src/evaluation-counts';
import type { Details, Hook } from '../../client/src/flag-api';
import type { SnapshotKeeper } from './snapshot-keeper';

export interface DeciderParts {
  readonly keeper: SnapshotKeeper;
  /** Null: none, and asking costs nothing. */
  readonly overrides: ReadonlyMap<string, JsonValue> | null;
  readonly hooks: readonly Hook[];
  /** Null: nothing is counted. */
  readonly counts: EvaluationCounts<Evaluation> | null;
  readonly onFault: (fault: Fault) => void;
}

const NO_CONTEXT: EvaluationContext = Object.freeze({});

export class Decider {
  /** True when nothing stands between the core and the caller. */
  private readonly isPlain: boolean;
  private readonly misfits: Misfits;
  private readonly hooks: Hooks;

  constructor(private readonly parts: DeciderParts) {
    this.misfits = new Misfits(parts.onFault);
    this.hooks = new Hooks(parts.hooks, parts.onFault);
    this.isPlain = parts.overrides === null && parts.hooks.length === 0;
  }

  value<T>(flag: Asked<T>, context: EvaluationContext = NO_CONTEXT): T {
    if (this.isPlain) {
      try {
        const evaluation = evaluate(this.parts.keeper.compiled, flag.key, context);
        const { value } = evaluation;
        if (evaluation.errorCode === null && fits(flag, value)) {
          this.parts.counts?.add(evaluation);
          return value as T;
        }
      } catch {
        // A context whose members throw when they are read: `details` says so.
      }
    }
    return this.details(flag, context).value;
  }

  details<T>(flag: Asked<T>, context: EvaluationContext = NO_CONTEXT): Details<T> {
    if (this.isPlain) return this.decide(flag, context);
    const changed = this.hooks.before(flag.key, context);
    const details = this.decide(flag, changed);
    this.hooks.after(details, changed);
    return details;
  }

  private decide<T>(flag: Asked<T>, context: EvaluationContext): Details<T> {
    const { keeper, overrides } = this.parts;
    const override = overrides?.get(flag.key);
    if (override !== undefined) return this.overridden(flag, override);
    if (keeper.position === null) return { ...failed(flag, 'NOT_READY', 'There are no flags yet.'), position: null };
    try {
      return this.detailsOf(flag, evaluate(keeper.compiled, flag.key, context));
    } catch (cause) {
      this.parts.onFault({ kind: 'LISTENER', message: `A context threw when it was read for flag ${quote(flag.key)}.`, cause });
      return { ...failed(flag, 'GENERAL', 'The context threw when it was read.'), position: null };
    }
  }

  private detailsOf<T>(flag: Asked<T>, evaluation: Evaluation): Details<T> {
    const { value, errorCode, errorMessage, variationKey: variation, reason, ruleId, flagVersion, inExperiment } = evaluation;
    const { counts } = this.parts;
    const { position } = this.parts.keeper;
    // A flag that is not there is no flag of the server's.
    if (errorCode !== null && errorCode !== 'FLAG_NOT_FOUND') counts?.addNamed(flag.key, null);
    if (errorCode !== null)
      return { ...failed(flag, errorCode, errorMessage ?? 'The flag cannot be evaluated.'), flagVersion, position };
    if (!fits(flag, value)) {
      counts?.addNamed(flag.key, null);
      return { ...this.misfits.answer(flag, value), flagVersion, position };
    }
    counts?.add(evaluation);
    const rest = { reason, ruleId, flagVersion, inExperiment, errorCode, errorMessage, position };
    return { flagKey: flag.key, value: value as T, variation, ...rest };
  }

  private overridden<T>(flag: Asked<T>, value: JsonValue): Details<T> {
    const answer = fits(flag, value) ? overridden(flag, value) : this.misfits.answer(flag, value);
    return { ...answer, position: this.parts.keeper.position };
  }
}
