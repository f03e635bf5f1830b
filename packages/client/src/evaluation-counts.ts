/** How often which variation was served. Counting is done at each evaluation, so that it must cost next to nothing. */

export interface EvaluationCount {
  readonly flagKey: string;
  /** Null: evaluations that failed and served none. */
  readonly variation: string | null;
  readonly evaluations: number;
}

type Sum = { -readonly [Name in keyof EvaluationCount]: EvaluationCount[Name] };

/** How many answers are known by identity, before they are found by their names again. */
const ANSWERS_MAX = 10_000;
/** The server's bound. */
const EVALUATIONS_MAX = 1_000_000_000;

/**
 * An `Answer` is the frozen result of an evaluation. The same answer at the same revision is the same object, for which one look
 * into a map is enough. Nothing of a context is kept.
 */
export class EvaluationCounts<Answer extends { readonly flagKey: string }> {
  private readonly answers = new Map<Answer, Sum>();
  private readonly sums = new Map<string, Sum>();
  private readonly lost: Sum = { flagKey: '', variation: null, evaluations: 0 };

  /** `variationsMax` bounds memory: evaluations of further variations are counted as dropped. */
  constructor(
    private readonly variationOf: (answer: Answer) => string | null,
    private readonly variationsMax: number,
  ) {}

  /** How many evaluations were not kept, since the beginning. */
  get dropped(): number {
    return this.lost.evaluations;
  }

  get isEmpty(): boolean {
    return this.sums.size === 0;
  }

  add(answer: Answer): void {
    const sum = this.answers.get(answer) ?? this.meet(answer);
    sum.evaluations += 1;
  }

  /** Counts evaluations that have no answer to be known by, such as one that served nothing, or what an earlier page has left. */
  addNamed(flagKey: string, variation: string | null, evaluations = 1): void {
    this.sumOf(flagKey, variation).evaluations += evaluations;
  }

  /** Takes out what fits, oldest first: `countsMax` items, of `bytesMax` characters of JSON in UTF-8. */
  take({ countsMax, bytesMax }: { readonly countsMax: number; readonly bytesMax: number }): EvaluationCount[] {
    const counts: EvaluationCount[] = [];
    let bytes = 0;
    this.answers.clear();
    for (const [name, sum] of this.sums) {
      const count = { ...sum, evaluations: Math.min(sum.evaluations, EVALUATIONS_MAX) };
      // Keys are ASCII.
      bytes += JSON.stringify(count).length + 1;
      if (counts.length >= countsMax || bytes > bytesMax) break;
      counts.push(count);
      sum.evaluations -= count.evaluations;
      if (sum.evaluations === 0) this.sums.delete(name);
    }
    return counts;
  }

  private meet(answer: Answer): Sum {
    if (this.answers.size >= ANSWERS_MAX) this.answers.clear();
    const sum = this.sumOf(answer.flagKey, this.variationOf(answer));
    this.answers.set(answer, sum);
    return sum;
  }

  private sumOf(flagKey: string, variation: string | null): Sum {
    const name = JSON.stringify([flagKey, variation]);
    const known = this.sums.get(name);
    if (known !== undefined) return known;
    if (this.sums.size >= this.variationsMax) return this.lost;
    const sum = { flagKey, variation, evaluations: 0 };
    this.sums.set(name, sum);
    return sum;
  }
}
