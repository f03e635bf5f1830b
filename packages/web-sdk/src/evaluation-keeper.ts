/** The evaluations that are served: of one context, all from one revision. Replaced as a whole. */
import type { Position } from '../../client/src/api';
import type { ClientEvaluation } from '../../client/src/flag-api';

export class EvaluationKeeper {
  all: ReadonlyMap<string, ClientEvaluation> = new Map();
  position: Position | null = null;
  /** Digest of the context that the evaluations are of. Null while there are none. */
  contextDigest: string | null = null;

  /** `onPut` is told the keys of the flags that differ, which may be none. */
  constructor(private readonly onPut: (flagKeys: readonly string[], position: Position) => void) {}

  /** The position of what is here of this context. Null: nothing is. */
  positionOf(contextDigest: string): Position | null {
    return this.contextDigest === contextDigest ? this.position : null;
  }

  /** Puts all evaluations of a context in place. */
  replace(contextDigest: string, position: Position, evaluations: readonly ClientEvaluation[]): void {
    this.put(contextDigest, position, new Map(this.entriesOf(evaluations)));
  }

  /** Puts those in place that changed; those that are gone go. */
  merge(position: Position, evaluations: readonly ClientEvaluation[]): void {
    const next = new Map(this.all);
    for (const { flagKey } of evaluations) next.delete(flagKey);
    for (const [flagKey, evaluation] of this.entriesOf(evaluations)) next.set(flagKey, evaluation);
    this.put(this.contextDigest, position, next);
  }

  private entriesOf(evaluations: readonly ClientEvaluation[]): [string, ClientEvaluation][] {
    return evaluations
      .filter(({ errorCode }) => errorCode !== 'FLAG_NOT_FOUND')
      .map((evaluation) => [evaluation.flagKey, this.keepSame(evaluation)]);
  }

  /** The object that is there, and the value that is there, where they are the same. */
  private keepSame(given: ClientEvaluation): ClientEvaluation {
    const { flagKey, variation, reason, errorCode } = given;
    const rest = {
      variation,
      reason,
      errorCode,
      flagVersion: given.flagVersion ?? null,
      inExperiment: given.inExperiment === true,
    };
    const old = this.all.get(flagKey);
    const value = old !== undefined && isSame(old.value, given.value) ? old.value : given.value;
    const next = { flagKey, value, ...rest };
    return isSame(old, next) ? (old as ClientEvaluation) : next;
  }

  private put(contextDigest: string | null, position: Position, next: ReadonlyMap<string, ClientEvaluation>): void {
    const before = this.all;
    const flagKeys = [...new Set([...before.keys(), ...next.keys()])].filter((key) => before.get(key) !== next.get(key));
    if (flagKeys.length > 0) this.all = next;
    this.position = position;
    this.contextDigest = contextDigest;
    this.onPut(flagKeys, position);
  }
}

/** Compares JSON; the order of members counts, which a server does not change. */
function isSame(a: unknown, b: unknown): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
