import type { Snapshot, SnapshotCondition, SnapshotFlag } from '../../src/evaluation';
import { compileSnapshot, evaluate, evaluateAll, isClientAvailable, segmentsOf } from '../../src/evaluation';

import { compileClean, makeFlag, makeRule, makeSegment, makeSnapshot } from './support/make';

const inSegment = (...segments: string[]): SnapshotCondition => ({ operator: 'IN_SEGMENT', segments });
const needs = (...flagKeys: string[]) => ({ prerequisites: flagKeys.map((flagKey) => ({ flagKey, variation: 'yes' })) });
const hostile = (parts: object): SnapshotFlag => ({ ...makeFlag('flag'), ...parts });

function problemsOf(flag: SnapshotFlag): unknown {
  return compileSnapshot(makeSnapshot([flag])).problems;
}

it.each<[string, object, (string | number)[], string]>([
  [
    'a version that is no number',
    { version: 'x' },
    ['version'],
    'version must be an integer from 0 to 9007199254740991; got "x".',
  ],
  ['an unknown value type', { valueType: 'DATE' }, ['valueType'], 'Unknown value type: "DATE".'],
  ['a switch that is a text', { isEnabled: 'yes' }, ['isEnabled'], 'isEnabled must be true or false; got "yes".'],
  ['a salt that is a number', { salt: 5 }, ['salt'], 'salt must be a string; got 5.'],
  ['rules that are no list', { rules: {} }, ['rules'], 'rules must be a list; got an object.'],
  ['a rule that is no object', { rules: [null] }, ['rules', 0], 'Expected an object; got null.'],
  ['no fallthrough', { fallthrough: undefined }, ['fallthrough'], 'Expected an object; got undefined.'],
  ['an unknown off variation', { offVariation: 'maybe' }, ['offVariation'], 'The flag has no variation "maybe".'],
  [
    'a target of an unknown variation',
    { targets: [{ variation: 5, targetingKeys: [] }] },
    ['targets', 0, 'variation'],
    'The flag has no variation 5.',
  ],
  [
    'a targeting key that is a number',
    { targets: [{ variation: 'yes', targetingKeys: ['a', 5] }] },
    ['targets', 0, 'targetingKeys', 1],
    'targetingKeys must contain strings; got 5.',
  ],
  [
    'an unknown prerequisite',
    { prerequisites: [{ flagKey: 'absent', variation: 'yes' }] },
    ['prerequisites', 0, 'flagKey'],
    'Flag "absent" is not in the snapshot.',
  ],
  ['a serve of nothing', { fallthrough: {} }, ['fallthrough'], 'Exactly one of variation and rollout must be given.'],
  [
    'a serve of two',
    { fallthrough: { variation: 'yes', rollout: {} } },
    ['fallthrough'],
    'Exactly one of variation and rollout must be given.',
  ],
  [
    'a rule that serves an unknown variation',
    { rules: [makeRule({ serve: { variation: 'maybe' } })] },
    ['rules', 0, 'serve', 'variation'],
    'The flag has no variation "maybe".',
  ],
  [
    'weights that sum to less',
    { fallthrough: { rollout: { bucketBy: 'id', whenMissing: 'no', shares: [{ variation: 'yes', weight: 99_999 }] } } },
    ['fallthrough', 'rollout', 'shares'],
    'The weights of a rollout must sum to 100000; these sum to 99999.',
  ],
  [
    'a share of an unknown variation',
    { fallthrough: { rollout: { bucketBy: 'id', whenMissing: 'no', shares: [{ variation: 'maybe', weight: 100_000 }] } } },
    ['fallthrough', 'rollout', 'shares', 0, 'variation'],
    'The flag has no variation "maybe".',
  ],
  [
    'an unknown whenMissing',
    { fallthrough: { rollout: { bucketBy: 'id', whenMissing: 'maybe', shares: [{ variation: 'yes', weight: 100_000 }] } } },
    ['fallthrough', 'rollout', 'whenMissing'],
    'The flag has no variation "maybe".',
  ],
  [
    'a rollout by nothing',
    { fallthrough: { rollout: { bucketBy: '', whenMissing: 'no', shares: [{ variation: 'yes', weight: 100_000 }] } } },
    ['fallthrough', 'rollout', 'bucketBy'],
    'An attribute reference must be a non-empty string.',
  ],
  [
    'an experiment that is a number',
    {
      fallthrough: {
        rollout: { bucketBy: 'id', whenMissing: 'no', isExperiment: 1, shares: [{ variation: 'yes', weight: 100_000 }] },
      },
    },
    ['fallthrough', 'rollout', 'isExperiment'],
    'isExperiment must be true or false; got 1.',
  ],
  [
    'a gate beyond everything',
    { rules: [makeRule({ gate: { bucketBy: 'id', weight: 100_001 } })] },
    ['rules', 0, 'gate', 'weight'],
    'weight must be an integer from 0 to 100000; got 100001.',
  ],
  [
    'a gate by nothing',
    { rules: [makeRule({ gate: { bucketBy: '', weight: 1 } })] },
    ['rules', 0, 'gate', 'bucketBy'],
    'An attribute reference must be a non-empty string.',
  ],
  [
    'a condition of no kind',
    { rules: [makeRule({ conditions: [{} as SnapshotCondition] })] },
    ['rules', 0, 'conditions', 0],
    'A condition must have exactly one of attribute, segments and group.',
  ],
  [
    'a condition of two kinds',
    { rules: [{ ...makeRule(), conditions: [{ attribute: 'a', group: 'ALL' }] }] },
    ['rules', 0, 'conditions', 0],
    'A condition must have exactly one of attribute, segments and group.',
  ],
  [
    'an unknown group',
    { rules: [{ ...makeRule(), conditions: [{ group: 'SOME', conditions: [] }] }] },
    ['rules', 0, 'conditions', 0, 'group'],
    'Unknown group: "SOME"; must be ALL, ANY or NONE.',
  ],
  [
    'an unknown segment',
    { rules: [makeRule({ conditions: [inSegment('absent')] })] },
    ['rules', 0, 'conditions', 0, 'segments', 0],
    'Segment "absent" is not in the snapshot.',
  ],
  [
    'an unknown segment operator',
    { rules: [{ ...makeRule(), conditions: [{ operator: 'IN', segments: [] }] }] },
    ['rules', 0, 'conditions', 0, 'operator'],
    'Operator "IN" does not apply to segments; use IN_SEGMENT or NOT_IN_SEGMENT.',
  ],
  [
    'an undecidable condition',
    { rules: [{ ...makeRule(), conditions: [{ attribute: 'a', operator: 'LIKE', values: ['x'] }] }] },
    ['rules', 0, 'conditions', 0, 'operator'],
    'Unknown operator: "LIKE".',
  ],
  [
    'an operator that is no text',
    { rules: [{ ...makeRule(), conditions: [{ attribute: 'a', operator: 5, values: ['x'] }] }] },
    ['rules', 0, 'conditions', 0, 'operator'],
    'Unknown operator: 5.',
  ],
  [
    'a value that nests',
    { rules: [{ ...makeRule(), conditions: [{ attribute: 'a', operator: 'IN', values: [{}] }] }] },
    ['rules', 0, 'conditions', 0, 'values', 0],
    'Value an object is not a string, a finite number, true or false.',
  ],
  [
    'a variation that occurs twice',
    {
      variations: [
        { key: 'no', value: true },
        { key: 'no', value: false },
      ],
    },
    ['variations', 1, 'key'],
    'Variation "no" occurs twice.',
  ],
  [
    'a value of another type',
    {
      variations: [
        { key: 'yes', value: 'x' },
        { key: 'no', value: false },
      ],
    },
    ['variations', 0, 'value'],
    'The value of a "BOOLEAN" flag\'s variation cannot be "x".',
  ],
  [
    'a value that is not there',
    { valueType: 'JSON', variations: [{ key: 'no' }] },
    ['variations', 0, 'value'],
    'The value of a "JSON" flag\'s variation cannot be undefined.',
  ],
])('names a problem with %s, and answers PARSE_ERROR', (_, parts, path, message) => {
  const { compiled, problems } = compileSnapshot(makeSnapshot([makeFlag('a-healthy'), hostile(parts)]));

  expect(problems).toContainEqual({ flagKey: 'flag', path, message });
  expect(evaluate(compiled, 'flag', {})).toMatchObject({
    reason: 'ERROR',
    errorCode: 'PARSE_ERROR',
    value: null,
    variationKey: null,
    variationIndex: -1,
  });
  expect(evaluate(compiled, 'a-healthy', {})).toMatchObject({ reason: 'FALLTHROUGH', errorCode: null });
});

it('answers with a full result, in which nothing is left out', () => {
  expect(evaluate(compileClean([makeFlag('flag', { version: 3 })]), 'flag', {})).toStrictEqual({
    flagKey: 'flag',
    value: false,
    variationKey: 'no',
    variationIndex: 1,
    reason: 'FALLTHROUGH',
    ruleId: null,
    prerequisiteKey: null,
    errorCode: null,
    errorMessage: null,
    inExperiment: false,
    flagVersion: 3,
    revision: 7,
    trace: null,
  });
});

it('answers for an unknown flag with the same shape', () => {
  const { compiled } = compileSnapshot(makeSnapshot([makeFlag('flag')]));
  const known = evaluate(compiled, 'flag', {});
  const unknown = evaluate(compiled, 'absent', {});

  expect(Object.keys(unknown)).toEqual(Object.keys(known));
  expect(unknown).toMatchObject({
    errorCode: 'FLAG_NOT_FOUND',
    errorMessage: 'There is no flag "absent" in the environment.',
    flagVersion: null,
  });
});

it('names the place and the sentence in the message of a broken flag', () => {
  const { compiled } = compileSnapshot(makeSnapshot([hostile({ rules: [makeRule({ serve: { variation: 'maybe' } })] })]));

  expect(evaluate(compiled, 'flag', {}).errorMessage).toBe(
    'Flag "flag" did not compile at rules.0.serve.variation: The flag has no variation "maybe".',
  );
});

it('names the path of a cycle of prerequisites in every flag on it, and only there', () => {
  const flags = [
    makeFlag('a', needs('b')),
    makeFlag('b', needs('c')),
    makeFlag('c', needs('a')),
    makeFlag('d', needs('a')),
    makeFlag('e', needs('e')),
  ];
  const { compiled, problems } = compileSnapshot(makeSnapshot(flags));
  const message = 'Prerequisites form a cycle: a -> b -> c -> a.';

  expect(problems).toEqual([
    ...['a', 'b', 'c'].map((flagKey) => ({ flagKey, path: ['prerequisites'], message })),
    { flagKey: 'e', path: ['prerequisites'], message: 'Prerequisites form a cycle: e -> e.' },
  ]);
  expect(evaluate(compiled, 'd', {})).toMatchObject({ reason: 'PREREQUISITE_FAILED', prerequisiteKey: 'a' });
});

it('names the path of a cycle of segments, and breaks what refers to it', () => {
  const segments = ['x', 'y', 'z'].map((key) =>
    makeSegment(key, { rules: [{ id: 'r', conditions: [inSegment(key === 'x' ? 'y' : 'x')] }] }),
  );
  const { problems } = compileSnapshot(
    makeSnapshot([makeFlag('flag', { rules: [makeRule({ conditions: [inSegment('z')] })] })], segments),
  );

  expect(problems).toEqual([
    { segmentKey: 'x', path: ['rules'], message: 'Segments form a cycle: x -> y -> x.' },
    { segmentKey: 'y', path: ['rules'], message: 'Segments form a cycle: x -> y -> x.' },
    { segmentKey: 'z', path: ['rules', 0, 'conditions', 0, 'segments', 0], message: 'Segment "x" did not compile.' },
    { flagKey: 'flag', path: ['rules', 0, 'conditions', 0, 'segments', 0], message: 'Segment "z" did not compile.' },
  ]);
});

it('refuses paths of prerequisites that are too deep to walk', () => {
  const flags = Array.from({ length: 5_000 }, (_, index) =>
    makeFlag(`f${String(index).padStart(4, '0')}`, index === 0 ? {} : needs(`f${String(index - 1).padStart(4, '0')}`)),
  );
  const { compiled, problems } = compileSnapshot(makeSnapshot(flags));

  expect(problems[0]).toEqual({
    flagKey: 'f0050',
    path: ['prerequisites'],
    message: 'Prerequisites may nest at most 50 deep; got 51.',
  });
  expect(evaluate(compiled, 'f0049', {}).reason).toBe('PREREQUISITE_FAILED');
  expect(evaluate(compiled, 'f4999', {}).errorCode).toBe('PARSE_ERROR');
});

it('decides shared prerequisites and segments once, however many paths lead to them', () => {
  const flags = Array.from({ length: 40 }, (_, index) =>
    makeFlag(`f${index + 10}`, {
      fallthrough: { variation: 'yes' },
      ...(index < 2 ? {} : needs(`f${index + 9}`, `f${index + 8}`)),
    }),
  );
  const segments = Array.from({ length: 18 }, (_, index) => {
    const below = index === 0 ? [] : [inSegment(`s${index + 9}`), inSegment(`s${index + 9}`)];
    return makeSegment(`s${index + 10}`, {
      rules: [
        { id: 'a', conditions: [...below, inSegment('nobody')] },
        { id: 'b', conditions: below },
      ],
    });
  });
  const compiled = compileClean(
    [...flags, makeFlag('z', { rules: [makeRule({ conditions: [inSegment('s27')] })] })],
    [makeSegment('nobody'), ...segments],
  );

  expect(evaluate(compiled, 'f49', {}, { trace: true }).trace?.flags).toHaveLength(40);
  expect(evaluate(compiled, 'z', {}, { trace: true }).trace?.segments).toHaveLength(19);
});

it.each<[string, unknown, (string | number)[]]>([
  ['null', null, ['epoch']],
  ['a list', [], ['epoch']],
  ['another format', { ...makeSnapshot([makeFlag('a')]), formatVersion: 2 }, ['formatVersion']],
  ['an epoch that cannot be text', { ...makeSnapshot([]), epoch: { toString: 5 } }, ['epoch']],
  ['a revision below 0', { ...makeSnapshot([]), revision: -1 }, ['revision']],
  ['flags that are no list', { ...makeSnapshot([]), flags: 'x' }, ['flags']],
  ['a flag that is no object', { ...makeSnapshot([]), flags: [5] }, ['flags', 0]],
  ['a flag without a key', { ...makeSnapshot([]), flags: [{}] }, ['flags', 0]],
  ['a key that occurs twice', { ...makeSnapshot([]), flags: [makeFlag('a'), makeFlag('a')] }, ['flags', 1, 'key']],
  ['a segment that is no object', { ...makeSnapshot([]), segments: [null] }, ['segments', 0]],
])('takes %s as a snapshot and names the problem', (_, snapshot, path) => {
  const { compiled, problems } = compileSnapshot(snapshot as Snapshot);

  expect(problems.map((problem) => problem.path)).toContainEqual(path);
  expect(evaluate(compiled, 'none', {}).errorCode).toBe('FLAG_NOT_FOUND');
});

it('guesses at nothing in a format that it does not know', () => {
  const { compiled } = compileSnapshot({ ...makeSnapshot([makeFlag('a')]), formatVersion: 2 } as unknown as Snapshot);

  expect(evaluateAll(compiled, {})).toEqual([]);
});

it('survives deep nesting, long lists and odd objects', () => {
  const deep = JSON.parse(`${'{"group":"ALL","conditions":['.repeat(20_000)}${']}'.repeat(20_000)}`) as SnapshotCondition;
  const deepValue = JSON.parse(`${'['.repeat(50_000)}${']'.repeat(50_000)}`) as never;
  const manyNulls = { ...makeRule(), conditions: [{ attribute: 'a', operator: 'IN', values: Array(100_000).fill(null) }] };
  const flags = [
    makeFlag('deep', { rules: [makeRule({ conditions: [deep] })] }),
    makeFlag('deep-value', { rules: [makeRule({ conditions: [{ attribute: 'a', operator: 'IN', values: [deepValue] }] })] }),
    makeFlag('many', { rules: [manyNulls as never] }),
    makeFlag('many-targets', { targets: [{ variation: 'yes', targetingKeys: Array(100_000).fill(5) as never }] }),
    makeFlag('odd', { rules: [5, 'x', { conditions: [null, 5] }] as never, prerequisites: [null, 5] as never }),
    makeFlag('odd-switch', {
      rules: [{ ...makeRule(), conditions: [{ attribute: 'a', operator: 'IN', values: ['x'], ignoreCase: {} }] } as never],
    }),
  ];
  const { compiled, problems } = compileSnapshot(makeSnapshot(flags));

  for (const { key } of flags) expect(evaluate(compiled, key, {}).errorCode).toBe('PARSE_ERROR');
  expect(problems.length).toBeLessThan(300);
  expect(problems).toContainEqual(expect.objectContaining({ flagKey: 'deep', message: 'Groups may nest at most 8 deep.' }));
});

it('keeps a segment of 100,000 keys', () => {
  const included = Array.from({ length: 100_000 }, (_, index) => `user-${index}`);
  const compiled = compileClean([], [makeSegment('big', { included })]);

  expect([segmentsOf(compiled, { targetingKey: 'user-99999' }), segmentsOf(compiled, { targetingKey: 'user-100000' })]).toEqual([
    ['big'],
    [],
  ]);
});

it('leaves broken segments out of the segments of a context, and knows a broken key by its list', () => {
  const { compiled, problems } = compileSnapshot(
    makeSnapshot([], [makeSegment('bad', { included: [5] as never }), makeSegment('good', { included: ['ada'] })]),
  );

  expect(segmentsOf(compiled, { targetingKey: 'ada' })).toEqual(['good']);
  expect(problems).toEqual([{ segmentKey: 'bad', path: ['included', 0], message: 'included must contain strings; got 5.' }]);
});

it('refuses segments nested too deep to walk', () => {
  const segments = Array.from({ length: 21 }, (_, index) =>
    makeSegment(`s${index + 10}`, { rules: index === 0 ? [] : [{ id: 'r', conditions: [inSegment(`s${index + 9}`)] }] }),
  );

  expect(compileSnapshot(makeSnapshot([], segments)).problems).toEqual([
    { segmentKey: 's30', path: ['rules'], message: 'Segments may nest at most 20 deep; got 21.' },
  ]);
});

describe('given all flags at once', () => {
  const compiled = compileSnapshot(
    makeSnapshot([
      makeFlag('c'),
      makeFlag('a', { isClientAvailable: false }),
      makeFlag('b', { isArchived: true }),
      hostile({ key: 'd', salt: 5 }),
      hostile({ key: 'e', isArchived: true, version: 'x', salt: 5 }),
    ]),
  ).compiled;

  it('answers in key order and leaves archived flags out', () => {
    expect(evaluateAll(compiled, {}).map(({ flagKey }) => flagKey)).toEqual(['a', 'c', 'd']);
  });

  it('answers only what the filter lets through', () => {
    expect(evaluateAll(compiled, {}, { filter: isClientAvailable }).map(({ flagKey }) => flagKey)).toEqual(['c', 'd']);
  });

  it('tells a trace of each when asked, and of none when not', () => {
    expect(evaluateAll(compiled, {}, { trace: true }).map(({ trace }) => trace?.flagKey)).toEqual(['a', 'c', 'd']);
    expect(evaluateAll(compiled, {}, { trace: false }).map(({ trace }) => trace)).toEqual([null, null, null]);
  });

  it('answers an archived flag by key with its off variation', () => {
    expect(evaluate(compiled, 'b', {})).toMatchObject({ reason: 'DISABLED', variationKey: 'no' });
  });

  it('tells in the trace of a broken flag that it is broken', () => {
    expect(evaluate(compiled, 'd', {}, { trace: true }).trace?.flags).toMatchObject([
      { flagKey: 'd', errorCode: 'PARSE_ERROR', variations: [], offVariation: null, fallthrough: null },
    ]);
  });
});

it('tells in a trace that a broken prerequisite was not asked', () => {
  const { compiled } = compileSnapshot(makeSnapshot([hostile({ key: 'a', salt: 5 }), makeFlag('b', needs('a'))]));

  expect(evaluate(compiled, 'b', {}, { trace: true }).trace?.flags[0]?.prerequisites).toEqual([
    { flagKey: 'a', expectedVariation: 'yes', actualVariation: null, isEnabled: false, isArchived: false, isMet: false },
  ]);
});

it('gives plain attributes beyond the thousandth name their values too', () => {
  const flags = Array.from({ length: 1_005 }, (_, index) =>
    makeFlag(`f${index}`, { rules: [makeRule({ conditions: [{ attribute: `a${index}`, operator: 'EXISTS', values: [] }] })] }),
  );
  const attributes = Object.fromEntries(flags.map((_, index) => [`a${index}`, 1]));

  expect(evaluateAll(compileClean(flags), { attributes }).filter(({ value }) => value === true)).toHaveLength(1_005);
});

it('has no problem of its own with problems without number', () => {
  expect(problemsOf(hostile({ rules: Array(500).fill(5) }))).toHaveLength(100);
});
