/** From a flag and a context to a value that the program can use: types, fallbacks, overrides, hooks. */
import { evaluate, type Evaluation, type EvaluationContext, type JsonValue } from '@flagstaff/evaluation';
import type { Fault } from '../../client/src/api';
import type { Details, ErrorCode, Flag, Hook } from './api';
import type { SnapshotKeeper } from './snapshot-keeper';

export interface DeciderParts {
  readonly keeper: SnapshotKeeper;
  /** Null: none, and asking costs nothing. */
  readonly overrides: ReadonlyMap<string, JsonValue> | null;
  readonly hooks: readonly Hook[];
  readonly onFault: (fault: Fault) => void;
}

type Asked<T> = Pick<Flag<T>, 'key' | 'fallback' | 'values'>;

const NO_CONTEXT: EvaluationContext = Object.freeze({});

export class Decider {
  /** True when nothing stands between the core and the caller. */
  private readonly isPlain: boolean;
  /** Flags whose type did not fit, so that each is told once. */
  private readonly misfits = new Set<string>();

  constructor(private readonly parts: DeciderParts) {
    this.isPlain = parts.overrides === null && parts.hooks.length === 0;
  }

  value<T>(flag: Asked<T>, context: EvaluationContext = NO_CONTEXT): T {
    if (this.isPlain) {
      try {
        const { value, errorCode } = evaluate(this.parts.keeper.compiled, flag.key, context);
        if (errorCode === null && fits(flag, value)) return value as T;
      } catch {
        // A context whose members throw when they are read: `details` says so.
      }
    }
    return this.details(flag, context).value;
  }

  details<T>(flag: Asked<T>, context: EvaluationContext = NO_CONTEXT): Details<T> {
    if (this.isPlain) return this.decide(flag, context);
    const changed = this.before(flag.key, context);
    const details = this.decide(flag, changed);
    this.after(details, changed);
    return details;
  }

  private decide<T>(flag: Asked<T>, context: EvaluationContext): Details<T> {
    const { keeper, overrides } = this.parts;
    const override = overrides?.get(flag.key);
    if (override !== undefined) return this.overridden(flag, override);
    if (keeper.position === null) return failed(flag, 'NOT_READY', 'There are no flags yet.');
    try {
      return this.detailsOf(flag, evaluate(keeper.compiled, flag.key, context));
    } catch (cause) {
      this.parts.onFault({ kind: 'LISTENER', message: `A context threw when it was read for flag ${quote(flag.key)}.`, cause });
      return failed(flag, 'GENERAL', 'The context threw when it was read.');
    }
  }

  private detailsOf<T>(flag: Asked<T>, evaluation: Evaluation): Details<T> {
    const { value, errorCode, errorMessage, variationKey: variation, reason, ruleId, flagVersion, inExperiment } = evaluation;
    const { position } = this.parts.keeper;
    if (errorCode !== null)
      return { ...failed(flag, errorCode, errorMessage ?? 'The flag cannot be evaluated.'), flagVersion, position };
    if (!fits(flag, value)) return { ...this.misfit(flag, value), flagVersion, position };
    const rest = { reason, ruleId, flagVersion, inExperiment, errorCode, errorMessage, position };
    return { flagKey: flag.key, value: value as T, variation, ...rest };
  }

  private overridden<T>(flag: Asked<T>, value: JsonValue): Details<T> {
    const { position } = this.parts.keeper;
    if (!fits(flag, value)) return { ...this.misfit(flag, value), position };
    const none = { variation: null, ruleId: null, flagVersion: null, inExperiment: false, errorCode: null, errorMessage: null };
    return { flagKey: flag.key, value: value as T, reason: 'OVERRIDE', ...none, position };
  }

  private misfit<T>(flag: Asked<T>, value: JsonValue): Details<T> {
    const message =
      typeof value === typeof flag.fallback
        ? `Flag ${quote(flag.key)} serves a value that the program does not know; generate its types anew.`
        : `Flag ${quote(flag.key)} serves a value of the type ${typeof value}, and ${typeof flag.fallback} was asked for.`;
    if (!this.misfits.has(flag.key)) {
      this.misfits.add(flag.key);
      this.parts.onFault({ kind: 'SNAPSHOT', message });
    }
    return failed(flag, 'TYPE_MISMATCH', message);
  }

  private before(flagKey: string, context: EvaluationContext): EvaluationContext {
    let changed = context;
    for (const hook of this.parts.hooks) {
      try {
        changed = hook.before?.(flagKey, changed) ?? changed;
      } catch (cause) {
        this.tellHook(flagKey, cause);
      }
    }
    return changed;
  }

  private after(details: Details<unknown>, context: EvaluationContext): void {
    for (const hook of this.parts.hooks) {
      try {
        hook.after?.(details, context);
      } catch (cause) {
        this.tellHook(details.flagKey, cause);
      }
    }
  }

  private tellHook(flagKey: string, cause: unknown): void {
    this.parts.onFault({ kind: 'LISTENER', message: `A hook threw for flag ${quote(flagKey)}.`, cause });
  }
}

/** Compares by `typeof`, for which null and lists are objects. */
function fits<T>({ fallback, values }: Asked<T>, value: JsonValue): boolean {
  return typeof value === typeof fallback && (values === null || values.includes(value as T));
}

function failed<T>({ key, fallback }: Asked<T>, errorCode: ErrorCode, errorMessage: string): Details<T> {
  const none = { variation: null, ruleId: null, flagVersion: null, inExperiment: false, position: null };
  return { flagKey: key, value: fallback, reason: 'ERROR', errorCode, errorMessage, ...none };
}

function quote(text: string): string {
  return JSON.stringify(text);
}
