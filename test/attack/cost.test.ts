/** The cost of operations, estimated and actual; test/surface/cost.test.ts compares both for queries drawn from the schema. */
import { buildASTSchema, parse } from 'graphql';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findCostliestList } from '../../src/operations/cost';
import { Documents } from '../../src/operations/documents';
import { PACKAGE_ROOT } from '../../src/package-root';
import { configure, forSegment, makeApiKey, makeEnvironment, makeFlag, makeProject, makeSegment } from '../support/make';
import { JSON_HEADERS, send } from '../support/raw';
import { answerOver, errorsOver, TRANSPORTS, type Answer } from '../support/transports';
import { authorization, createWorld, type World } from '../support/world';

const directory = join(PACKAGE_ROOT, 'schema');
const text = readdirSync(directory)
  .filter((file) => file.endsWith('.graphql'))
  .map((file) => readFileSync(join(directory, file), 'utf8'))
  .join('\n');
const schema = buildASTSchema(parse(text));
const documents = new Documents({ schema, isIntrospectionOn: true });

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
])('computes the cost of %s', (_what, query, variables, expected) => {
  expect(costOf(query, variables)).toBe(expected);
});

it.each([
  [
    'the deepest of nested lists',
    '{ organizations { nodes { projects { nodes { key } } } } }',
    {},
    'organizations.nodes.projects.nodes',
    [50, 50],
  ],
  [
    'the longer of two lists, by its alias',
    'query ($n: Int) { organizations { nodes { few: projects(first: 3) { nodes { id } } many: projects(first: $n) { nodes { id } } } } }',
    { n: 70 },
    'organizations.nodes.many.nodes',
    [50, 70],
  ],
  [
    'a list in a fragment, and not one that is left out',
    'query { organizations { nodes { ...P projects @skip(if: true) { nodes { flags { nodes { id } } } } } } } fragment P on Organization { projects { nodes { id } } }',
    {},
    'organizations.nodes.projects.nodes',
    [50, 50],
  ],
  [
    'evaluations, although none is selected',
    'query ($c: [EvaluationContextInput!]!) { evaluate(contexts: $c) { revision } }',
    { c: [{}, {}, {}] },
    'evaluate',
    [3, 1_000],
  ],
])('finds the list that costs most: %s', (_what, query, variables, path, lengths) => {
  const preparation = documents.prepare(query, null);
  if (!preparation.isReady) throw preparation.errors[0]!;

  expect(findCostliestList(preparation.prepared.cost, variables, { flagsOf: () => 1_000 })).toEqual({ path, lengths });
});

it('caches a document, and computes its cost for each request', () => {
  expect([costOf(FLAGS, { n: 1 }), costOf(FLAGS, { n: 100 }), costOf(FLAGS, { n: 1 })]).toEqual([3, 102, 3]);
});

describe('given data', () => {
  let world: World;
  let secret: string;
  beforeAll(async () => {
    world = await createWorld({ env: { OPERATION_COST_MAX: '500000' } });
    const project = await makeProject(world);
    const environment = await makeEnvironment(project);
    for (let i = 0; i < 12; i++) await makeFlag(project);
    secret = await makeApiKey(project, environment);
  });
  afterAll(() => world.close());

  it('computes the cost of evaluations from the real number of flags', async () => {
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
    const list = 'organization\\.projects\\.nodes\\.flags\\.nodes\\.history\\.nodes, with up to 100 × 100 × 100 objects';
    const message = expect.stringMatching(
      new RegExp(
        `^The operation costs \\d+ points; at most 500000 are allowed\\. The list that costs most is ${list}\\. Ask for smaller pages\\.$`,
      ),
    ) as string;
    const refused = [{ code: 'OPERATION_LIMIT_EXCEEDED', message }];
    const over = (operation: { query: string; variables?: object }): Promise<unknown> =>
      errorsOver(transport, world, operation, world.owner.accessToken);

    expect(
      await over({
        query: `{ organization(id: "organization_00000000000000000000000000000000") { projects(first: 100) { ${inner} } } }`,
      }),
    ).toEqual(refused);
    expect(
      await over({
        query: `query ($n: Int) { organization(id: "organization_00000000000000000000000000000000") { projects(first: $n) { ${inner} } } }`,
        variables: { n: 100 },
      }),
    ).toEqual(refused);
    expect(
      await over({
        query: `query ($n: Int = 100) { organization(id: "organization_00000000000000000000000000000000") { projects(first: $n) { ${inner} } } }`,
      }),
    ).toEqual(refused);
    expect(
      await over({
        query: `query ($n: Int = 100) { organization(id: "organization_00000000000000000000000000000000") { projects(first: $n) { ${inner} } } }`,
        variables: { n: 1 },
      }),
    ).toEqual([]);
  });
});

describe('given a configuration of many rules', () => {
  let world: World;
  let query: string;
  let rulesOf: (count: number) => string;
  beforeAll(async () => {
    world = await createWorld({ env: { OPERATION_COST_MAX: '100' } });
    const project = await makeProject(world);
    const environment = await makeEnvironment(project);
    const segment = await makeSegment(project);
    const flag = await makeFlag(project);
    await configure(project, flag, environment, {
      rules: Array.from({ length: 30 }, (_, i) => ({ ...forSegment(segment.key), id: `rule-${i}` })),
    });
    rulesOf = (count) =>
      Array.from({ length: count }, (_, i) => `a${i}: configuration(environmentId: "${environment.id}") { rules { id } }`).join(
        ' ',
      );
    query = `{ flag(id: "${flag.id}") { ROWS } }`;
  });
  afterAll(() => world.close());

  it.each(TRANSPORTS)('answers over %s no more than an operation may cost, however little it seemed to be', async (transport) => {
    const ask = (rows: string): Promise<Answer> =>
      answerOver(transport, world, { query: query.replace('ROWS', rows) }, world.owner.accessToken);

    const allowed = await ask(rulesOf(3));
    const refused = await ask(rulesOf(4));

    const message = 'The answer has more than the limit of 100 objects. Ask for smaller pages.';
    expect(JSON.stringify(allowed.data).match(/"id"/g)).toHaveLength(90);
    expect(allowed.errors).toEqual([]);
    expect(refused).toMatchObject({ errors: [{ message, extensions: { code: 'OPERATION_LIMIT_EXCEEDED' } }] });
    expect([refused.data, refused.status]).toEqual([undefined, transport === 'HTTP' ? 400 : allowed.status]);
    expect(costOf(query.replace('ROWS', rulesOf(4)))).toBeLessThan(100);
  });
});
