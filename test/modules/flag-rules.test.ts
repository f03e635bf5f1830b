import {
  flagFilterProblem,
  planFlag,
  planFlagUpdate,
  type CreateFlagInput,
  type UpdateFlagInput,
  type VariationUse,
} from '../../src/modules/flags/flag-rules';
import type { FlagEntity } from '../../src/modules/flags/flag-entity';

const now = new Date(0);
const stamp = { id: 'flag_1', salt: 'salt', now };
const input: CreateFlagInput = { projectId: 'project_1', key: 'dark-mode', name: 'Dark mode', valueType: 'BOOLEAN' };
const colours = [
  { key: 'red', name: 'Red', value: 'r' },
  { key: 'green', name: 'Green', value: 'g' },
  { key: 'blue', name: 'Blue', value: 'b' },
];
const planned = (patch: Partial<CreateFlagInput> = {}): FlagEntity => {
  const plan = planFlag({ ...input, ...patch }, stamp);
  if (plan.issues) throw new Error(JSON.stringify(plan.issues));
  return plan.flag;
};
const issuesOf = (patch: Partial<CreateFlagInput>) => planFlag({ ...input, ...patch }, stamp).issues;
const many = (count: number) => Array.from({ length: count }, (_, i) => ({ key: `v${i}`, value: true }));

it('plans a BOOLEAN flag with defaults', () => {
  expect(planned()).toEqual({
    id: 'flag_1',
    projectId: 'project_1',
    key: 'dark-mode',
    name: 'Dark mode',
    description: '',
    valueType: 'BOOLEAN',
    variations: [
      { key: 'on', name: 'On', value: true },
      { key: 'off', name: 'Off', value: false },
    ],
    offVariation: 'off',
    onVariation: 'on',
    tags: [],
    ownerId: null,
    lifetime: 'TEMPORARY',
    isClientAvailable: false,
    isArchived: false,
    salt: 'salt',
    version: 1,
    createdAt: now,
    updatedAt: now,
    changedAt: now,
  });
});

it('treats explicit nulls of a new flag as the defaults', () => {
  const nulls = {
    description: null,
    variations: null,
    offVariation: null,
    onVariation: null,
    tags: null,
    ownerId: null,
    lifetime: null,
    isClientAvailable: null,
  };

  expect(planned(nulls)).toEqual(planned());
});

it('keeps given values, with tags sorted and without duplicates', () => {
  const given = {
    description: 'Text',
    valueType: 'STRING',
    variations: colours,
    offVariation: 'green',
    onVariation: 'blue',
    ownerId: 'user_1',
    lifetime: 'PERMANENT',
    isClientAvailable: true,
  } as const;

  expect(planned({ ...given, tags: ['b', 'a', 'b'] })).toEqual({ ...planned(), ...given, tags: ['a', 'b'] });
});

it('serves the first variation when on and the last when off by default', () => {
  expect(planned({ valueType: 'STRING', variations: colours })).toMatchObject({ onVariation: 'red', offVariation: 'blue' });
});

it.each<[string, Partial<CreateFlagInput>]>([
  ['100 variations', { variations: many(100) }],
  ['JSON of any kind, null too', { valueType: 'JSON', variations: [{ key: 'a' }, { key: 'b', value: [{ c: 1 }, 'd', null] }] }],
  [
    'numbers',
    {
      valueType: 'NUMBER',
      variations: [
        { key: 'a', value: -0.5 },
        { key: 'b', value: 1e308 },
      ],
    },
  ],
  ['a value of 64 KiB', { valueType: 'STRING', variations: [...colours, { key: 'd', value: 'x'.repeat(65_534) }] }],
  ['50 tags of 100 characters', { tags: Array.from({ length: 50 }, (_, i) => String(i).padStart(100, 't')) }],
  ['a description of 2,000 characters', { description: 'x'.repeat(2_000) }],
])('accepts %s', (_what, patch) => {
  expect(issuesOf(patch)).toBeNull();
});

const variation = (value: unknown) => [
  { key: 'a', value },
  { key: 'b', value: 'text' },
];

it.each<[string, Partial<CreateFlagInput>, object]>([
  ['a bad key', { key: '' }, { code: 'BLANK', message: 'Flag key must not be empty.', path: ['input', 'key'] }],
  ['a blank name', { name: ' ' }, { code: 'BLANK', message: 'Flag name must not be empty.', path: ['input', 'name'] }],
  [
    'a long description',
    { description: 'x'.repeat(2_001) },
    {
      code: 'TOO_LONG',
      message: 'Flag description has 2001 characters; at most 2000 are allowed.',
      path: ['input', 'description'],
    },
  ],
  [
    'one variation',
    { variations: many(1) },
    { code: 'OUT_OF_RANGE', message: 'Variations: 1 were given; 2 to 100 are allowed.', path: ['input', 'variations'] },
  ],
  [
    '101 variations',
    { variations: many(101) },
    { code: 'OUT_OF_RANGE', message: 'Variations: 101 were given; 2 to 100 are allowed.', path: ['input', 'variations'] },
  ],
  [
    'no variations where the type is not BOOLEAN',
    { valueType: 'STRING' },
    { code: 'OUT_OF_RANGE', message: 'Variations: 0 were given; 2 to 100 are allowed.', path: ['input', 'variations'] },
  ],
  [
    'a variation key that stands twice',
    { variations: [...many(2), { key: 'v0', value: false }] },
    { code: 'DUPLICATE', message: 'Variation key "v0" is in the list twice.', path: ['input', 'variations', '2', 'key'] },
  ],
  [
    'a long variation name',
    { variations: [...many(2), { key: 'c', name: 'x'.repeat(256), value: true }] },
    {
      code: 'TOO_LONG',
      message: 'Variation name has 256 characters; at most 255 are allowed.',
      path: ['input', 'variations', '2', 'name'],
    },
  ],
  ...(
    [
      ['BOOLEAN', 'true', 'true or false'],
      ['STRING', 7, 'text'],
      ['STRING', null, 'text'],
      ['NUMBER', '7', 'a finite number'],
      ['NUMBER', Infinity, 'a finite number'],
      ['JSON', { a: [Infinity] }, 'JSON with finite numbers'],
    ] as const
  ).map(
    ([valueType, value, words]) =>
      [
        `${JSON.stringify(value)} for ${valueType}`,
        {
          valueType,
          variations: [
            { key: 'a', value },
            ...[true, 'x', 1]
              .filter((good) => typeof good === valueType.toLowerCase() || valueType === 'JSON')
              .map((good, i) => ({ key: `b${i}`, value: good })),
          ],
        },
        {
          code: 'TYPE_MISMATCH',
          message: `The value of variation "a" must be ${words}, as the flag is ${valueType}.`,
          path: ['input', 'variations', '0', 'value'],
        },
      ] as [string, Partial<CreateFlagInput>, object],
  ),
  [
    'U+0000 in a value',
    { valueType: 'STRING', variations: variation('\u0000') },
    {
      code: 'INVALID',
      message: 'The value of variation "a" must not contain U+0000 or a lone surrogate.',
      path: ['input', 'variations', '0', 'value'],
    },
  ],
  [
    'a value above 64 KiB in UTF-8',
    { valueType: 'STRING', variations: variation('é'.repeat(32_768)) },
    {
      code: 'TOO_LONG',
      message: 'The value of variation "a" has 65538 bytes as JSON; at most 65536 are allowed.',
      path: ['input', 'variations', '0', 'value'],
    },
  ],
  [
    'an unknown off variation',
    { offVariation: 'gone' },
    { code: 'NOT_FOUND', message: 'The flag has no variation "gone".', path: ['input', 'offVariation'] },
  ],
  [
    'an unknown on variation',
    { onVariation: 'gone' },
    { code: 'NOT_FOUND', message: 'The flag has no variation "gone".', path: ['input', 'onVariation'] },
  ],
  [
    '51 tags',
    { tags: Array.from({ length: 51 }, (_, i) => `t${i}`) },
    { code: 'OUT_OF_RANGE', message: 'Tags: 51 were given; at most 50 are allowed.', path: ['input', 'tags'] },
  ],
  ['a blank tag', { tags: ['a', ' '] }, { code: 'BLANK', message: 'A tag must not be empty.', path: ['input', 'tags', '1'] }],
  [
    'a long tag',
    { tags: ['x'.repeat(101)] },
    { code: 'TOO_LONG', message: 'Tag has 101 characters; at most 100 are allowed.', path: ['input', 'tags', '0'] },
  ],
])('refuses %s', (_what, patch, issue) => {
  expect(issuesOf(patch)).toEqual([issue]);
});

it('reports all issues of a new flag together', () => {
  const bad = { key: 'a b', name: '', variations: many(1), offVariation: 'x', tags: [''] };

  expect(issuesOf(bad)?.map(({ code, path }) => [code, path?.slice(1).join('.')])).toEqual([
    ['INVALID', 'key'],
    ['BLANK', 'name'],
    ['OUT_OF_RANGE', 'variations'],
    ['NOT_FOUND', 'offVariation'],
    ['BLANK', 'tags.0'],
  ]);
});

const flag = planned({ valueType: 'STRING', variations: colours, tags: ['old'], ownerId: 'user_1' });
const updateIssues = (patch: UpdateFlagInput, uses: readonly VariationUse[] = []) => planFlagUpdate(flag, patch, uses).issues;

it.each<[UpdateFlagInput, Partial<FlagEntity>]>([
  [{}, {}],
  [{ name: 'New' }, { name: 'New' }],
  [{ description: '' }, { description: '' }],
  [{ tags: [] }, { tags: [] }],
  [{ tags: ['b', 'a', 'b'] }, { tags: ['a', 'b'] }],
  [{ ownerId: null }, { ownerId: null }],
  [{ ownerId: 'user_2' }, { ownerId: 'user_2' }],
  [{ lifetime: 'PERMANENT' }, { lifetime: 'PERMANENT' }],
  [{ isClientAvailable: true }, { isClientAvailable: true }],
  [{ salt: 'new', rerandomize: true }, { salt: 'new' }],
  [
    {
      variations: [
        { key: 'blue', value: 'B' },
        { key: 'new', name: 'New', value: 'n' },
        { key: 'red', value: 'r' },
      ],
    },
    {
      variations: [
        { key: 'blue', name: '', value: 'B' },
        { key: 'new', name: 'New', value: 'n' },
        { key: 'red', name: '', value: 'r' },
      ],
    },
  ],
])('changes only given fields: %j', (patch, changed) => {
  expect(planFlagUpdate(flag, patch, [])).toEqual({ issues: null, flag: { ...flag, ...changed } });
});

it('reports all nulls of an update together, except that of the owner', () => {
  const fields = ['name', 'description', 'tags', 'lifetime', 'isClientAvailable', 'variations', 'salt'];
  const nulls = Object.fromEntries([...fields, 'ownerId', 'rerandomize'].map((field) => [field, null]));

  expect(updateIssues(nulls)).toEqual(
    fields.map((field) => ({
      code: 'INVALID',
      message: `${field} must not be null; leave it out to keep it.`,
      path: ['input', field],
    })),
  );
});

it('reports all issues of an update together', () => {
  const bad = { name: '', description: 'x'.repeat(2_001), tags: [''], variations: [colours[0]!], salt: 'x'.repeat(101) };

  expect(updateIssues(bad)?.map(({ code, path }) => [code, path?.slice(1).join('.')])).toEqual([
    ['BLANK', 'name'],
    ['TOO_LONG', 'description'],
    ['BLANK', 'tags.0'],
    ['OUT_OF_RANGE', 'variations'],
    ['IN_USE', 'variations'],
    ['TOO_LONG', 'salt'],
    ['INVALID', 'rerandomize'],
  ]);
});

it('refuses an empty salt, and a new one without rerandomize', () => {
  expect(updateIssues({ salt: '', rerandomize: true })).toEqual([
    { code: 'BLANK', message: 'Salt must not be empty.', path: ['input', 'salt'] },
  ]);
  expect(updateIssues({ salt: 'new' })).toEqual([
    {
      code: 'INVALID',
      message: 'A new salt moves every context of every rollout and gate; set rerandomize: true to confirm.',
      path: ['input', 'rerandomize'],
    },
  ]);
});

const place = { flagKey: 'dark-mode', segmentKey: null, environmentKey: 'production', environmentId: 'environment_1' };

it('removes a variation that nothing names', () => {
  expect(updateIssues({ variations: [colours[0]!, colours[2]!] }, [{ ...place, variation: 'red' }])).toBeNull();
});

it('refuses to remove a variation that is served, naming at most 100 places', () => {
  const uses = Array.from({ length: 101 }, () => ({ ...place, variation: 'green' }));

  expect(updateIssues({ variations: [colours[0]!, colours[2]!] }, [...uses, { ...place, variation: 'red' }])).toEqual([
    {
      code: 'IN_USE',
      message: 'The variation "green" is served in 101 places, so it cannot be removed.',
      path: ['input', 'variations'],
      usedBy: Array.from({ length: 100 }, () => place),
    },
  ]);
});

it('removes the default variation of new environments when the update names another', () => {
  const [red, green, blue] = colours;

  expect(planFlagUpdate(flag, { variations: [green!, blue!], onVariation: 'green' }, [])).toMatchObject({
    issues: null,
    flag: { onVariation: 'green', offVariation: flag.offVariation, variations: [green, blue] },
  });
  expect(updateIssues({ variations: [red!, green!], offVariation: 'green' })).toBeNull();
});

it('refuses variations for new environments that the flag does not have', () => {
  expect(updateIssues({ onVariation: 'pink', offVariation: null })).toEqual([
    { code: 'INVALID', message: 'offVariation must not be null; leave it out to keep it.', path: ['input', 'offVariation'] },
    { code: 'NOT_FOUND', message: 'The flag has no variation "pink".', path: ['input', 'onVariation'] },
  ]);
});

it.each(['red', 'blue'])('refuses to remove the variation %s that new environments serve', (key) => {
  expect(updateIssues({ variations: colours.filter((colour) => colour.key !== key) })).toEqual([
    {
      code: 'IN_USE',
      message: `The variation "${key}" is the default of new environments, so it cannot be removed.`,
      path: ['input', 'variations'],
      usedBy: [],
    },
  ]);
});

it.each<[object, string | null]>([
  [{}, null],
  [{ tags: null, search: null }, null],
  [{ tags: Array.from({ length: 50 }, () => 'a') }, null],
  [{ tags: Array.from({ length: 51 }, () => 'a') }, 'filter.tags: 51 were given; at most 50 are allowed.'],
  [{ search: 'a\u0000' }, 'filter: U+0000 and lone surrogates are not allowed.'],
])('judges the filter %j', (filter, problem) => {
  expect(flagFilterProblem(filter)).toBe(problem);
});
