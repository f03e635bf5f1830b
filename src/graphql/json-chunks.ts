/** Caches the JSON text of objects that never change, so that answers are assembled from parts. */

/** Tracks whether the output is pure ASCII, so that its byte length equals its string length. */
export interface WriteContext {
  isAscii: boolean;
}

export type Write<Value> = (value: Value, context: WriteContext) => string;

/** Bounds all cached chunks, in UTF-16 code units. */
const LENGTH_MAX = 32 * 1024 * 1024;
/** Approximate size of a chunk besides its text. */
const CHUNK_OVERHEAD = 100;

/** Bounds the chunks of several writers together: when there is no room, the writer that grew least recently is cleared. */
export class JsonChunkCache {
  private kept = 0;
  private readonly writers = new Set<JsonChunks<never>>();

  constructor(private readonly lengthMax = LENGTH_MAX) {}

  /** Caches the texts that the writer makes, keyed weakly by their objects. */
  create<Value extends object>(write: Write<Value>): JsonChunks<Value> {
    return new JsonChunks(write, (chunks, length) => this.note(chunks, length));
  }

  /** An upper bound of the size of all cached chunks, in UTF-16 code units. */
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
 * Copies a concatenated text: V8 keeps it as a tree of its parts, which is walked each time that it is written. Only for
 * well-formed text, as all JSON is that was written here.
 */
export function flatten(text: string): string {
  return Buffer.from(text).toString();
}

/** Longer lists are not cached as one text. */
const LIST_LENGTH_MAX = 1_000;
/** Approximate size of an item of the cached list besides its text. */
const ITEM_OVERHEAD = 16;
/** So many lists must differ in most items from the cached one before the newest replaces it. */
const MISSES_MAX = 16;

/** The texts of the items of a list, concatenated; `ends` has the end of each. */
interface KeptList<Value> {
  readonly values: readonly Value[];
  readonly ends: readonly number[];
  readonly text: string;
}

const EMPTY_LIST: KeptList<never> = { values: [], ends: [], text: '' };

class JsonChunks<Value extends object> {
  /** Each text begins with a comma. */
  private texts = new WeakMap<Value, string>();
  /** Lists of one writer have most items in common; runs of these are copied from here as one part. */
  private list: KeptList<Value> = EMPTY_LIST;
  private misses = 0;
  /** The number of texts made so far. */
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
    // Read before the first item, because writing items may clear the cache.
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
    // A list with items that were new in this call is not cached, because they may never come again.
    if (others * 2 > values.length && made === this.made && ++this.misses > MISSES_MAX) this.keepList(values);
    // Each item begins with a comma.
    return `[${text.slice(1)}]`;
  }

  /** The text of one value, preceded by a comma. */
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

  /** Clears the cache and answers its size. */
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
    // Writing the items may have cleared the cache.
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
