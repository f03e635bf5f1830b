/** Decides what every SDK answers around an evaluation: whether a value fits, fallbacks, overrides, hooks. */
import type { EvaluationContext, JsonValue } from '@flagstaff/evaluation';
import type { Fault } from './api';
import type { Details, ErrorCode, Flag, Hook } from './flag-api';

/** A flag with its fallback, as it is asked for. */
export type Asked<T> = Pick<Flag<T>, 'key' | 'fallback' | 'values'>;

type Answer<T> = Omit<Details<T>, 'position'>;

/** Compares by `typeof`, for which null and lists are objects. */
export function fits<T>({ fallback, values }: Asked<T>, value: JsonValue): boolean {
  return typeof value === typeof fallback && (values === null || values.includes(value as T));
}

export function failed<T>({ key, fallback }: Asked<T>, errorCode: ErrorCode, errorMessage: string): Answer<T> {
  const none = { variation: null, ruleId: null, flagVersion: null, inExperiment: false };
  return { flagKey: key, value: fallback, reason: 'ERROR', errorCode, errorMessage, ...none };
}

/** The value must fit. */
export function overridden<T>({ key }: Asked<T>, value: JsonValue): Answer<T> {
  const none = { variation: null, ruleId: null, flagVersion: null, inExperiment: false, errorCode: null, errorMessage: null };
  return { flagKey: key, value: value as T, reason: 'OVERRIDE', ...none };
}

/** Answers for values that do not fit. Tells each flag's misfit once. */
export class Misfits {
  private readonly known = new Set<string>();

  constructor(private readonly onFault: (fault: Fault) => void) {}

  answer<T>(flag: Asked<T>, value: JsonValue): Answer<T> {
    const message =
      typeof value === typeof flag.fallback
        ? `Flag ${quote(flag.key)} serves a value that the program does not know; generate its types anew.`
        : `Flag ${quote(flag.key)} serves a value of the type ${typeof value}, and ${typeof flag.fallback} was asked for.`;
    if (!this.known.has(flag.key)) {
      this.known.add(flag.key);
      this.onFault({ kind: 'SNAPSHOT', message });
    }
    return failed(flag, 'TYPE_MISMATCH', message);
  }
}

/** Calls hooks, one after the other. What they throw is a fault. */
export class Hooks {
  constructor(
    private readonly hooks: readonly Hook[],
    private readonly onFault: (fault: Fault) => void,
  ) {}

  /** The context as the hooks want it. */
  before(flagKey: string, context: EvaluationContext): EvaluationContext {
    let changed = context;
    for (const hook of this.hooks) this.guard(flagKey, () => (changed = hook.before?.(flagKey, changed) ?? changed));
    return changed;
  }

  after(details: Details<unknown>, context: EvaluationContext): void {
    for (const hook of this.hooks) this.guard(details.flagKey, () => hook.after?.(details, context));
  }

  private guard(flagKey: string, call: () => void): void {
    try {
      call();
    } catch (cause) {
      this.onFault({ kind: 'LISTENER', message: `A hook threw for flag ${quote(flagKey)}.`, cause });
    }
  }
}

/** Overrides by flag key; null: none. Throws a `TypeError` where they are refused. `environment` reads a variable of the process. */
export function checkOverrides(
  overrides: { readonly [flagKey: string]: JsonValue } | undefined,
  environment: (name: 'NODE_ENV' | 'FLAGSTAFF_OVERRIDES') => string | undefined,
): ReadonlyMap<string, JsonValue> | null {
  if (overrides === undefined || Object.keys(overrides).length === 0) return null;
  if (environment('NODE_ENV') === 'production' && environment('FLAGSTAFF_OVERRIDES') !== 'allow')
    throw new TypeError('overrides are refused where NODE_ENV is production, unless FLAGSTAFF_OVERRIDES is "allow".');
  return new Map(Object.entries(overrides));
}

export function quote(text: string): string {
  return JSON.stringify(text);
}
