/** Texts of evaluations that are made once and put together again and again. */
import fc from 'fast-check';
import { join } from 'node:path';
import { parse, type OperationDefinitionNode } from 'graphql';
import type { Evaluation } from '../../../src/evaluation';
import { compileAnswer, type AnswerWriter } from '../../../src/fast-evaluate/answer-writer';
import { JsonChunkCache } from '../../../src/graphql/json-chunks';
import { collectPlainFields } from '../../../src/graphql/plain-fields';
import { PACKAGE_ROOT } from '../../../src/package-root';
import { createSchema } from '../../../src/schema';

const schema = createSchema(join(PACKAGE_ROOT, 'schema'));

/** Asks for the keys and values of `evaluate`, by the names of fields with the ending. */
function writerOf(cache: JsonChunkCache, ending = ''): AnswerWriter {
  const named = (name: string): string => (ending === '' ? name : `${name}${ending}: ${name}`);
  const leaves = `${named('flagKey')} ${named('value')}`;
  const document = parse(
    `{ ${named('evaluate')}(contexts: []) { ${named('results')} { ${named('evaluations')} { ${leaves} } } } }`,
  );
  const operation = document.definitions[0] as OperationDefinitionNode;
  return compileAnswer(collectPlainFields(schema, { document, operation }, {})!, cache)!;
}

function evaluationOf(flagKey: string, value: Evaluation['value']): Evaluation {
  return Object.freeze({ flagKey, value }) as Evaluation;
}

const evaluated = (lists: readonly (readonly Evaluation[])[]) => ({
  ...{ revision: 1, epoch: 'e' },
  results: lists.map((evaluations) => ({ targetingKey: null, evaluations })),
});

function expectWritten(writer: AnswerWriter, lists: readonly (readonly Evaluation[])[]): void {
  const data = JSON.stringify({ evaluate: { results: lists.map((evaluations) => ({ evaluations })) } });
  expect(writer.write(evaluated(lists))).toEqual({ data, dataBytes: Buffer.byteLength(data) });
}

/** Four evaluations of each of twelve flags: what a list has at a place. */
const POOL = Array.from({ length: 12 }, (_, place) =>
  [true, 'b', { c: [place] }, '\u20ac\ud83d\ude00'].map((value) => evaluationOf(`flag-${place}`, value)),
);
const list = fc.tuple(fc.array(fc.nat(3), { maxLength: POOL.length }), fc.boolean()).map(([choices, isTurned]) => {
  const chosen = choices.map((choice, place) => POOL[place]![choice]!);
  return isTurned ? chosen.reverse() : chosen;
});
const answers = fc.array(fc.array(list, { maxLength: 3 }), { minLength: 30, maxLength: 60 });

it.each([
  ['all is remembered', undefined],
  ['next to nothing is', 1_000],
  ['nothing is', 0],
])('writes lists as JSON.stringify does when %s, whatever they were before', (_what, lengthMax) => {
  fc.assert(
    fc.property(answers, (given) => {
      const writer = writerOf(new JsonChunkCache(lengthMax));
      for (const lists of given) expectWritten(writer, lists);
    }),
    { numRuns: 200 },
  );
});

it.each([
  ['of one kind and then of another', (i: number) => (i < 100 ? 0 : 1)],
  ['of two kinds in turn', (i: number) => i % 2],
])('writes long lists %s', (_what, kindAt) => {
  const writer = writerOf(new JsonChunkCache());
  const kinds = [0, 1].map((kind) => Array.from({ length: 1_500 }, (_, i) => evaluationOf(`flag-${i}`, kind)));

  for (let i = 0; i < 200; i++) {
    const length = [1_500, 1_000, 3][i % 3]!;
    expectWritten(writer, [kinds[kindAt(i)]!.slice(0, length)]);
  }
});

it('counts the texts and the one list that it keeps, which is one that came before', () => {
  const cache = new JsonChunkCache();
  const writer = writerOf(cache);
  const textsOf = (list: readonly Evaluation[]): number => JSON.stringify(list).length - 1;
  const remembered = (list: readonly Evaluation[]): number => {
    for (let i = 0; i < 40; i++) expectWritten(writer, [list]);
    return cache.length;
  };
  const [first, second] = [true, 'another'].map((value) => ['a', 'b'].map((key) => evaluationOf(key, value)));
  const long = Array.from({ length: 1_001 }, (_, i) => evaluationOf(`flag-${i}`, true));

  const texts = textsOf(first!) + 2 * 100;
  expect(remembered(first!)).toBe(texts + textsOf(first!) + 2 * 16);
  const moreTexts = texts + textsOf(second!) + 2 * 100;
  expect(remembered(second!)).toBe(moreTexts + textsOf(second!) + 2 * 16);
  // Too long.
  const allTexts = moreTexts + textsOf(long) + 1_001 * 100;
  expect(remembered(long)).toBe(allTexts + textsOf(second!) + 2 * 16);
  // Never twice the same.
  for (let i = 0; i < 40; i++) expectWritten(writer, [[evaluationOf('a', i), evaluationOf('b', i)]]);
  const newTexts = Array.from({ length: 40 }, (_, i) => textsOf([evaluationOf('a', i), evaluationOf('b', i)]) + 2 * 100);
  expect(cache.length).toBe(newTexts.reduce((sum, length) => sum + length, allTexts + textsOf(second!) + 2 * 16));
});

it('remembers texts up to a bound, whatever is asked for', () => {
  const cache = new JsonChunkCache(20_000);
  const lengths: number[] = [];
  for (let i = 0; i < 200; i++) {
    const writer = writerOf(cache, String(i));
    const evaluations = [evaluationOf('x'.repeat(200), true)];
    // Often enough to be kept in one piece, too.
    for (let again = 0; again < 40; again++) {
      expect(writer.write(evaluated([evaluations])).data).toContain('xxx');
      lengths.push(cache.length);
    }
  }

  expect(Math.max(...lengths)).toBeLessThanOrEqual(20_000);
  expect(lengths.at(-1)).toBeGreaterThan(10_000);
});
