/** From an evaluation to a value that the program can use. What is answered twice is the same object. */
import type { EvaluationContext, JsonValue } from '@flagstaff/evaluation';
import type { Fault, Position } from '../../client/src/api';
import { failed, fits, Hooks, Misfits, overridden, quote, type Asked } from '../../client/src/details';
import type { EvaluationCounts } from '../../client/src/evaluation-counts';
import type { ClientEvaluation, Details, ErrorCode, Hook } from '../../client/src/flag-api';

export interface AnswersParts {
  readonly evaluations: () => ReadonlyMap<string, ClientEvaluation>;
  readonly position: () => Position | null;
  readonly context: () => EvaluationContext;
  readonly overrides: ReadonlyMap<string, JsonValue> | null;
  readonly hooks: readonly Hook[];
  /** Null: nothing is counted. */
  readonly counts: EvaluationCounts<ClientEvaluation> | null;
  readonly onFault: (fault: Fault) => void;
}

/** Answers for one flag, by what it was asked with, for as long as its evaluation is the same. */
interface Remembered {
  readonly evaluation: ClientEvaluation | undefined;
  readonly isReady: boolean;
  readonly answers: { readonly asked: Asked<unknown>; readonly details: Details<unknown> }[];
}

/** A program that asks with ever other fallbacks must not fill the memory. */
const ANSWERS_MAX = 20;

export class Answers {
  private readonly remembered = new Map<string, Remembered>();
  private readonly misfits: Misfits;
  private readonly hooks: Hooks | null;

  constructor(private readonly parts: AnswersParts) {
    this.misfits = new Misfits(parts.onFault);
    this.hooks = parts.hooks.length === 0 ? null : new Hooks(parts.hooks, parts.onFault);
  }

  value<T>(flag: Asked<T>): T {
    const evaluation = this.parts.evaluations().get(flag.key);
    if (this.parts.overrides === null && this.hooks === null && evaluation?.errorCode === null && fits(flag, evaluation.value)) {
      this.parts.counts?.add(evaluation);
      return evaluation.value as T;
    }
    return this.details(flag).value;
  }

  details<T>(flag: Asked<T>): Details<T> {
    const context = this.hooks && this.parts.context();
    if (context !== null) this.hooks?.before(flag.key, context);
    const details = this.answer(flag);
    this.count(details);
    if (context !== null) this.hooks?.after(details, context);
    return details;
  }

  /** An override is not what the server said, and a flag that is not there is none of its flags. */
  private count({ flagKey, errorCode }: Details<unknown>): void {
    const evaluation = this.parts.evaluations().get(flagKey);
    if (evaluation === undefined || this.parts.overrides?.has(flagKey)) return;
    if (errorCode === null) this.parts.counts?.add(evaluation);
    else this.parts.counts?.addNamed(flagKey, null);
  }

  private answer<T>(flag: Asked<T>): Details<T> {
    const { answers } = this.rememberedOf(flag.key);
    const known = answers.find(({ asked }) => asked.values === flag.values && isSameFallback(asked.fallback, flag.fallback));
    if (known !== undefined) return known.details as Details<T>;
    const details = { ...this.decide(flag), position: this.parts.position() };
    if (answers.length >= ANSWERS_MAX) answers.length = 0;
    answers.push({ asked: flag, details });
    return details;
  }

  private rememberedOf(flagKey: string): Remembered {
    const evaluation = this.parts.evaluations().get(flagKey);
    const isReady = this.parts.position() !== null;
    const known = this.remembered.get(flagKey);
    if (known !== undefined && known.evaluation === evaluation && known.isReady === isReady) return known;
    const fresh = { evaluation, isReady, answers: [] };
    this.remembered.set(flagKey, fresh);
    return fresh;
  }

  private decide<T>(flag: Asked<T>): Omit<Details<T>, 'position'> {
    const override = this.parts.overrides?.get(flag.key);
    if (override !== undefined) return fits(flag, override) ? overridden(flag, override) : this.misfits.answer(flag, override);
    if (this.parts.position() === null) return failed(flag, 'NOT_READY', 'There are no flags yet.');
    const evaluation = this.parts.evaluations().get(flag.key);
    if (evaluation === undefined) return failed(flag, 'FLAG_NOT_FOUND', `There is no flag ${quote(flag.key)} for this key.`);
    const { value, variation, errorCode, flagVersion = null, inExperiment = false } = evaluation;
    if (errorCode !== null)
      return { ...failed(flag, errorCode as ErrorCode, `The server could not evaluate it: ${errorCode}.`), flagVersion };
    if (!fits(flag, value)) return { ...this.misfits.answer(flag, value), flagVersion };
    const reason = evaluation.reason as Details<T>['reason'];
    const none = { ruleId: null, errorCode: null, errorMessage: null };
    return { flagKey: flag.key, value: value as T, variation, reason, flagVersion, inExperiment, ...none };
  }
}

/** Fallbacks that are written where they are used are another object each time. */
function isSameFallback(a: unknown, b: unknown): boolean {
  return Object.is(a, b) || (typeof a === 'object' && typeof b === 'object' && JSON.stringify(a) === JSON.stringify(b));
}
