/** Writes answers of `evaluate` as text. The core returns the same object again, so each is written once per selection. */
import type { Evaluation } from '../evaluation';
import type { JsonChunkCache, Write, WriteContext } from '../graphql/json-chunks';
import { compileObject, type JsonWriterOptions } from '../graphql/json-writer';
import type { PlainField } from '../graphql/plain-fields';
import { compileArguments, type ArgumentsOf } from './coercion';

/** The result of `evaluate`. */
export interface Evaluated {
  readonly revision: number;
  readonly epoch: string;
  readonly results: readonly EvaluatedContext[];
}

interface EvaluatedContext {
  readonly targetingKey: string | null;
  readonly evaluations: readonly Evaluation[];
}

export interface AnswerWriter {
  readonly argumentsOf: ArgumentsOf;
  /** Writes the value of `data`, and answers its length in UTF-8, too. Throws `Irregular`. */
  readonly write: (evaluated: Evaluated) => { readonly data: string; readonly dataBytes: number };
  /** How many objects the answer has below its root. */
  readonly countObjects: (evaluated: Evaluated) => number;
}

/** Fields that are read from the result of `evaluate`. Others (`trace`) are computed only when they are selected. */
const WRITTEN_FIELDS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['EvaluateResult', new Set(['revision', 'epoch', 'results'])],
  ['ContextEvaluations', new Set(['targetingKey', 'evaluations', 'values'])],
  [
    'Evaluation',
    new Set([
      'flagKey',
      'value',
      'variation',
      'reason',
      'ruleId',
      'prerequisiteKey',
      'errorCode',
      'errorMessage',
      'flagVersion',
      'inExperiment',
    ]),
  ],
]);

/** Null when the fields are not one `evaluate`, possibly with `__typename`, or select fields that are not written here. */
export function compileAnswer(fields: readonly PlainField[], chunks: JsonChunkCache): AnswerWriter | null {
  const roots = fields.filter(({ definition }) => definition !== null);
  const [root] = roots;
  if (roots.length !== 1 || root?.definition?.name !== 'evaluate' || !root.below?.every(isWritten)) return null;
  const options: JsonWriterOptions = { immutableTypes: new Set(['Evaluation']), chunks };
  const below = compileObject(root.below, {
    ...options,
    writerFor: (field) => (nameOf(field) === 'values' ? valuesWriter(chunks) : null),
  });
  const write = below && compileObject(fields, { ...options, writerFor: () => below });
  if (!write) return null;
  return {
    argumentsOf: compileArguments(root.definition, root.node),
    write: (evaluated) => {
      const context = { isAscii: true };
      const data = write(evaluated, context);
      return { data, dataBytes: context.isAscii ? data.length : Buffer.byteLength(data) };
    },
    countObjects: compileCount(root.below),
  };
}

const nameOf = ({ definition }: PlainField): string | undefined => definition?.name;

function isWritten({ type, definition, below }: PlainField): boolean {
  if (definition === null) return true;
  return WRITTEN_FIELDS.get(type.name)?.has(definition.name) === true && (below ?? []).every(isWritten);
}

function compileCount(fields: readonly PlainField[]): AnswerWriter['countObjects'] {
  const lists = fields
    .filter((field) => nameOf(field) === 'results')
    .map(({ below }) => below?.filter((field) => nameOf(field) === 'evaluations').length ?? 0);
  return ({ results }) => {
    let count = 1;
    for (const lengths of lists) {
      count += results.length;
      if (lengths > 0) for (const { evaluations } of results) count += lengths * evaluations.length;
    }
    return count;
  };
}

/** JavaScript objects put keys that look like numbers first, out of order. */
const NUMBER_LIKE = /^(0|[1-9]\d*)$/;
/** The chunk of an empty text. */
const NOT_IN_ORDER = ',';

function valuesWriter(cache: JsonChunkCache): Write<unknown> {
  const chunks = cache.create<Evaluation>(({ flagKey, value }, context) =>
    NUMBER_LIKE.test(flagKey) ? '' : `${writeJson(flagKey, context)}:${writeJson(value, context)}`,
  );
  return (parent, context) => {
    const { evaluations } = parent as EvaluatedContext;
    let text = '';
    let before = '';
    for (const evaluation of evaluations) {
      if (evaluation.reason === 'ERROR') continue;
      const chunk = chunks.get(evaluation, context);
      // Evaluations of all flags come in key order; any other order, or a repeated key, comes from the request's own list.
      if (chunk === NOT_IN_ORDER || evaluation.flagKey <= before) return writeValues(evaluations, context);
      text += chunk;
      before = evaluation.flagKey;
    }
    return `{${text.slice(1)}}`;
  };
}

function writeValues(evaluations: readonly Evaluation[], context: WriteContext): string {
  const served = evaluations.filter(({ reason }) => reason !== 'ERROR');
  return writeJson(Object.fromEntries(served.map(({ flagKey, value }) => [flagKey, value])), context);
}

function writeJson(value: unknown, context: WriteContext): string {
  const text = JSON.stringify(value);
  if (context.isAscii && Buffer.byteLength(text) > text.length) context.isAscii = false;
  return text;
}
