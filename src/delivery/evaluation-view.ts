/**
 * The view of an environment that subscribers share who asked for the same flags with the same right to see them. A subscriber
 * keeps one number for each flag that it was sent: an answer, that is a variation key with a value, has the same number for as
 * long as any subscriber may have been sent it. So a difference is one comparison, however far a subscriber fell behind, and a
 * slow one keeps nothing of an old snapshot alive.
 */
import canonicalize from 'canonicalize';
import { createHash } from 'node:crypto';
import { evaluateEach, type CompiledFlag, type CompiledSnapshot, type Evaluation, type EvaluationContext } from '../evaluation';
import { absentFlag, isVisible, withoutDetails } from '../modules/snapshots/visible-evaluations';

/** The number of "there is no such flag", and of a flag that a subscriber was sent nothing about. */
const ABSENT = 0;
/** The number of an answer that is an error. */
const BROKEN = 1;
const FIRST_ANSWER = 2;
/** A flag keeps this many numbers that may be out of use before it checks which are still needed. */
const SPARE_NUMBERS = 32;

/** The state that is kept for one subscriber. */
export interface SentEvaluation {
  readonly context: EvaluationContext;
  /** The number of the answer last sent, by position in the view. */
  numbers: Uint32Array;
  /** The turn of the view at which it was last sent; -1 before the first time. */
  turn: number;
}

/** Positions in the order in which they are sent, and the flags that are there among them. */
interface Plan {
  readonly positions: readonly number[];
  readonly flags: readonly CompiledFlag[];
}

export class EvaluationView {
  readonly members = new Set<SentEvaluation>();
  private columns: Column[] = [];
  private positionsOf = new Map<string, readonly number[]>();
  private whole: Plan | null = null;
  private affected: Plan = { positions: [], flags: [] };
  private compiled: CompiledSnapshot;

  constructor(
    /** Null: all flags that are not archived. */
    private readonly flagKeys: readonly string[] | null,
    private readonly seesAll: boolean,
    compiled: CompiledSnapshot,
    /** Counts the snapshots that the view has shown. */
    private turn: number,
  ) {
    this.compiled = compiled;
    this.begin();
  }

  /** Shows the next snapshot. `affectedKeys`: flags that may answer otherwise; null when nobody's numbers count any more. */
  show(compiled: CompiledSnapshot, affectedKeys: readonly string[] | null, turn: number): void {
    this.compiled = compiled;
    this.turn = turn;
    this.whole = null;
    if (affectedKeys === null) {
      this.begin();
      return;
    }
    const positions = affectedKeys.flatMap((key) => this.markAffected(key));
    this.affected = this.planOf(this.sort(positions));
  }

  /** Evaluates flags that may have changed for the subscriber, and answers those to send. `isWhole`: all of them. */
  send(member: SentEvaluation, isWhole: boolean): Evaluation[] {
    const plan = isWhole ? this.planWhole() : this.planSince(member.turn);
    member.turn = this.turn;
    if (isWhole) member.numbers = new Uint32Array(this.columns.length);
    else if (member.numbers.length < this.columns.length) member.numbers = grown(member.numbers, this.columns.length);
    const evaluations = plan.flags.length === 0 ? [] : evaluateEach(this.compiled, plan.flags, member.context);
    const news: Evaluation[] = [];
    let next = 0;
    for (const position of plan.positions) {
      const column = this.columnAt(position);
      const evaluation = column.flag === null ? null : (evaluations[next++] as Evaluation);
      const number = column.numberOf(evaluation);
      if (!isWhole && member.numbers[position] === number) continue;
      member.numbers[position] = number;
      if (evaluation !== null) news.push(this.seesAll ? evaluation : withoutDetails(evaluation));
      else if (!isWhole || this.flagKeys !== null) news.push(absentFlag(this.compiled, column.key, this.seesAll));
    }
    return news;
  }

  private begin(): void {
    const keys = this.flagKeys ?? this.compiled.liveFlags.filter((flag) => isVisible(flag, this.seesAll)).map(({ key }) => key);
    this.columns = keys.map((key) => new Column(key, this.find(key)));
    const positionsOf = new Map<string, number[]>();
    for (const [position, key] of keys.entries()) positionsOf.set(key, [...(positionsOf.get(key) ?? []), position]);
    this.positionsOf = positionsOf;
    this.whole = null;
    this.affected = { positions: [], flags: [] };
  }

  /** The flag as the members see it; null when it is not there for them. */
  private find(key: string): CompiledFlag | null {
    const flag = this.compiled.flags.get(key);
    if (flag === undefined || !isVisible(flag, this.seesAll)) return null;
    return flag.isArchived && this.flagKeys === null ? null : flag;
  }

  /** The positions that a touched flag stands at; it gets one when it is new to a view of all flags. */
  private markAffected(key: string): readonly number[] {
    const flag = this.find(key);
    let positions = this.positionsOf.get(key) ?? [];
    if (positions.length === 0 && flag !== null && this.flagKeys === null) positions = [this.give(key)];
    for (const position of positions) {
      const column = this.columnAt(position);
      column.show(flag, this.turn);
      if (column.isFull) column.forget(this.numbersSentAt(position));
    }
    return positions;
  }

  /** A position for a new flag: that of a gone one, if all members know that it is gone. */
  private give(key: string): number {
    const gone = this.columns.findIndex((column, position) => column.flag === null && !this.isSentAt(position));
    const position = gone === -1 ? this.columns.length : gone;
    if (gone !== -1) this.positionsOf.delete(this.columnAt(gone).key);
    this.columns[position] = new Column(key, null);
    this.positionsOf.set(key, [position]);
    return position;
  }

  private isSentAt(position: number): boolean {
    for (const { numbers } of this.members) {
      if ((numbers[position] ?? ABSENT) !== ABSENT) return true;
    }
    return false;
  }

  private numbersSentAt(position: number): ReadonlySet<number> {
    const numbers = new Set<number>();
    for (const member of this.members) numbers.add(member.numbers[position] ?? ABSENT);
    return numbers;
  }

  private planWhole(): Plan {
    this.whole ??= this.planOf(this.sort([...this.columns.keys()]));
    return this.whole;
  }

  private planSince(turn: number): Plan {
    if (turn === this.turn - 1) return this.affected;
    const { positions } = this.planWhole();
    return this.planOf(positions.filter((position) => this.columnAt(position).shownAt > turn));
  }

  private planOf(positions: readonly number[]): Plan {
    const flags = positions.map((position) => this.columnAt(position).flag);
    return { positions, flags: flags.filter((flag): flag is CompiledFlag => flag !== null) };
  }

  /** Sorts evaluations into the order in which they are sent: as asked for, else by key. */
  private sort(positions: number[]): number[] {
    if (this.flagKeys !== null) return positions.sort((a, b) => a - b);
    return positions.sort((a, b) => (this.columnAt(a).key < this.columnAt(b).key ? -1 : 1));
  }

  private columnAt(position: number): Column {
    return this.columns[position] as Column;
  }
}

/** One flag, and the numbers of its answers. */
class Column {
  /** The turn at which it last changed; -1 when that was before any subscriber was sent it. */
  shownAt = -1;
  /** The number of each variation, in declared order. */
  private current: readonly number[] = [];
  private readonly known = new Map<string, number>();
  private next = FIRST_ANSWER;
  private kept = 0;

  constructor(
    readonly key: string,
    public flag: CompiledFlag | null,
  ) {
    this.enumerate();
  }

  show(flag: CompiledFlag | null, turn: number): void {
    this.flag = flag;
    this.shownAt = turn;
    this.enumerate();
  }

  /** Null stands for a flag that is not there. */
  numberOf(evaluation: Evaluation | null): number {
    if (evaluation === null) return ABSENT;
    return this.current[evaluation.variationIndex] ?? BROKEN;
  }

  get isFull(): boolean {
    return this.known.size > this.kept + this.current.length + SPARE_NUMBERS;
  }

  /** Forgets the numbers that are neither current nor the last one sent to any subscriber. */
  forget(sent: ReadonlySet<number>): void {
    const current = new Set(this.current);
    for (const [answer, number] of this.known) {
      if (!current.has(number) && !sent.has(number)) this.known.delete(answer);
    }
    this.kept = this.known.size;
  }

  private enumerate(): void {
    this.current = this.flag === null ? [] : answersOf(this.flag).map((answer) => this.number(answer));
  }

  private number(answer: string): number {
    const known = this.known.get(answer);
    if (known !== undefined) return known;
    this.known.set(answer, this.next);
    return this.next++;
  }
}

/** Flags live as long as the snapshots that hold them, and several views show the same ones. */
const answersByFlag = new WeakMap<CompiledFlag, readonly string[]>();
/** Longer answers are known by their digest: values may have 64 KiB. */
const ANSWER_LENGTH_MAX = 64;

/** Names the answers of a flag by variation key and value, the same for any order of a JSON object's members. */
function answersOf(flag: CompiledFlag): readonly string[] {
  const known = answersByFlag.get(flag);
  if (known !== undefined) return known;
  const answers = (flag.parts?.variations ?? []).map(({ key, value }) => {
    const answer = `${JSON.stringify(key)} ${canonicalize(value)}`;
    return answer.length <= ANSWER_LENGTH_MAX ? answer : createHash('sha256').update(answer).digest('base64');
  });
  answersByFlag.set(flag, answers);
  return answers;
}

function grown(numbers: Uint32Array, length: number): Uint32Array {
  const longer = new Uint32Array(length);
  longer.set(numbers);
  return longer;
}
