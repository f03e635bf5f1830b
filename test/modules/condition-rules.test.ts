import {
  inputOfConditions,
  rulesIssues,
  segmentKeysOf,
  storedConditions,
  type ConditionInput,
} from '../../src/validation/condition-rules';

const SEGMENTS = new Set(['beta', 'staff']);
const at = ['input', 'rules'];

const isIn = (attribute: string, values: unknown[] = ['NL'], ignoreCase = false): ConditionInput => ({
  attribute: { attribute, operator: 'IN', values, ignoreCase },
});
const inSegments = (...segments: string[]): ConditionInput => ({ segment: { operator: 'IN_SEGMENT', segments } });
const group = (...conditions: ConditionInput[]): ConditionInput => ({ group: { group: 'ANY', conditions } });
const nested = (depth: number): ConditionInput => (depth === 0 ? isIn('country') : group(nested(depth - 1)));

const issuesOf = (...conditions: ConditionInput[]) => rulesIssues([{ id: 'r', name: 'R', conditions }], SEGMENTS, at);
const place = (...steps: string[]) => ['input', 'rules', '0', 'conditions', ...steps];

it.each([
  [[]],
  [[isIn('country')]],
  [[isIn('/organization/id', ['a', 1, true], true)]],
  [[inSegments('beta', 'staff')]],
  [[nested(8)]],
  [Array.from({ length: 50 }, () => isIn('country'))],
])('takes conditions %#', (conditions) => {
  expect(issuesOf(...conditions)).toEqual([]);
});

it('takes rules without id and name', () => {
  expect(rulesIssues([{ conditions: [] }, { id: null, name: null, conditions: [] }], SEGMENTS, at)).toEqual([]);
});

it.each<[string, ConditionInput[], object]>([
  [
    'an empty attribute',
    [isIn('')],
    {
      code: 'INVALID',
      message: 'An attribute reference must be a non-empty string.',
      path: place('0', 'attribute', 'attribute'),
    },
  ],
  [
    'an attribute of 201 characters',
    [isIn('x'.repeat(201))],
    {
      code: 'TOO_LONG',
      message: 'Attribute has 201 characters; at most 200 are allowed.',
      path: place('0', 'attribute', 'attribute'),
    },
  ],
  [
    'an attribute with U+0000',
    [isIn('a\u0000')],
    {
      code: 'INVALID',
      message: 'Attribute must not contain U+0000 or a lone surrogate.',
      path: place('0', 'attribute', 'attribute'),
    },
  ],
  [
    'a value with a lone surrogate',
    [isIn('a', ['\ud800'])],
    {
      code: 'INVALID',
      message: 'Values of a condition must not contain U+0000 or a lone surrogate.',
      path: place('0', 'attribute', 'values'),
    },
  ],
  [
    'an unknown segment',
    [inSegments('beta', 'gone')],
    { code: 'NOT_FOUND', message: 'The project has no segment "gone".', path: place('0', 'segment', 'segments', '1') },
  ],
  [
    'no segment',
    [inSegments()],
    {
      code: 'OUT_OF_RANGE',
      message: 'Segments of a condition: 0 were given; 1 to 100 are allowed.',
      path: place('0', 'segment', 'segments'),
    },
  ],
  [
    '101 segments',
    [inSegments(...Array.from({ length: 101 }, () => 'beta'))],
    {
      code: 'OUT_OF_RANGE',
      message: 'Segments of a condition: 101 were given; 1 to 100 are allowed.',
      path: place('0', 'segment', 'segments'),
    },
  ],
  [
    'an unknown segment in a group',
    [group(isIn('a'), inSegments('gone'))],
    {
      code: 'NOT_FOUND',
      message: 'The project has no segment "gone".',
      path: place('0', 'group', 'conditions', '1', 'segment', 'segments', '0'),
    },
  ],
  ['groups 9 deep', [nested(9)], { code: 'OUT_OF_RANGE', message: 'Groups nest 9 deep; at most 8 are allowed.', path: place() }],
  [
    '51 conditions, groups counted',
    [group(...Array.from({ length: 50 }, () => isIn('a')))],
    { code: 'OUT_OF_RANGE', message: 'Conditions of a rule: 51 were given; at most 50 are allowed.', path: place() },
  ],
])('refuses %s', (_what, conditions, issue) => {
  expect(issuesOf(...conditions)).toEqual([issue]);
});

it('points at the values that an operator does not accept', () => {
  const input: ConditionInput = { attribute: { attribute: 'a', operator: 'LESS_THAN', values: ['x'], ignoreCase: true } };

  expect(issuesOf(input).map(({ code, path }) => [code, path])).toEqual([
    ['INVALID', place('0', 'attribute', 'ignoreCase')],
    ['INVALID', place('0', 'attribute', 'values', '0')],
  ]);
});

it('refuses bad ids and names of rules, and a duplicate id', () => {
  const rules = [
    { id: 'a', conditions: [] },
    { id: 'a b', name: 'x'.repeat(256), conditions: [] },
    { id: 'a', conditions: [] },
    { conditions: [] },
    { conditions: [] },
  ];

  expect(rulesIssues(rules, SEGMENTS, at)).toEqual([
    {
      code: 'INVALID',
      message: 'Rule id "a b" may contain only letters, digits, ".", "-" and "_", and must begin with a letter or digit.',
      path: [...at, '1', 'id'],
    },
    { code: 'TOO_LONG', message: 'Rule name has 256 characters; at most 255 are allowed.', path: [...at, '1', 'name'] },
    { code: 'DUPLICATE', message: 'The rule id "a" is in the list twice.', path: [...at, '2', 'id'] },
  ]);
});

it('refuses 201 rules without checking them', () => {
  const rules = Array.from({ length: 201 }, () => ({ id: '', conditions: [] }));

  expect(rulesIssues(rules, SEGMENTS, at)).toEqual([
    { code: 'OUT_OF_RANGE', message: 'Rules: 201 were given; at most 200 are allowed.', path: at },
  ]);
});

const input = [isIn('a', [1], true), isIn('b'), inSegments('beta'), group(inSegments('staff', 'beta'), group())];
const stored = [
  { attribute: 'a', operator: 'IN', values: [1], ignoreCase: true },
  { attribute: 'b', operator: 'IN', values: ['NL'] },
  { operator: 'IN_SEGMENT', segments: ['beta'] },
  {
    group: 'ANY',
    conditions: [
      { operator: 'IN_SEGMENT', segments: ['staff', 'beta'] },
      { group: 'ANY', conditions: [] },
    ],
  },
];

it('stores conditions in wire form, and restores the input from it', () => {
  const wire = storedConditions(input);

  expect(wire).toEqual(stored);
  expect(inputOfConditions(wire)).toEqual(input);
});

it('treats a condition without alternatives, which GraphQL does not let in, as an empty group', () => {
  expect(issuesOf({})).toEqual([]);
  expect(storedConditions([{}])).toEqual([{ group: 'ALL', conditions: [] }]);
});

it('names each segment of conditions once', () => {
  expect(segmentKeysOf(storedConditions(input))).toEqual(['beta', 'staff']);
});
