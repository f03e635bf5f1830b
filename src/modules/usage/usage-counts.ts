/** Keeps the counts of one compiled snapshot in one array: an evaluation costs one addition and no look-up. */
import type { CompiledFlag, CompiledSnapshot, Evaluation } from '../../evaluation';

/** Counts how often a flag served a variation. */
export interface Count {
  readonly flagKey: string;
  /** The salt of the flag that was evaluated, which a later flag of the same key does not have. */
  readonly salt: string;
  /** Empty when the flag was in error and served none. */
  readonly variationKey: string;
  readonly evaluations: number;
}

/** Each flag has a slot for errors, then one for each variation in declared order: `first + 1 + variationIndex`. */
export class UsageCounts {
  private readonly firstByKey = new Map<string, number>();
  private readonly firstOfLive: Int32Array;
  private readonly firstOfClients: Int32Array;
  /** Doubles count exactly up to 2^53. */
  private counts: Float64Array;
  private isAffected = false;

  constructor(readonly compiled: CompiledSnapshot) {
    let end = 0;
    for (const flag of compiled.flags.values()) {
      this.firstByKey.set(flag.key, end);
      end += 1 + variationsOf(flag).length;
    }
    this.counts = new Float64Array(end);
    this.firstOfLive = this.firstsOf(compiled.liveFlags);
    this.firstOfClients = this.firstsOf(compiled.liveFlags.filter((flag) => flag.isClientAvailable));
  }

  /**
   * Counts the evaluations answered for one context. `isAll`: true for every flag that is not archived, in key order; false for
   * those of them that are available to clients; null for flags that the request chose.
   */
  add(evaluations: readonly Evaluation[], isAll: boolean | null): void {
    if (isAll === null) this.addEach(evaluations);
    else this.addAll(evaluations, isAll ? this.firstOfLive : this.firstOfClients);
  }

  private addAll(evaluations: readonly Evaluation[], firsts: Int32Array): void {
    const { counts } = this;
    this.isAffected = true;
    for (let i = 0; i < evaluations.length; i++) {
      const slot = (firsts[i] as number) + 1 + (evaluations[i] as Evaluation).variationIndex;
      counts[slot] = (counts[slot] as number) + 1;
    }
  }

  /** Counts chosen flags one by one; flags that the snapshot does not have are skipped. */
  private addEach(evaluations: readonly Evaluation[]): void {
    for (const { flagKey, flagVersion, variationIndex } of evaluations) {
      const first = flagVersion === null ? undefined : this.firstByKey.get(flagKey);
      if (first === undefined) continue;
      const slot = first + 1 + variationIndex;
      this.counts[slot] = (this.counts[slot] as number) + 1;
      this.isAffected = true;
    }
  }

  /** Answers the counts since the last call and begins anew. */
  drain(): Count[] {
    if (!this.isAffected) return [];
    const { counts } = this;
    this.counts = new Float64Array(counts.length);
    this.isAffected = false;
    const drained: Count[] = [];
    for (const [flagKey, first] of this.firstByKey) {
      const flag = this.compiled.flags.get(flagKey) as CompiledFlag;
      const salt = saltOf(flag);
      const keys = ['', ...variationsOf(flag).map(({ key }) => key)];
      for (const [i, variationKey] of keys.entries()) {
        const evaluations = counts[first + i] as number;
        if (evaluations > 0) drained.push({ flagKey, salt, variationKey, evaluations });
      }
    }
    return drained;
  }

  private firstsOf(flags: readonly CompiledFlag[]): Int32Array {
    return Int32Array.from(flags, (flag) => this.firstByKey.get(flag.key) as number);
  }
}

/** Reads the wire form, for a flag that did not compile has nothing else. */
/** Reads the salt also of a flag that could not be compiled. */
export function saltOf({ source }: CompiledFlag): string {
  return String((source as { readonly salt?: unknown }).salt);
}

function variationsOf({ parts }: CompiledFlag): readonly { readonly key: string }[] {
  return parts?.variations ?? [];
}
