import type { Outcome } from './evaluation';
import { VersionMemory } from './semver';

/** Beyond so many slots the next compile is a full one: slots are never reused, and a server compiles as long as it runs. */
const SLOTS_MAX = 1_000_000;
const CALLS_MAX = 2 ** 30;

/**
 * Caches results of the running call, apart from the compiled snapshot, which never changes. All snapshots compiled from one
 * another share one memory, since calls are synchronous. An entry carries the number of its call and is ignored in every
 * other, so that a call from within a call (`filter`) costs time but never changes an answer.
 */
export class CallMemory {
  /** Indexed by slot: the number of the call in which a test passed; its negative when the test failed. */
  answers: Int32Array = new Int32Array(64);
  readonly outcomes: (Outcome | null)[] = [];
  /** Indexed by slot of an outcome: the number of the call in which the flag had it. */
  readonly outcomeCalls: number[] = [];
  readonly version = new VersionMemory();
  private readonly outcomeSlots = new Map<string, number>();
  private answerCount = 0;
  private call = 0;

  get isSpent(): boolean {
    return this.answerCount + this.outcomes.length > SLOTS_MAX;
  }

  /** Takes a new slot for the answer of a test. */
  takeAnswerSlot(): number {
    if (this.answerCount === this.answers.length) {
      const larger = new Int32Array(2 * this.answerCount);
      larger.set(this.answers);
      this.answers = larger;
    }
    this.answerCount += 1;
    return this.answerCount - 1;
  }

  /** The slot for the outcome of a flag. Versions of a flag share it, because a snapshot has only one of them. */
  outcomeSlotOf(flagKey: string): number {
    const known = this.outcomeSlots.get(flagKey);
    if (known !== undefined) return known;
    this.outcomeSlots.set(flagKey, this.outcomes.length);
    this.outcomes.push(null);
    return this.outcomeCalls.push(0) - 1;
  }

  /** Starts a call and answers its number. */
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
