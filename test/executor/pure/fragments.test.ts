/** Texts of evaluations that are made once and put together again and again. */
import fc from 'fast-check';
import type { Evaluation } from '../../../src/evaluation';
import { compileAnswer, type AnswerForm } from '../../../src/fast-evaluate/answer-form';
import { Fragments } from '../../../src/fast-evaluate/json-chunks';

/** Asks for `evaluate { results { evaluations { flagKey value } } }`, each key with the ending. */
function formOf(fragments: Fragments, ending = ''): AnswerForm {
  const field = (name: string, typeName: string, ...below: object[]) => ({
    ...{ key: `${name}${ending}`, name, typeName },
    ...{ below: below.length === 0 ? null : below, argumentsOf: () => ({}) },
  });
  const leaves = [field('flagKey', 'Evaluation'), field('value', 'Evaluation')];
  const results = field('results', 'EvaluateResult', field('evaluations', 'ContextEvaluations', ...leaves));
  return compileAnswer([field('evaluate', 'Query', results)] as never, fragments)!;
}

function evaluationOf(flagKey: string, value: Evaluation['value']): Evaluation {
  return Object.freeze({ flagKey, value }) as Evaluation;
}

const evaluated = (lists: readonly (readonly Evaluation[])[]) => ({
  ...{ revision: 1, epoch: 'e' },
  results: lists.map((evaluations) => ({ targetingKey: null, evaluations })),
});

function expectWritten(form: AnswerForm, lists: readonly (readonly Evaluation[])[]): void {
  const data = JSON.stringify({ evaluate: { results: lists.map((evaluations) => ({ evaluations })) } });
  expect(form.write(evaluated(lists))).toEqual({ data, dataBytes: Buffer.byteLength(data) });
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
      const form = formOf(new Fragments(lengthMax));
      for (const lists of given) expectWritten(form, lists);
    }),
    { numRuns: 200 },
  );
});

it.each([
  ['of one kind and then of another', (i: number) => (i < 100 ? 0 : 1)],
  ['of two kinds in turn', (i: number) => i % 2],
])('writes long lists %s', (_what, kindAt) => {
  const form = formOf(new Fragments());
  const kinds = [0, 1].map((kind) => Array.from({ length: 1_500 }, (_, i) => evaluationOf(`flag-${i}`, kind)));

  for (let i = 0; i < 200; i++) {
    const length = [1_500, 1_000, 3][i % 3]!;
    expectWritten(form, [kinds[kindAt(i)]!.slice(0, length)]);
  }
});

it('counts the texts and the one list that it keeps, which is one that came before', () => {
  const fragments = new Fragments();
  const form = formOf(fragments);
  const textsOf = (list: readonly Evaluation[]): number => JSON.stringify(list).length - 1;
  const remembered = (list: readonly Evaluation[]): number => {
    for (let i = 0; i < 40; i++) expectWritten(form, [list]);
    return fragments.lengthRemembered;
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
  for (let i = 0; i < 40; i++) expectWritten(form, [[evaluationOf('a', i), evaluationOf('b', i)]]);
  const newTexts = Array.from({ length: 40 }, (_, i) => textsOf([evaluationOf('a', i), evaluationOf('b', i)]) + 2 * 100);
  expect(fragments.lengthRemembered).toBe(newTexts.reduce((sum, length) => sum + length, allTexts + textsOf(second!) + 2 * 16));
});

it('remembers texts up to a bound, whatever is asked for', () => {
  const fragments = new Fragments(20_000);
  const lengths: number[] = [];
  for (let i = 0; i < 200; i++) {
    const form = formOf(fragments, String(i));
    const evaluations = [evaluationOf('x'.repeat(200), true)];
    // Often enough to be kept in one piece, too.
    for (let again = 0; again < 40; again++) {
      expect(form.write(evaluated([evaluations])).data).toContain('xxx');
      lengths.push(fragments.lengthRemembered);
    }
  }

  expect(Math.max(...lengths)).toBeLessThanOrEqual(20_000);
  expect(lengths.at(-1)).toBeGreaterThan(10_000);
});
