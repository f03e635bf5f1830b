/** Texts of parts of answers, made once and put together again and again. */

/** What is known of a text under way: one of ASCII need not be gone through to be measured. */
export interface Draft {
  isAscii: boolean;
}

export type Write<Value> = (value: Value, draft: Draft) => string;

/** Of all texts that are remembered, in UTF-16 code units. */
const LENGTH_MAX = 32 * 1024 * 1024;
/** About what an entry takes besides its text. */
const ENTRY_LENGTH = 100;

/** Texts by the objects that they were made of, as long as those live; bounded over all selections together. */
export class Fragments {
  private length = 0;
  private readonly memories = new Set<FragmentMemory<never>>();

  constructor(private readonly lengthMax = LENGTH_MAX) {}

  /** Where the texts of one writer are remembered. */
  of<Value extends object>(write: Write<Value>): FragmentMemory<Value> {
    return new FragmentMemory(write, (memory, length) => this.note(memory, length));
  }

  /** How long all that is remembered can be. */
  get lengthRemembered(): number {
    return this.length;
  }

  private note(memory: FragmentMemory<never>, length: number): void {
    this.length += length;
    // Whoever grew last comes last.
    this.memories.delete(memory);
    this.memories.add(memory);
    for (const oldest of this.memories) {
      if (this.length <= this.lengthMax) return;
      this.length -= oldest.forget();
      this.memories.delete(oldest);
    }
  }
}

/**
 * A text that was put together is a tree of its parts, which whoever writes it walks each time; this one is walked here, once.
 * For well-formed text, as all JSON is that was made here.
 */
export function inOnePiece(text: string): string {
  return Buffer.from(text).toString();
}

/** Longer lists are not kept in one piece. */
const PLACES_MAX = 1_000;
/** About what a place takes besides its text. */
const PLACE_LENGTH = 16;
/** So often most of a list must be another than the one that is kept, before it is kept instead. */
const MISSES_MAX = 16;

/** The texts of a list, one after the other; each ends where its place says. */
interface Whole<Value> {
  readonly values: readonly Value[];
  readonly ends: readonly number[];
  readonly text: string;
}

const NOTHING: Whole<never> = { values: [], ends: [], text: '' };

class FragmentMemory<Value extends object> {
  private texts = new WeakMap<Value, string>();
  /** Of lists of one kind most places are alike: what is alike in a row is taken from here as one part. */
  private whole: Whole<Value> = NOTHING;
  private misses = 0;
  /** How many texts were made. */
  private made = 0;
  private length = 0;
  /** All texts since it forgot. */
  private readonly draft: Draft = { isAscii: true };

  constructor(
    private readonly write: Write<Value>,
    private readonly note: (memory: FragmentMemory<never>, length: number) => void,
  ) {}

  /** A list of JSON. */
  writeAll(values: readonly Value[], draft: Draft): string {
    if (values.length === 0) return '[]';
    // Before the first: on the way it may forget all that it has, and what it knew of it.
    draft.isAscii &&= this.draft.isAscii;
    const { whole, made } = this;
    let text = '';
    let others = 0;
    /** Where what is alike in a row begins. */
    let start = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as Value;
      if (whole.values[i] === value) continue;
      text += slice(whole, start, i) + this.get(value, draft);
      start = i + 1;
      others++;
    }
    text += slice(whole, start, values.length);
    // What is new may never come again, and need not live on here.
    if (others * 2 > values.length && made === this.made && ++this.misses > MISSES_MAX) this.keepWhole(values);
    // Each begins with a comma.
    return `[${text.slice(1)}]`;
  }

  /** The text of one, after a comma. */
  get(value: Value, draft: Draft): string {
    const known = this.texts.get(value);
    if (known !== undefined) {
      draft.isAscii &&= this.draft.isAscii;
      return known;
    }
    const text = inOnePiece(`,${this.write(value, this.draft)}`);
    draft.isAscii &&= this.draft.isAscii;
    this.texts.set(value, text);
    this.made++;
    this.grow(text.length + ENTRY_LENGTH);
    return text;
  }

  /** Answers how long it was. */
  forget(): number {
    const { length } = this;
    this.texts = new WeakMap();
    this.whole = NOTHING;
    this.length = 0;
    this.draft.isAscii = true;
    return length;
  }

  private keepWhole(values: readonly Value[]): void {
    this.misses = 0;
    if (values.length > PLACES_MAX) return;
    const draft: Draft = { isAscii: true };
    let text = '';
    const ends = values.map((value) => (text += this.get(value, draft)).length);
    const before = lengthOf(this.whole);
    this.whole = { values, ends, text: inOnePiece(text) };
    // It may have forgotten on the way.
    this.draft.isAscii &&= draft.isAscii;
    this.grow(lengthOf(this.whole) - before);
  }

  private grow(length: number): void {
    this.length += length;
    this.note(this as unknown as FragmentMemory<never>, length);
  }
}

function lengthOf({ values, text }: Whole<unknown>): number {
  return text.length + values.length * PLACE_LENGTH;
}

/** The texts at the places from `start` up to, not including, `end`. */
function slice({ ends, text }: Whole<unknown>, start: number, end: number): string {
  return start === end ? '' : text.slice(ends[start - 1] ?? 0, ends[end - 1]);
}
