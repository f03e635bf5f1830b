/** JSON text of objects that never change, made once and put together again and again. */

/** Tracks whether the text so far is pure ASCII, so that its length in bytes is its length. */
export interface WriteContext {
  isAscii: boolean;
}

export type Write<Value> = (value: Value, context: WriteContext) => string;

/** Bounds all chunks that are kept, in UTF-16 code units. */
const LENGTH_MAX = 32 * 1024 * 1024;
/** About what a chunk takes besides its text. */
const CHUNK_OVERHEAD = 100;

/** Chunks of several writers, bounded together: when there is no room, the writer that grew least recently forgets its own. */
export class JsonChunkCache {
  private kept = 0;
  private readonly writers = new Set<JsonChunks<never>>();

  constructor(private readonly lengthMax = LENGTH_MAX) {}

  /** Keeps the texts that the writer makes, by the objects that they were made of, as long as those live. */
  create<Value extends object>(write: Write<Value>): JsonChunks<Value> {
    return new JsonChunks(write, (chunks, length) => this.note(chunks, length));
  }

  /** How long all that is kept can be. */
  get length(): number {
    return this.kept;
  }

  private note(chunks: JsonChunks<never>, length: number): void {
    this.kept += length;
    // A set keeps the order in which its members were added.
    this.writers.delete(chunks);
    this.writers.add(chunks);
    for (const oldest of this.writers) {
      if (this.kept <= this.lengthMax) return;
      this.kept -= oldest.clear();
      this.writers.delete(oldest);
    }
  }
}

/**
 * Copies a text that was put together: V8 keeps it as a tree of its parts, which is walked each time that it is written. For
 * well-formed text, as all JSON is that was made here.
 */
export function flatten(text: string): string {
  return Buffer.from(text).toString();
}

/** Longer lists are not kept as one text. */
const LIST_LENGTH_MAX = 1_000;
/** About what an item of the kept list takes besides its text. */
const ITEM_OVERHEAD = 16;
/** So often most items of a list must differ from the kept one before it is kept instead. */
const MISSES_MAX = 16;

/** The texts of the items of a list, one after the other; each ends where `ends` says. */
interface KeptList<Value> {
  readonly values: readonly Value[];
  readonly ends: readonly number[];
  readonly text: string;
}

const EMPTY_LIST: KeptList<never> = { values: [], ends: [], text: '' };

export class JsonChunks<Value extends object> {
  /** Each after a comma. */
  private texts = new WeakMap<Value, string>();
  /** Lists of one kind have most items in common: runs of these are taken from here as one part. */
  private list: KeptList<Value> = EMPTY_LIST;
  private misses = 0;
  /** How many texts were made. */
  private made = 0;
  private length = 0;
  /** Tracks all texts since `clear`. */
  private readonly context: WriteContext = { isAscii: true };

  constructor(
    private readonly writeOne: Write<Value>,
    private readonly note: (chunks: JsonChunks<never>, length: number) => void,
  ) {}

  write(value: Value, context: WriteContext): string {
    return this.get(value, context).slice(1);
  }

  /** Writes a list of JSON. */
  writeAll(values: readonly Value[], context: WriteContext): string {
    if (values.length === 0) return '[]';
    // Before the first: on the way all may be cleared.
    context.isAscii &&= this.context.isAscii;
    const { list, made } = this;
    let text = '';
    let others = 0;
    /** Index at which the run of common items begins. */
    let start = 0;
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as Value;
      if (list.values[i] === value) continue;
      text += slice(list, start, i) + this.get(value, context);
      start = i + 1;
      others++;
    }
    text += slice(list, start, values.length);
    // New items may never come again, and need not live on here.
    if (others * 2 > values.length && made === this.made && ++this.misses > MISSES_MAX) this.keepList(values);
    // Each item begins with a comma.
    return `[${text.slice(1)}]`;
  }

  /** The text of one value, after a comma. */
  get(value: Value, context: WriteContext): string {
    const known = this.texts.get(value);
    if (known !== undefined) {
      context.isAscii &&= this.context.isAscii;
      return known;
    }
    const text = flatten(`,${this.writeOne(value, this.context)}`);
    context.isAscii &&= this.context.isAscii;
    this.texts.set(value, text);
    this.made++;
    this.grow(text.length + CHUNK_OVERHEAD);
    return text;
  }

  /** Forgets all, and answers how long it was. */
  clear(): number {
    const { length } = this;
    this.texts = new WeakMap();
    this.list = EMPTY_LIST;
    this.length = 0;
    this.context.isAscii = true;
    return length;
  }

  private keepList(values: readonly Value[]): void {
    this.misses = 0;
    if (values.length > LIST_LENGTH_MAX) return;
    const context: WriteContext = { isAscii: true };
    let text = '';
    const ends = values.map((value) => (text += this.get(value, context)).length);
    const before = lengthOf(this.list);
    this.list = { values, ends, text: flatten(text) };
    // All may have been cleared on the way.
    this.context.isAscii &&= context.isAscii;
    this.grow(lengthOf(this.list) - before);
  }

  private grow(length: number): void {
    this.length += length;
    this.note(this as unknown as JsonChunks<never>, length);
  }
}

function lengthOf({ values, text }: KeptList<unknown>): number {
  return text.length + values.length * ITEM_OVERHEAD;
}

/** The texts of the items from `start` up to, not including, `end`. */
function slice({ ends, text }: KeptList<unknown>, start: number, end: number): string {
  return start === end ? '' : text.slice(ends[start - 1] ?? 0, ends[end - 1]);
}
