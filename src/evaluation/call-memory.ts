import type { Outcome } from './evaluation';
import { VersionMemory } from './semver';

/** With more slots the next compile starts anew, in full: slots are not given twice, and a server compiles all its life. */
const SLOTS_MAX = 1_000_000;
const CALLS_MAX = 2 ** 30;

/**
 * What the running call has found out, apart from what is compiled, which never changes. One memory serves a line of
 * compiled snapshots, since calls are synchronous; an entry carries the number of its call and is void in every other,
 * so that a call from within a call (`filter`) costs time and never changes an answer.
 */
export class CallMemory {
  /** By slot: the number of the call in which a test held; its negative where the test failed. */
  answers = new Int32Array(64);
  readonly outcomes: (Outcome | null)[] = [];
  /** By slot of an outcome: the number of the call in which the flag had it. */
  readonly outcomeCalls: number[] = [];
  readonly version = new VersionMemory();
  private readonly outcomeSlots = new Map<string, number>();
  private answerCount = 0;
  private call = 0;

  get isSpent(): boolean {
    return this.answerCount + this.outcomes.length > SLOTS_MAX;
  }

  /** A slot for the answer of a test. */
  takeAnswerSlot(): number {
    if (this.answerCount === this.answers.length) {
      const larger = new Int32Array(2 * this.answerCount);
      larger.set(this.answers);
      this.answers = larger;
    }
    this.answerCount += 1;
    return this.answerCount - 1;
  }

  /** The slot for the outcome of a flag: the same for all flags of that key, one of which is in a snapshot. */
  outcomeSlotOf(flagKey: string): number {
    const known = this.outcomeSlots.get(flagKey);
    if (known !== undefined) return known;
    this.outcomeSlots.set(flagKey, this.outcomes.length);
    this.outcomes.push(null);
    return this.outcomeCalls.push(0) - 1;
  }

  /** The number of a call that begins. */
  beginCall(): number {
    if (this.call === CALLS_MAX) this.forget();
    this.call += 1;
    return this.call;
  }

  private forget(): void {
    this.answers.fill(0);
    this.outcomeCalls.fill(0);
    this.call = 0;
  }
}
