/** The cost of an operation is never below what it answers, whatever it asks for and however. */
import fc from 'fast-check';
import { buildASTSchema, parse } from 'graphql';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { costBounds } from '../../src/cost-bounds';
import { Documents } from '../../src/graphql/documents';
import { PACKAGE_ROOT } from '../../src/package-root';
import {
  configure,
  makeApiKey,
  makeEnvironment,
  makeFlag,
  makeProject,
  makeSegment,
  toggle,
  type Made,
  type MadeProject,
} from '../support/make';
import { JSON_HEADERS, send } from '../support/raw';
import { errorsOver, TRANSPORTS } from '../support/transports';
import { authorization, createWorld, type World } from '../support/world';

const directory = join(PACKAGE_ROOT, 'schema');
const text = readdirSync(directory)
  .filter((file) => file.endsWith('.graphql'))
  .map((file) => readFileSync(join(directory, file), 'utf8'))
  .join('\n');
const schema = buildASTSchema(parse(text));
const documents = new Documents({ schema, bounds: costBounds, isIntrospectionOn: true });

function costOf(query: string, variables: Record<string, unknown> = {}, flags = 1_000): number {
  const preparation = documents.prepare(query, null);
  if (!preparation.isReady) throw new Error(preparation.errors.map(({ message }) => message).join(' '));
  return preparation.prepared.cost(variables, { flagsOf: () => flags });
}

const FLAGS = 'query ($n: Int) { project(id: "x") { flags(first: $n) { nodes { key } } } }';

it.each<[string, string, Record<string, unknown>, number]>([
  ['a page by literal', '{ project(id: "x") { flags(first: 7) { nodes { key } } } }', {}, 9],
  ['a page by variable', 'query ($n: Int) { project(id: "x") { flags(first: $n) { nodes { key } } } }', { n: 9 }, 11],
  [
    'a page by default of the variable',
    'query ($n: Int = 8) { project(id: "x") { flags(first: $n) { nodes { key } } } }',
    {},
    10,
  ],
  ['a page by default of the argument', 'query ($n: Int) { project(id: "x") { flags(first: $n) { nodes { key } } } }', {}, 52],
  ['a page that is null', 'query ($n: Int) { project(id: "x") { flags(first: $n) { nodes { key } } } }', { n: null }, 102],
  ['a page beyond the largest', '{ project(id: "x") { flags(first: 1000000) { nodes { key } } } }', {}, 102],
  ['a page below nothing', '{ project(id: "x") { flags(first: -5) { nodes { key } } } }', {}, 2],
  [
    'pages in pages',
    '{ organizations(first: 10) { nodes { projects(first: 20) { nodes { flags(first: 30) { nodes { key } } } } } } }',
    {},
    1 + 10 * (1 + 1 + 20 * (1 + 1 + 30)),
  ],
  [
    'edges and nodes',
    '{ project(id: "x") { flags(first: 10) { edges { cursor node { key } } nodes { key } } } }',
    {},
    2 + 20 + 10,
  ],
  [
    'a fragment, spread twice',
    '{ project(id: "x") { a: flags(first: 5) { ...F } b: flags(first: 6) { ...F } } } fragment F on FlagConnection { nodes { key } }',
    {},
    1 + 6 + 7,
  ],
  [
    'what is left out',
    'query ($no: Boolean = false) { project(id: "x") { flags(first: 9) @include(if: $no) { nodes { key } } environments @skip(if: true) { key } } }',
    {},
    1,
  ],
  [
    'what is taken in',
    'query ($yes: Boolean!) { project(id: "x") { flags(first: 9) @include(if: $yes) @skip(if: false) { nodes { key } } } }',
    { yes: true },
    11,
  ],
  ['a plain list', '{ project(id: "x") { environments { key } } }', {}, 101],
  [
    'contexts and flag keys',
    'query ($c: [EvaluationContextInput!]!, $k: [String!]) { evaluate(contexts: $c, flagKeys: $k) { results { evaluations { value } } } }',
    { c: [{}, {}, {}], k: ['a', 'b'] },
    1 + 3 * 3,
  ],
  ['contexts and all flags', '{ evaluate(contexts: [{}, {}]) { results { values } } }', {}, 2_001],
  ['one context that is no list', '{ evaluate(contexts: {}, flagKeys: "a") { revision } }', {}, 2],
  ['introspection', '{ __schema { queryType { name } } }', {}, 10_000],
])('prices %s', (_what, query, variables, expected) => {
  expect(costOf(query, variables)).toBe(expected);
});

it('remembers a document, and prices it anew for each request', () => {
  expect([costOf(FLAGS, { n: 1 }), costOf(FLAGS, { n: 100 }), costOf(FLAGS, { n: 1 })]).toEqual([3, 102, 3]);
});

describe('given data', () => {
  let world: World;
  let project: MadeProject;
  let environment: Made;
  let secret: string;
  beforeAll(async () => {
    world = await createWorld({ env: { OPERATION_COST_MAX: '500000' } });
    project = await makeProject(world);
    environment = await makeEnvironment(project);
    await makeEnvironment(project);
    const segment = await makeSegment(project, { included: ['ada', 'bob'] });
    for (let i = 0; i < 12; i++) {
      const flag = await makeFlag(project);
      const serve = { variation: 'on' };
      const conditions = [{ segment: { operator: 'IN_SEGMENT', segments: [segment.key] } }];
      const rules = Array.from({ length: i % 4 }, () => ({ conditions, serve }));
      if (i < 6) await configure(project, flag, environment, { rules });
      else await toggle(project, flag, environment, true);
    }
    secret = await makeApiKey(project, environment);
  });
  afterAll(() => world.close());

  /** Objects of an answer; a selection here holds no JSON values. */
  const objectsIn = (value: unknown): number => {
    if (Array.isArray(value)) return value.reduce<number>((sum, item) => sum + objectsIn(item), 0);
    if (typeof value !== 'object' || value === null) return 0;
    return 1 + Object.values(value).reduce<number>((sum, item) => sum + objectsIn(item), 0);
  };

  const first = fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined });
  const paged = (name: string, size: number | undefined, inner: string): string =>
    `${name}${size === undefined ? '' : `(first: ${size})`} { ${inner} }`;
  const flagParts = fc.subarray(
    [
      'key',
      'variations { key }',
      'configurations { environment { key } rules { conditions { __typename } serve { variation { key } } } }',
      'project { key }',
      'a: variations { key }',
    ],
    { minLength: 1 },
  );
  const flags = fc
    .tuple(first, flagParts, fc.constantFrom('nodes', 'edges'), fc.boolean())
    .map(([size, parts, list, isCounted]) =>
      paged(
        'flags',
        size,
        `${list === 'nodes' ? `nodes { ${parts.join(' ')} }` : `edges { cursor node { ${parts.join(' ')} } }`} ${isCounted ? 'pageInfo { hasNextPage }' : ''}`,
      ),
    );
  const projectParts = fc
    .tuple(flags, first, fc.boolean(), fc.boolean())
    .map(([flagList, size, hasEnvironments, hasSegments]) =>
      [
        flagList,
        hasEnvironments ? 'environments { key apiKeys { name } project { key } }' : '',
        hasSegments
          ? paged('segments', size, 'nodes { key usedBy { flagKey } history(first: 3) { nodes { items { subjectKind } } } }')
          : '',
      ].join(' '),
    );
  const query = fc
    .tuple(projectParts, fc.constantFrom('skip', 'include'), fc.boolean(), fc.boolean())
    .map(([parts, directive, truth, isInFragment]) =>
      isInFragment
        ? `query ($id: ID!) { project(id: $id) { ...P @${directive}(if: ${truth}) id } } fragment P on Project { ${parts} }`
        : `query ($id: ID!) { a: project(id: $id) { ${parts} } b: project(id: $id) { key } }`,
    );

  it('never prices 500 generated queries below the objects that they answer', async () => {
    const headers = { ...JSON_HEADERS, ...authorization(world.owner.accessToken) };
    let answered = 0;
    await fc.assert(
      fc.asyncProperty(query, async (document) => {
        const body = JSON.stringify({ query: document, variables: { id: project.id } });
        const answer = await send(world, { headers, body });
        const { data, errors } = answer.body as { data: object; errors?: unknown };
        const objects = Object.values(data).reduce<number>((sum, value) => sum + objectsIn(value), 0);
        const cost = answer.cost as { requested: number; used: number };
        answered += objects;
        expect(errors).toBeUndefined();
        expect(cost.used).toBe(Math.max(1, objects));
        expect(cost.requested).toBeGreaterThanOrEqual(objects);
      }),
      { numRuns: 500 },
    );
    expect(answered).toBeGreaterThan(10_000);
  });

  it('prices evaluations by what is evaluated, with the real number of flags', async () => {
    const answers = [];
    for (const [contexts, keys] of [
      [1, 0],
      [3, 0],
      [5, 2],
    ] as const) {
      const variables = {
        contexts: Array.from({ length: contexts }, () => ({ targetingKey: 'ada' })),
        keys: keys === 0 ? undefined : ['a', 'b'],
      };
      const document =
        'query ($contexts: [EvaluationContextInput!]!, $keys: [String!]) { evaluate(contexts: $contexts, flagKeys: $keys) { results { evaluations { flagKey } } } }';
      const answer = await send(world, {
        headers: { ...JSON_HEADERS, ...authorization(secret) },
        body: JSON.stringify({ query: document, variables }),
      });
      answers.push(answer.cost);
    }

    expect(answers).toMatchObject([
      { requested: 1 + 1 + 12, used: 14 },
      { requested: 1 + 3 + 36, used: 40 },
      { requested: 1 + 5 + 10, used: 16 },
    ]);
  });

  it.each(TRANSPORTS)('refuses over %s what could answer too much, by literal, variable and default', async (transport) => {
    const inner = 'nodes { flags(first: 100) { nodes { history(first: 100) { nodes { id } } } } }';
    const message = expect.stringMatching(
      /^The operation costs \d+ points; at most 500000 are allowed\. Ask for smaller pages\.$/,
    ) as string;
    const refused = [{ code: 'OPERATION_LIMIT_EXCEEDED', message }];
    const over = (operation: { query: string; variables?: object }): Promise<unknown> =>
      errorsOver(transport, world, operation, world.owner.accessToken);

    expect(await over({ query: `{ organization(id: "x") { projects(first: 100) { ${inner} } } }` })).toEqual(refused);
    expect(
      await over({
        query: `query ($n: Int) { organization(id: "x") { projects(first: $n) { ${inner} } } }`,
        variables: { n: 100 },
      }),
    ).toEqual(refused);
    expect(await over({ query: `query ($n: Int = 100) { organization(id: "x") { projects(first: $n) { ${inner} } } }` })).toEqual(
      refused,
    );
    expect(
      await over({
        query: `query ($n: Int = 100) { organization(id: "x") { projects(first: $n) { ${inner} } } }`,
        variables: { n: 1 },
      }),
    ).toEqual([]);
  });
});
