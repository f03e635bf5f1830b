import fc from 'fast-check';

import type { EvaluationContext, Snapshot } from '../../src/evaluation';
import { bucketOf, checkAttributeCondition, compileSnapshot, evaluate, evaluateAll, segmentsOf } from '../../src/evaluation';

import { Dice, generateContext, generateSnapshot } from './support/generate';
import { compileClean, makeFlag, makeRollout, makeRule, makeSnapshot } from './support/make';

// Each run of people draws other cases, and tells its seed when one fails; CI repeats what passed before.
if (process.env.CI) fc.configureGlobal({ seed: 20_261_121 });

const seed = fc.integer();
const NAMES = [
  'key',
  'version',
  'valueType',
  'salt',
  'rules',
  'conditions',
  'serve',
  'attribute',
  'operator',
  'values',
  'segments',
  'group',
  '__proto__',
  'constructor',
  'toString',
];

/** Takes a well-formed snapshot and puts arbitrary JSON in a few places of it. */
function damage(dice: Dice, value: unknown, junk: unknown): unknown {
  if (dice.chance(0.02)) return junk;
  if (Array.isArray(value)) return value.map((item) => damage(dice, item, junk));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [dice.chance(0.01) ? dice.pick(NAMES) : name, damage(dice, item, junk)]),
  );
}

/** The same JSON with the members of every object in reverse order. */
function reverseMembers(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reverseMembers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, item]) => [name, reverseMembers(item)]),
  );
}

it('never throws, whatever JSON is the snapshot or the context', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), fc.string(), (snapshot, context, key) => {
      const { compiled } = compileSnapshot(snapshot as unknown as Snapshot);
      evaluate(compiled, key, context as EvaluationContext, { trace: true });
      evaluateAll(compiled, context as EvaluationContext);
      segmentsOf(compiled, context as EvaluationContext);
    }),
    { numRuns: 1_000 },
  );
});

it('never throws on damaged snapshots and arbitrary contexts, and names a problem for each flag in error', () => {
  fc.assert(
    fc.property(seed, fc.jsonValue(), fc.jsonValue(), (state, junk, context) => {
      const dice = new Dice(state);
      const snapshot = damage(dice, generateSnapshot(dice, 5), junk) as Snapshot;
      const { compiled, problems } = compileSnapshot(snapshot);
      for (const { flagKey, errorCode } of evaluateAll(
        compiled,
        { targetingKey: 'a', attributes: context } as EvaluationContext,
        { trace: true },
      )) {
        if (errorCode !== null) expect(problems.some((problem) => problem.flagKey === flagKey)).toBe(true);
      }
      evaluateAll(compiled, context as EvaluationContext);
    }),
    { numRuns: 2_000 },
  );
});

it('never throws on an arbitrary condition', () => {
  const operator = fc.oneof(
    fc.constantFrom('IN', 'MATCHES', 'BETWEEN', 'BEFORE', 'SEMVER_LESS', 'IP_IN_CIDR', 'EXISTS'),
    fc.string(),
  );
  fc.assert(
    fc.property(
      fc.jsonValue(),
      operator,
      fc.oneof(fc.array(fc.jsonValue()), fc.jsonValue()),
      fc.jsonValue(),
      (attribute, name, values, ignoreCase) => {
        expect(Array.isArray(checkAttributeCondition({ attribute, operator: name, values, ignoreCase }))).toBe(true);
      },
    ),
    { numRuns: 2_000 },
  );
});

it('never throws on an arbitrary pattern and text', () => {
  fc.assert(
    fc.property(
      fc.string({
        unit: fc.constantFrom(
          'a',
          'b',
          '(',
          ')',
          '[',
          ']',
          '*',
          '+',
          '?',
          '{',
          '}',
          '1',
          ',',
          '|',
          '^',
          '$',
          '\\',
          '.',
          'é',
          '😀',
          '\ud800',
          '-',
          ':',
          'P',
          '<',
          '>',
        ),
      }),
      fc.string({ unit: 'binary' }),
      (pattern, text) => {
        const rule = {
          id: 'r',
          conditions: [{ attribute: 'a', operator: 'MATCHES', values: [pattern] }],
          serve: { variation: 'v0' },
        };
        const { flags } = generateSnapshot(new Dice(1), 1);
        const { compiled } = compileSnapshot(
          makeSnapshot([{ ...flags[0]!, isEnabled: true, isArchived: false, rules: [rule] as never }]),
        );
        evaluate(compiled, flags[0]!.key, { attributes: { a: text } });
      },
    ),
    { numRuns: 2_000 },
  );
});

it('gives the same answer to the same question, whatever was asked before', () => {
  fc.assert(
    fc.property(seed, (state) => {
      const dice = new Dice(state);
      const { compiled } = compileSnapshot(generateSnapshot(dice, 5));
      const context = generateContext(dice);
      const first = evaluateAll(compiled, context);
      evaluateAll(compiled, generateContext(dice));
      expect(evaluateAll(compiled, context)).toEqual(first);
    }),
    { numRuns: 500 },
  );
});

it('does not care for the order of members, in snapshots and in contexts', () => {
  fc.assert(
    fc.property(seed, (state) => {
      const dice = new Dice(state);
      const snapshot = generateSnapshot(dice, 4);
      const context = generateContext(dice);
      const reversed = compileSnapshot(reverseMembers(snapshot) as Snapshot);
      const answers = evaluateAll(compileSnapshot(snapshot).compiled, context).map((answer) => ({ ...answer, value: null }));
      expect(
        evaluateAll(reversed.compiled, reverseMembers(context) as EvaluationContext).map((answer) => ({
          ...answer,
          value: null,
        })),
      ).toEqual(answers);
    }),
    { numRuns: 500 },
  );
});

it('keeps every bucket from 0 to 99999, and an integer beside its text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string(), fc.maxSafeInteger(), (text, salt, integer) => {
      const bucket = bucketOf(text, salt);
      expect(bucket !== null && Number.isInteger(bucket) && bucket >= 0 && bucket < 100_000).toBe(true);
      expect(bucketOf(integer, salt)).toBe(bucketOf(String(integer), salt));
    }),
    { numRuns: 2_000 },
  );
});

it('moves nobody out of a share or a gate that widens', () => {
  const weight = fc.integer({ min: 0, max: 100_000 });
  fc.assert(
    fc.property(fc.string(), fc.string(), weight, weight, (targetingKey, salt, first, second) => {
      const weights = [Math.min(first, second), Math.max(first, second)];
      const gate = (of: number) => ({ rules: [makeRule({ gate: { bucketBy: 'targetingKey', weight: of } })] });
      const compiled = compileClean([
        ...weights.map((of, i) => makeFlag(`share-${i}`, { salt, fallthrough: makeRollout(of) })),
        ...weights.map((of, i) => makeFlag(`gate-${i}`, { salt, ...gate(of) })),
      ]);
      const isServed = (key: string): boolean => evaluate(compiled, key, { targetingKey }).value === true;
      for (const kind of ['share', 'gate']) expect(isServed(`${kind}-0`) && !isServed(`${kind}-1`)).toBe(false);
    }),
    { numRuns: 1_000 },
  );
});
