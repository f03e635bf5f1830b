import {
  inputOfTargeting,
  planTargeting,
  type RuleInput,
  type ServeInput,
  type Targeting,
  type TargetingInput,
  type TargetingReferences,
} from '../../src/modules/flags/targeting-rules';

const around: TargetingReferences = {
  flag: {
    key: 'checkout',
    variations: [
      { key: 'on', name: '', value: true },
      { key: 'off', name: '', value: false },
    ],
  },
  segmentKeys: new Set(['beta']),
  variationsOfFlags: new Map([
    ['payments', ['on', 'off']],
    ['checkout', ['on', 'off']],
    ['retired', ['on', 'off']],
  ]),
  archivedFlagKeys: new Set(['retired']),
  prerequisitesOfFlags: new Map(),
  newRuleId: () => 'rule_new',
};
const input: TargetingInput = {
  offVariation: 'off',
  prerequisites: [],
  targets: [],
  rules: [],
  fallthrough: { variation: 'on' },
};
const rollout = (patch: object = {}): ServeInput => ({
  rollout: {
    bucketBy: 'targetingKey',
    whenMissing: 'off',
    shares: [
      { variation: 'on', weight: 25_000 },
      { variation: 'off', weight: 75_000 },
    ],
    ...patch,
  },
});
const rule = (patch: Partial<RuleInput> = {}): RuleInput => ({ conditions: [], serve: { variation: 'on' }, ...patch });
const plan = (patch: Partial<TargetingInput>, surroundings: Partial<TargetingReferences> = {}) =>
  planTargeting({ ...input, ...patch }, { ...around, ...surroundings });
const at = (...steps: string[]) => ['input', ...steps];
const unknown = (key: string, ...steps: string[]) => ({
  code: 'NOT_FOUND',
  message: `The flag has no variation "${key}".`,
  path: at(...steps),
});

it('stores the whole targeting, with new ids for rules that have none', () => {
  const whole: TargetingInput = {
    offVariation: 'off',
    prerequisites: [{ flagKey: 'payments', variation: 'on' }],
    targets: [{ variation: 'on', targetingKeys: ['ada'] }],
    rules: [
      rule({ id: 'kept', name: 'Kept', gate: { bucketBy: '/user/id', weight: 1_000 }, serve: rollout() }),
      rule({ conditions: [{ segment: { operator: 'IN_SEGMENT', segments: ['beta'] } }] }),
    ],
    fallthrough: rollout(),
  };
  const stored: Targeting = {
    offVariation: 'off',
    prerequisites: [{ flagKey: 'payments', variation: 'on' }],
    targets: [{ variation: 'on', targetingKeys: ['ada'] }],
    rules: [
      {
        id: 'kept',
        name: 'Kept',
        conditions: [],
        gate: { bucketBy: '/user/id', weight: 1_000 },
        serve: rollout() as Targeting['fallthrough'],
      },
      {
        id: 'rule_new',
        name: '',
        conditions: [{ operator: 'IN_SEGMENT', segments: ['beta'] }],
        serve: { variation: 'on' },
      },
    ],
    fallthrough: rollout() as Targeting['fallthrough'],
  };

  const planned = plan(whole);

  expect(planned).toEqual({ issues: null, targeting: stored });
  expect(plan(inputOfTargeting(stored))).toEqual(planned);
});

it('treats a serve without alternatives, which GraphQL does not let in, as an empty rollout', () => {
  expect(plan({ fallthrough: {} }).issues?.map(({ code, path }) => [code, path?.at(-1)])).toEqual([
    ['INVALID', 'bucketBy'],
    ['NOT_FOUND', 'whenMissing'],
    ['OUT_OF_RANGE', 'shares'],
    ['OUT_OF_RANGE', 'shares'],
  ]);
});

it.each<[string, Partial<TargetingInput>]>([
  [
    'a share of nothing',
    {
      fallthrough: rollout({
        shares: [
          { variation: 'on', weight: 100_000 },
          { variation: 'off', weight: 0 },
        ],
      }),
    },
  ],
  ['a gate of nothing', { rules: [rule({ gate: { bucketBy: 'targetingKey', weight: 0 } })] }],
  ['200 rules', { rules: Array.from({ length: 200 }, () => rule()) }],
  ['1,000 targeting keys', { targets: [{ variation: 'on', targetingKeys: Array.from({ length: 1_000 }, (_, i) => `k${i}`) }] }],
  ['a targeting key of 1,000 characters', { targets: [{ variation: 'on', targetingKeys: ['k'.repeat(1_000)] }] }],
])('accepts %s', (_what, patch) => {
  expect(plan(patch).issues).toBeNull();
});

it.each<[string, Partial<TargetingInput>, object[]]>([
  ['an unknown off variation', { offVariation: 'gone' }, [unknown('gone', 'offVariation')]],
  ['an unknown fallthrough', { fallthrough: { variation: 'gone' } }, [unknown('gone', 'fallthrough', 'variation')]],
  [
    'an archived prerequisite',
    { prerequisites: [{ flagKey: 'retired', variation: 'on' }] },
    [
      {
        code: 'ARCHIVED',
        message: 'The flag "retired" is archived, so it cannot be a prerequisite.',
        path: at('prerequisites', '0', 'flagKey'),
      },
    ],
  ],
  [
    'an unknown prerequisite',
    { prerequisites: [{ flagKey: 'nothing', variation: 'on' }] },
    [
      {
        code: 'NOT_FOUND',
        message: 'The project has no flag "nothing".',
        path: at('prerequisites', '0', 'flagKey'),
      },
    ],
  ],
  [
    'an unknown variation of a prerequisite',
    { prerequisites: [{ flagKey: 'payments', variation: 'gone' }] },
    [
      {
        code: 'NOT_FOUND',
        message: 'The flag "payments" has no variation "gone".',
        path: at('prerequisites', '0', 'variation'),
      },
    ],
  ],
  [
    'a prerequisite twice',
    {
      prerequisites: [
        { flagKey: 'payments', variation: 'on' },
        { flagKey: 'payments', variation: 'off' },
      ],
    },
    [
      {
        code: 'DUPLICATE',
        message: 'The flag "payments" is a prerequisite twice.',
        path: at('prerequisites', '1', 'flagKey'),
      },
    ],
  ],
  [
    '21 prerequisites',
    { prerequisites: Array.from({ length: 21 }, () => ({ flagKey: 'payments', variation: 'on' })) },
    [{ code: 'OUT_OF_RANGE', message: 'Prerequisites: 21 were given; at most 20 are allowed.', path: at('prerequisites') }],
  ],
  [
    'itself as prerequisite',
    { prerequisites: [{ flagKey: 'checkout', variation: 'on' }] },
    [
      {
        code: 'CYCLE',
        message: 'The prerequisites would form a cycle: checkout -> checkout.',
        path: at('prerequisites'),
      },
    ],
  ],
  [
    '101 targets',
    { targets: Array.from({ length: 101 }, () => ({ variation: 'on', targetingKeys: [] })) },
    [{ code: 'OUT_OF_RANGE', message: 'Targets: 101 were given; at most 100 are allowed.', path: at('targets') }],
  ],
  [
    '1,001 targeting keys in all',
    {
      targets: [
        { variation: 'on', targetingKeys: Array.from({ length: 1_000 }, (_, i) => `k${i}`) },
        { variation: 'off', targetingKeys: ['k'] },
      ],
    },
    [
      {
        code: 'OUT_OF_RANGE',
        message: 'Targeting keys of all targets: 1001 were given; at most 1000 are allowed.',
        path: at('targets'),
      },
    ],
  ],
  [
    'targets of an unknown variation, empty, too long or twice',
    {
      targets: [
        { variation: 'gone', targetingKeys: ['ada', ''] },
        { variation: 'on', targetingKeys: ['k'.repeat(1_001), 'ada'] },
      ],
    },
    [
      unknown('gone', 'targets', '0', 'variation'),
      { code: 'BLANK', message: 'A targeting key must not be empty.', path: at('targets', '0', 'targetingKeys', '1') },
      {
        code: 'TOO_LONG',
        message: 'Targeting key has 1001 characters; at most 1000 are allowed.',
        path: at('targets', '1', 'targetingKeys', '0'),
      },
      {
        code: 'DUPLICATE',
        message: 'The targeting key "ada" is targeted twice.',
        path: at('targets', '1', 'targetingKeys', '1'),
      },
    ],
  ],
  [
    '201 rules',
    { rules: Array.from({ length: 201 }, () => rule()) },
    [{ code: 'OUT_OF_RANGE', message: 'Rules: 201 were given; at most 200 are allowed.', path: at('rules') }],
  ],
  [
    'a gate with a bad attribute and weight',
    { rules: [rule({ gate: { bucketBy: '/a~2', weight: 100_001 } })] },
    [
      {
        code: 'INVALID',
        message: 'Attribute reference "/a~2" is not a JSON Pointer: "~" must be followed by 0 or 1.',
        path: at('rules', '0', 'gate', 'bucketBy'),
      },
      {
        code: 'OUT_OF_RANGE',
        message: 'A weight is in thousandths of a percent, 0 to 100000; 100001 was given.',
        path: at('rules', '0', 'gate', 'weight'),
      },
    ],
  ],
  [
    'an attribute that cannot be stored',
    { fallthrough: rollout({ bucketBy: 'a\u0000' }) },
    [
      {
        code: 'INVALID',
        message: 'Attribute must not contain U+0000 or a lone surrogate.',
        path: at('fallthrough', 'rollout', 'bucketBy'),
      },
    ],
  ],
  [
    'an attribute of 201 characters',
    { fallthrough: rollout({ bucketBy: 'a'.repeat(201) }) },
    [
      {
        code: 'TOO_LONG',
        message: 'Attribute has 201 characters; at most 200 are allowed.',
        path: at('fallthrough', 'rollout', 'bucketBy'),
      },
    ],
  ],
  [
    'shares that are bad in every way',
    {
      rules: [
        rule({
          serve: rollout({
            whenMissing: 'gone',
            shares: [
              { variation: 'on', weight: -1 },
              { variation: 'on', weight: 0.5 },
              { variation: 'lost', weight: 1 },
            ],
          }),
        }),
      ],
    },
    [
      unknown('gone', 'rules', '0', 'serve', 'rollout', 'whenMissing'),
      {
        code: 'OUT_OF_RANGE',
        message: 'A weight is in thousandths of a percent, 0 to 100000; -1 was given.',
        path: at('rules', '0', 'serve', 'rollout', 'shares', '0', 'weight'),
      },
      {
        code: 'OUT_OF_RANGE',
        message: 'A weight is in thousandths of a percent, 0 to 100000; 0.5 was given.',
        path: at('rules', '0', 'serve', 'rollout', 'shares', '1', 'weight'),
      },
      unknown('lost', 'rules', '0', 'serve', 'rollout', 'shares', '2', 'variation'),
      {
        code: 'DUPLICATE',
        message: 'The variation "on" has two shares.',
        path: at('rules', '0', 'serve', 'rollout', 'shares', '1', 'variation'),
      },
      {
        code: 'OUT_OF_RANGE',
        message: 'The weights of a rollout must sum to 100000 (thousandths of a percent); these sum to 0.5.',
        path: at('rules', '0', 'serve', 'rollout', 'shares'),
      },
    ],
  ],
])('refuses %s', (_what, patch, issues) => {
  expect(plan(patch).issues).toEqual(issues);
});

it('names a cycle of prerequisites as a path', () => {
  const prerequisitesOfFlags = new Map([
    ['payments', ['fraud']],
    ['fraud', ['checkout']],
  ]);

  expect(plan({ prerequisites: [{ flagKey: 'payments', variation: 'on' }] }, { prerequisitesOfFlags }).issues).toEqual([
    {
      code: 'CYCLE',
      message: 'The prerequisites would form a cycle: payments -> fraud -> checkout -> payments.',
      path: at('prerequisites'),
    },
  ]);
});

it('limits the length of a chain of prerequisites', () => {
  const chain = (length: number) =>
    new Map(Array.from({ length: length - 1 }, (_, i) => [i === 0 ? 'payments' : `f${i}`, [`f${i + 1}`]]));
  const prerequisites = [{ flagKey: 'payments', variation: 'on' }];

  expect(plan({ prerequisites }, { prerequisitesOfFlags: chain(49) }).issues).toBeNull();
  expect(plan({ prerequisites }, { prerequisitesOfFlags: chain(50) }).issues).toEqual([
    {
      code: 'OUT_OF_RANGE',
      message: 'Prerequisites would form a chain of 51 flags; at most 50 are allowed.',
      path: at('prerequisites'),
    },
  ]);
});
