/**
 * Answers of `evaluate` as text, without asking for each of their fields. What is answered for a flag is turned into text
 * once for each selection: the core answers the same object as long as variation, grounds and revision are the same.
 */
import { GraphQLInt } from 'graphql';
import type { Evaluation } from '../evaluation';
import type { PlainField } from './compile-selection';
import type { Draft, Fragments, Write } from './json-chunks';

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
