import {
  addedKeysIssues,
  newSegmentIssues,
  segmentTextIssues,
  storedSegmentRules,
  targetingKeysIssues,
  type SegmentReferences,
} from '../../src/modules/segments/segment-rules';

const around: SegmentReferences = { key: 'beta', others: new Map([['staff', []]]), newRuleId: () => 'rule_new' };
const naming = (...segments: string[]) => [{ id: 'r', conditions: [{ segment: { operator: 'IN_SEGMENT' as const, segments } }] }];
const keys = (count: number) => Array.from({ length: count }, (_, i) => `k${i}`);

it.each([{}, { name: 'Beta' }, { description: '' }, { rules: [] }, { rules: naming('staff') }])('takes %j', (input) => {
  expect(segmentTextIssues(input, around)).toEqual([]);
});

it('reports all nulls together', () => {
  expect(segmentTextIssues({ name: null, description: null, rules: null }, around)).toEqual(
    ['name', 'description', 'rules'].map((field) => ({
      code: 'INVALID',
      message: `${field} must not be null; leave it out to keep it.`,
      path: ['input', field],
    })),
  );
});

it('reports all issues of a segment together', () => {
  expect(segmentTextIssues({ name: ' ', description: 'x'.repeat(2_001), rules: naming('gone') }, around)).toEqual([
    { code: 'BLANK', message: 'Segment name must not be empty.', path: ['input', 'name'] },
    {
      code: 'TOO_LONG',
      message: 'Segment description has 2001 characters; at most 2000 are allowed.',
      path: ['input', 'description'],
    },
    {
      code: 'NOT_FOUND',
      message: 'The project has no segment "gone".',
      path: ['input', 'rules', '0', 'conditions', '0', 'segment', 'segments', '0'],
    },
  ]);
});

it.each<[string, Map<string, string[]>, string]>([
  ['itself', new Map(), 'beta -> beta'],
  ['one that names it', new Map([['staff', ['beta']]]), 'staff -> beta -> staff'],
])('refuses a segment that names %s', (_what, others, path) => {
  const rules = naming(others.size === 0 ? 'beta' : 'staff');

  expect(segmentTextIssues({ rules }, { ...around, others })).toEqual([
    { code: 'CYCLE', message: `The segments would form a cycle: ${path}.`, path: ['input', 'rules'] },
  ]);
});

it('limits how deep segments nest', () => {
  const chain = (length: number) => new Map(Array.from({ length }, (_, i) => [`s${i}`, i === length - 1 ? [] : [`s${i + 1}`]]));

  expect(segmentTextIssues({ rules: naming('s0') }, { ...around, others: chain(19) })).toEqual([]);
  expect(segmentTextIssues({ rules: naming('s0') }, { ...around, others: chain(20) })).toEqual([
    {
      code: 'OUT_OF_RANGE',
      message: 'Segments would form a chain of 21 segments; at most 20 are allowed.',
      path: ['input', 'rules'],
    },
  ]);
});

it('accepts a new segment with as many keys as one call allows', () => {
  expect(newSegmentIssues({ key: 'beta', included: keys(5_000), excluded: [] })).toEqual([]);
});

it('reports all issues of the keys of a new segment together', () => {
  const input = { key: '', included: ['ada', 'ada', ''], excluded: ['bob', 'ada', 'k'.repeat(1_001)] };

  expect(newSegmentIssues(input)).toEqual([
    { code: 'BLANK', message: 'Segment key must not be empty.', path: ['input', 'key'] },
    { code: 'BLANK', message: 'A targeting key must not be empty.', path: ['input', 'included', '2'] },
    { code: 'DUPLICATE', message: 'The targeting key "ada" is in the list twice.', path: ['input', 'included', '1'] },
    {
      code: 'TOO_LONG',
      message: 'Targeting key has 1001 characters; at most 1000 are allowed.',
      path: ['input', 'excluded', '2'],
    },
    {
      code: 'DUPLICATE',
      message: 'The targeting key "ada" is both included and excluded.',
      path: ['input', 'excluded', '1'],
    },
  ]);
});

it.each([
  [0, 'Targeting keys: 0 were given; 1 to 5000 are allowed.'],
  [5_001, 'Targeting keys: 5001 were given; 1 to 5000 are allowed.'],
])('refuses a list of %d keys', (count, message) => {
  expect(targetingKeysIssues(keys(count), 1, ['input', 'keys'])).toEqual([
    { code: 'OUT_OF_RANGE', message, path: ['input', 'keys'] },
  ]);
});

it('refuses keys of the other list, and skips those of the same', () => {
  const present = new Map([
    ['ada', 'INCLUDED'],
    ['bob', 'EXCLUDED'],
  ] as const);

  expect(addedKeysIssues(['ada', 'bob', 'eve'], 'INCLUDED', present, 2)).toEqual([
    {
      code: 'DUPLICATE',
      message: 'The targeting key "bob" is already in the list EXCLUDED; remove it there first.',
      path: ['input', 'keys', '1'],
    },
  ]);
});

it('limits the keys of a segment, counting only the new ones', () => {
  const present = new Map([['ada', 'INCLUDED']] as const);

  expect(addedKeysIssues(['ada', 'bob'], 'INCLUDED', present, 99_999)).toEqual([]);
  expect(addedKeysIssues(['ada', 'bob'], 'INCLUDED', present, 100_000)).toEqual([
    {
      code: 'OUT_OF_RANGE',
      message: 'The segment would have 100001 targeting keys; at most 100000 are allowed.',
      path: ['input', 'keys'],
    },
  ]);
});

it('stores rules with new ids for those that have none', () => {
  const rules = [{ id: 'kept', name: 'Kept', conditions: [] }, { conditions: [] }];

  expect(storedSegmentRules(rules, around.newRuleId)).toEqual([
    { id: 'kept', name: 'Kept', conditions: [] },
    { id: 'rule_new', name: '', conditions: [] },
  ]);
});
