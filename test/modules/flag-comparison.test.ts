/** Two configurations differ exactly where a context can be answered differently; the core itself says whether one is. */
import { evaluate, type EvaluationContext, type SnapshotCondition, type SnapshotRule } from '../../src/evaluation';
import { canonicalText } from '../../src/modules/changes/change-rules';
import { differencesOf } from '../../src/modules/changes/difference-rules';
import { answeringConfigurations, compareFlags } from '../../src/modules/flags/flag-comparison';
import type { FlagConfigurationEntity } from '../../src/modules/flags/flag-configuration-entity';
import type { FlagEntity } from '../../src/modules/flags/flag-entity';
import { compileClean, makeFlag, makeRule } from '../evaluation/support/make';

type Parts = Partial<Pick<FlagConfigurationEntity, 'rules' | 'fallthrough'>>;

const test = (operator: string, values: readonly unknown[], patch: object = {}): SnapshotCondition =>
  ({ attribute: 'plan', operator, values, ...patch }) as SnapshotCondition;
const group = (kind: 'ALL' | 'ANY' | 'NONE', ...conditions: SnapshotCondition[]): SnapshotCondition => ({
  group: kind,
  conditions,
});
const when = (...conditions: SnapshotCondition[]): Parts => ({ rules: [{ ...makeRule({ conditions }), name: '' }] });
const rules = (...all: Partial<SnapshotRule>[]): Parts => ({ rules: all.map((parts) => ({ ...makeRule(parts), name: '' })) });
const rollout = (...shares: (readonly [variation: string, weight: number])[]): Parts => ({
  fallthrough: {
    rollout: {
      bucketBy: 'targetingKey',
      whenMissing: 'no',
      shares: shares.map(([variation, weight]) => ({ variation, weight })),
    },
  },
});
const gated = (weight: number): SnapshotRule => makeRule({ gate: { bucketBy: 'targetingKey', weight } });

const ALIKE: readonly (readonly [name: string, left: Parts, right: Parts])[] = [
  ['a share of weight 0 at the start', rollout(['no', 0], ['yes', 100_000]), rollout(['yes', 100_000])],
  ['a share of weight 0 at the end', rollout(['yes', 100_000], ['no', 0]), rollout(['yes', 100_000])],
  [
    'a share of weight 0 in the middle',
    rollout(['yes', 40_000], ['third', 0], ['no', 60_000]),
    rollout(['yes', 40_000], ['no', 60_000]),
  ],
  ['IN one value and EQUALS', when(test('IN', ['pro'])), when(test('EQUALS', ['pro']))],
  ['NOT_IN one value and NOT_EQUALS', when(test('NOT_IN', ['pro'])), when(test('NOT_EQUALS', ['pro']))],
  ['IN one value twice and EQUALS', when(test('IN', [5, 5])), when(test('EQUALS', [5]))],
  ['the order and repetition of operands', when(test('IN', ['b', 'a', 'b'])), when(test('IN', ['a', 'b']))],
  [
    'the case of operands where case is ignored',
    when(test('IN', ['PRO', 'pro'], { ignoreCase: true })),
    when(test('EQUALS', ['Pro'], { ignoreCase: true })),
  ],
  ['ignoring the case of a number', when(test('EQUALS', [5], { ignoreCase: true })), when(test('EQUALS', [5]))],
  ['an explicit and an absent ignoreCase', when(test('EQUALS', ['pro'], { ignoreCase: false })), when(test('EQUALS', ['pro']))],
  ['a repeated condition', when(test('EXISTS', []), test('EXISTS', [])), when(test('EXISTS', []))],
  ['a group of one', when(group('ANY', test('EXISTS', []))), when(test('EXISTS', []))],
  [
    'a group ALL in a rule',
    when(group('ALL', test('EXISTS', []), test('IN', ['pro']))),
    when(test('EQUALS', ['pro']), test('EXISTS', [])),
  ],
  [
    'a group ANY in another',
    when(group('ANY', test('EQUALS', [5]), group('ANY', test('EQUALS', ['pro']), test('EQUALS', ['PRO'])))),
    when(group('ANY', test('EQUALS', ['PRO']), test('EQUALS', ['pro']), test('EQUALS', [5]))),
  ],
  ['a rule whose gate lets nobody in', rules(gated(0)), rules()],
];

const UNLIKE: readonly (readonly [name: string, left: Parts, right: Parts])[] = [
  ['the order of shares', rollout(['yes', 50_000], ['no', 50_000]), rollout(['no', 50_000], ['yes', 50_000])],
  ['a share of all and a variation, by the reason', rollout(['yes', 100_000]), { fallthrough: { variation: 'yes' } }],
  ['a text and a number', when(test('EQUALS', ['5'])), when(test('EQUALS', [5]))],
  ['case', when(test('IN', ['pro'])), when(test('IN', ['PRO']))],
  ['ignoring case', when(test('IN', ['pro'], { ignoreCase: true })), when(test('IN', ['pro']))],
  ['not being one value, and the negation of being it', when(test('NOT_IN', ['pro'])), when(group('NONE', test('IN', ['pro'])))],
  ['a second value', when(test('IN', ['pro', 5])), when(test('EQUALS', ['pro']))],
  ['an empty group ANY', when(group('ANY')), when()],
  ['a group NONE of one', when(group('NONE', test('EXISTS', []))), when(test('EXISTS', []))],
  [
    'all and any',
    when(group('ALL', test('EXISTS', []), test('EQUALS', [5]))),
    when(group('ANY', test('EXISTS', []), test('EQUALS', [5]))),
  ],
  ['a gate that lets everybody in, of contexts without a targeting key', rules(gated(100_000)), rules({})],
];

const CONTEXTS: readonly EvaluationContext[] = [undefined, ...Array.from({ length: 40 }, (_, i) => `context-${i}`)].flatMap(
  (targetingKey) =>
    [undefined, null, 'pro', 'PRO', 'Pro', 'a', 'b', 5, '5', true, ['pro', 5], []].map((plan) => ({
      targetingKey,
      attributes: { plan },
    })),
);

const configurationOf = (parts: Parts): FlagConfigurationEntity => ({
  flagId: 'flag',
  environmentId: 'environment',
  isEnabled: true,
  offVariation: 'no',
  prerequisites: [],
  targets: [],
  rules: [],
  fallthrough: { variation: 'no' },
  version: 1,
  updatedAt: null,
  ...parts,
});

function answersOf(parts: Parts): unknown[] {
  const variations = ['yes', 'no', 'third'].map((key) => ({ key, value: key }));
  const compiled = compileClean([makeFlag('flag', { valueType: 'STRING', variations, ...parts })]);
  return CONTEXTS.map((context) => {
    const { value, variationKey, reason } = evaluate(compiled, 'flag', context);
    return { value, variationKey, reason };
  });
}

function comparedFlags(left: Parts, right: Parts): number {
  const only = (parts: Parts) => ({ environmentId: 'environment', configurations: new Map([['flag', configurationOf(parts)]]) });
  const flags = [{ id: 'flag', key: 'flag' } as FlagEntity];
  return compareFlags(flags, [only(left), only(right)], (a, b) => canonicalText(a) === canonicalText(b)).length;
}

it.each(ALIKE)('takes for no difference: %s', (_name, left, right) => {
  const differences = differencesOf(...answeringConfigurations(configurationOf(left), configurationOf(right)));

  expect(answersOf(left)).toEqual(answersOf(right));
  expect(comparedFlags(left, right)).toBe(0);
  expect(differences).toEqual([]);
});

it.each(UNLIKE)('takes for a difference: %s', (_name, left, right) => {
  const differences = differencesOf(...answeringConfigurations(configurationOf(left), configurationOf(right)));

  expect(answersOf(left)).not.toEqual(answersOf(right));
  expect(comparedFlags(left, right)).toBe(1);
  expect(differences).not.toEqual([]);
});
