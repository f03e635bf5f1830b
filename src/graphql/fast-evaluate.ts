/**
 * Answers of `evaluate` as text, without asking for each of their fields. What is answered for a flag is turned into text
 * once for each selection: the core answers the same object as long as variation, grounds and revision are the same.
 */
import { GraphQLInt } from 'graphql';
import type { Evaluation } from '../evaluation';
import type { PlainField } from './executor';

/** What `evaluate` found. */
export interface Evaluated {
  readonly revision: number;
  readonly epoch: string;
  readonly results: readonly EvaluatedContext[];
}

interface EvaluatedContext {
  readonly targetingKey: string | null;
  readonly evaluations: readonly Evaluation[];
}

/** How the answers to one selection are written. */
export interface AnswerForm {
  readonly argumentsOf: PlainField['argumentsOf'];
  /** The value of `data`, and how long it is in UTF-8. Throws `GraphQLError` for what the schema has no room for. */
  readonly write: (evaluated: Evaluated) => { readonly data: string; readonly dataBytes: number };
  /** How many objects the answer has below its root. */
  readonly countObjects: (evaluated: Evaluated) => number;
}

/** What is known of a text under way: one of ASCII need not be gone through to be measured. */
interface Draft {
  isAscii: boolean;
}

type Write<Value> = (value: Value, draft: Draft) => string;

/** Null when the fields are not one `evaluate`, with names of types beside it, or ask for what is not written here. */
export function compileAnswer(fields: readonly PlainField[], fragments: Fragments): AnswerForm | null {
  const roots = fields.filter(({ name }) => name !== '__typename');
  const [root] = roots;
  if (roots.length !== 1 || root?.name !== 'evaluate' || root.below === null) return null;
  const inner = compileObject(root.below, (field) => resultWriter(field, fragments));
  const write = inner && compileObject<Evaluated>(fields, () => inner);
  if (!write) return null;
  const lists = root.below
    .filter(({ name }) => name === 'results')
    .map(({ below }) => below?.filter(({ name }) => name === 'evaluations').length ?? 0);
  return {
    argumentsOf: root.argumentsOf,
    write: (evaluated) => {
      const draft = { isAscii: true };
      const data = write(evaluated, draft);
      return { data, dataBytes: draft.isAscii ? data.length : Buffer.byteLength(data) };
    },
    countObjects: ({ results }) => {
      let count = 1;
      for (const lengths of lists) {
        count += results.length;
        if (lengths > 0) for (const { evaluations } of results) count += lengths * evaluations.length;
      }
      return count;
    },
  };
}

function resultWriter({ name, below }: PlainField, fragments: Fragments): Write<Evaluated> | null {
  switch (name) {
    case 'revision':
      return ({ revision }) => writeInt(revision);
    case 'epoch':
      return ({ epoch }, draft) => writeJson(epoch, draft);
    case 'results': {
      const item = below && compileObject<EvaluatedContext>(below, (field) => contextWriter(field, fragments));
      return item && (({ results }, draft) => writeList(results, item, draft));
    }
    default:
      return null;
  }
}

function contextWriter({ name, below }: PlainField, fragments: Fragments): Write<EvaluatedContext> | null {
  switch (name) {
    case 'targetingKey':
      return ({ targetingKey }, draft) => writeJson(targetingKey, draft);
    case 'evaluations': {
      const item = below && compileObject<Evaluation>(below, evaluationWriter);
      const memory = item && fragments.of(item);
      return memory && (({ evaluations }, draft) => memory.writeAll(evaluations, draft));
    }
    case 'values':
      return valuesWriter(fragments);
    default:
      return null;
  }
}

function evaluationWriter({ name }: PlainField): Write<Evaluation> | null {
  switch (name) {
    case 'flagKey':
    case 'value':
    case 'reason':
    case 'ruleId':
    case 'prerequisiteKey':
    case 'errorCode':
    case 'errorMessage':
      return (evaluation, draft) => writeJson(evaluation[name], draft);
    case 'variation':
      return ({ variationKey }, draft) => writeJson(variationKey, draft);
    case 'flagVersion':
      return ({ flagVersion }) => (flagVersion === null ? 'null' : writeInt(flagVersion));
    default:
      return null;
  }
}

/** An object puts keys that look like numbers first, and has each once. */
const NUMBER_LIKE = /^(0|[1-9]\d*)$/;
/** As the memory gives back the empty text. */
const NOT_IN_ORDER = ',';

function valuesWriter(fragments: Fragments): Write<EvaluatedContext> {
  const memory = fragments.of<Evaluation>(({ flagKey, value }, draft) =>
    NUMBER_LIKE.test(flagKey) ? '' : `${writeJson(flagKey, draft)}:${writeJson(value, draft)}`,
  );
  return ({ evaluations }, draft) => {
    let text = '';
    let before = '';
    for (const evaluation of evaluations) {
      if (evaluation.reason === 'ERROR') continue;
      const fragment = memory.get(evaluation, draft);
      // All flags come in key order, so that one that comes twice was asked for twice.
      if (fragment === NOT_IN_ORDER || evaluation.flagKey <= before) return writeValues(evaluations, draft);
      text += fragment;
      before = evaluation.flagKey;
    }
    return `{${text.slice(1)}}`;
  };
}

function writeValues(evaluations: readonly Evaluation[], draft: Draft): string {
  const served = evaluations.filter(({ reason }) => reason !== 'ERROR');
  return writeJson(Object.fromEntries(served.map(({ flagKey, value }) => [flagKey, value])), draft);
}

function compileObject<Value>(
  fields: readonly PlainField[],
  compile: (field: PlainField) => Write<Value> | null,
): Write<Value> | null {
  const parts: { readonly text: string; readonly write: Write<Value> }[] = [];
  let text = '{';
  for (const [i, field] of fields.entries()) {
    text += `${i === 0 ? '' : ','}${JSON.stringify(field.key)}:`;
    if (field.name === '__typename') text += JSON.stringify(field.typeName);
    else {
      const write = compile(field);
      if (write === null) return null;
      parts.push({ text, write });
      text = '';
    }
  }
  const end = `${text}}`;
  return (value, draft) => {
    let written = '';
    for (const part of parts) written += part.text + part.write(value, draft);
    return written + end;
  };
}

function writeList<Item>(items: readonly Item[], write: Write<Item>, draft: Draft): string {
  const texts = new Array<string>(items.length);
  for (let i = 0; i < items.length; i++) texts[i] = write(items[i] as Item, draft);
  return `[${texts.join()}]`;
}

function writeJson(value: unknown, draft: Draft): string {
  const text = JSON.stringify(value);
  if (draft.isAscii && Buffer.byteLength(text) > text.length) draft.isAscii = false;
  return text;
}

/** As graphql-js does, which throws for what an Int has no room for. */
function writeInt(value: number): string {
  return String(GraphQLInt.serialize(value));
}

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

/** Of one list so many are remembered by their place. */
const PLACES_MAX = 1_000;

class FragmentMemory<Value extends object> {
  private texts = new WeakMap<Value, string>();
  /** What stood at each place of a list the last time, which it mostly does again: found without a look-up. */
  private placed: Value[] = [];
  private placedTexts: string[] = [];
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
    let text = '';
    for (let i = 0; i < values.length; i++) {
      const value = values[i] as Value;
      text += this.placed[i] === value ? (this.placedTexts[i] as string) : this.place(i, value, draft);
    }
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
    const text = `,${this.write(value, this.draft)}`;
    draft.isAscii &&= this.draft.isAscii;
    const length = text.length + ENTRY_LENGTH;
    this.texts.set(value, text);
    this.length += length;
    this.note(this as unknown as FragmentMemory<never>, length);
    return text;
  }

  /** Answers how long it was. */
  forget(): number {
    const { length } = this;
    this.texts = new WeakMap();
    this.placed = [];
    this.placedTexts = [];
    this.length = 0;
    this.draft.isAscii = true;
    return length;
  }

  private place(i: number, value: Value, draft: Draft): string {
    const text = this.get(value, draft);
    // No holes: an array with holes is a slow one.
    if (i <= this.placed.length && i < PLACES_MAX) {
      this.placed[i] = value;
      this.placedTexts[i] = text;
    }
    return text;
  }
}
