/** `__proto__`, `constructor` and `prototype` are names as any others, on every transport, and reach no prototype. */
import {
  configure,
  make,
  makeApiKey,
  makeEnvironment,
  makeFlag,
  makeProject,
  type Made,
  type MadeProject,
} from '../support/make';
import { JSON_HEADERS, send } from '../support/raw';
import { answerOver, TRANSPORTS } from '../support/transports';
import { authorization, createWorld, type World } from '../support/world';

/** Flags by the attribute that decides them: a plain name, or a pointer into one. */
const ATTRIBUTES = {
  proto: '__proto__',
  constructed: 'constructor',
  'by-prototype': 'prototype',
  'in-proto': '/__proto__/plan',
  'in-constructor': '/constructor/prototype/plan',
  'in-plan': '/plan/__proto__',
} as const;

let world: World;
let project: MadeProject;
let environment: Made;
let secret: string;
beforeAll(async () => {
  world = await createWorld();
  project = await makeProject(world);
  environment = await makeEnvironment(project);
  for (const [key, attribute] of Object.entries(ATTRIBUTES)) {
    const flag = await makeFlag(project, { key });
    const conditions = [{ attribute: { attribute, operator: 'EQUALS', values: ['pro'] } }];
    const rules = [{ id: 'pro', conditions, serve: { variation: 'on' } }];
    await configure(project, flag, environment, { rules, fallthrough: { variation: 'off' } });
  }
  secret = await makeApiKey(project, environment);
});
afterEach(() => {
  // The names have not become members of every object.
  expect([({} as { plan?: string }).plan, Object.keys(Object.prototype)]).toEqual([undefined, []]);
});
afterAll(() => world.close());

const KEYS = Object.keys(ATTRIBUTES).sort();

/** Attributes as JSON text, for a literal in code would set a prototype; with the flags that are on for them. */
const CONTEXTS: [string, readonly string[]][] = [
  ['{"__proto__":"pro"}', ['proto']],
  ['{"constructor":"pro"}', ['constructed']],
  ['{"prototype":"pro"}', ['by-prototype']],
  ['{"\\u005f_proto__":"pro"}', ['proto']],
  ['{"__proto__":{"plan":"pro"}}', ['in-proto']],
  ['{"constructor":{"prototype":{"plan":"pro"}}}', ['in-constructor']],
  ['{"plan":{"__proto__":"pro"}}', ['in-plan']],
  ['{"plan":"pro"}', []],
  ['{}', []],
];
const ON = CONTEXTS.map(([, on]) => [...on].sort());

const onIn = (values: Readonly<Record<string, unknown>>): string[] => KEYS.filter((key) => values[key] === true);

it.each(TRANSPORTS)('are names of attributes in a batch of contexts over %s', async (transport) => {
  const query = 'query ($contexts: [EvaluationContextInput!]!) { evaluate(contexts: $contexts) { results { values } } }';
  const contexts = CONTEXTS.map(([text], i) => ({ targetingKey: `k${i}`, attributes: JSON.parse(text) as object }));

  // Asked twice, because the second answer may come from memory.
  for (let i = 0; i < 2; i++) {
    const { data, errors } = await answerOver(transport, world, { query, variables: { contexts } }, secret);
    const { results } = (data as { evaluate: { results: { values: Record<string, unknown> }[] } }).evaluate;

    expect(errors).toEqual([]);
    expect(results.map(({ values }) => onIn(values))).toEqual(ON);
  }
});

it('are names of attributes in the text of a query', async () => {
  const literals = '{ __proto__: "pro", constructor: "x", plan: { __proto__: "pro" } }';
  const query = `{ evaluate(contexts: [{ targetingKey: "ada", attributes: ${literals} }]) { results { values } } }`;

  const { data } = await answerOver('HTTP', world, { query }, secret);

  const { results } = (data as { evaluate: { results: { values: Record<string, unknown> }[] } }).evaluate;
  expect(results.map(({ values }) => onIn(values))).toEqual([['in-plan', 'proto']]);
});

it('are names of attributes in the variables of a stream by GET', async () => {
  const query = 'query ($a: JSONObject) { evaluate(contexts: [{ targetingKey: "ada", attributes: $a }]) { results { values } } }';
  const path = `/graphql/stream?${new URLSearchParams({ query, variables: '{"a":{"__proto__":"pro"},"__proto__":{"a":1}}' }).toString()}`;

  const { body } = await send(world, { method: 'GET', path, headers: authorization(secret) });

  expect(body).toContain('"proto":true');
  expect(body).not.toContain('"errors"');
});

it.each(CONTEXTS)('are names of attributes over OFREP, in one flag and in all: %s', async (text, on) => {
  const context = text === '{}' ? '{"targetingKey":"ada"}' : text.replace('{', '{"targetingKey":"ada",');
  const ask = (path: string): Promise<unknown> =>
    send(world, {
      path: `/ofrep/v1/evaluate/flags${path}`,
      headers: { ...JSON_HEADERS, ...authorization(secret) },
      body: `{"context":${context}}`,
    }).then(({ body }) => body);

  const { flags } = (await ask('')) as { flags: { key: string; value: boolean }[] };
  const single = await Promise.all(KEYS.map(async (key) => [key, ((await ask(`/${key}`)) as { value: boolean }).value]));

  expect(onIn(Object.fromEntries(flags.map(({ key, value }) => [key, value])))).toEqual([...on].sort());
  expect(onIn(Object.fromEntries(single) as Record<string, unknown>)).toEqual([...on].sort());
});

it.each(CONTEXTS)('are names of attributes in the format of LaunchDarkly, by POST and by GET: %s', async (text, on) => {
  const context = text === '{}' ? '{"kind":"user","key":"ada"}' : text.replace('{', '{"kind":"user","key":"ada",');
  const path = `/environments/${environment.id}/flags`;
  const headers = { ...JSON_HEADERS, authorization: secret };
  const encoded = Buffer.from(context).toString('base64url');

  const answers = [
    await send(world, { path, headers, body: context }),
    await send(world, { method: 'GET', path: `${path}?context=${encoded}`, headers }),
  ];

  const values = answers.map(({ body }) =>
    Object.fromEntries(Object.entries(body as object).map(([key, { value }]: [string, { value: unknown }]) => [key, value])),
  );
  expect(values.map(onIn)).toEqual([[...on].sort(), [...on].sort()]);
});

it('are members of a value, from the mutation to the answer of each transport', async () => {
  const value = '{"__proto__":{"isAdmin":true},"constructor":{"prototype":1}}';
  const place = await makeProject(world);
  const stage = await makeEnvironment(place);
  const variations = [
    { key: 'on', value: JSON.parse(value) as object },
    { key: 'off', value: {} },
  ];
  const flag = (
    await make<{ flag: Made }>(
      place.client,
      'createFlag',
      { projectId: place.id, key: 'theme', name: 'Theme', valueType: 'JSON', variations },
      'flag { id key }',
    )
  ).flag;
  await configure(place, flag, stage);
  const key = await makeApiKey(place, stage);
  const query = '{ evaluate(contexts: [{ targetingKey: "ada" }]) { results { values } } }';

  const answers = await Promise.all(TRANSPORTS.map((transport) => answerOver(transport, world, { query }, key)));
  const { body } = await send(world, {
    path: '/ofrep/v1/evaluate/flags/theme',
    headers: { ...JSON_HEADERS, ...authorization(key) },
    body: '{"context":{"targetingKey":"ada"}}',
  });

  const served = JSON.stringify({ evaluate: { results: [{ values: { theme: JSON.parse(value) as object } }] } });
  expect(answers.map(({ data }) => JSON.stringify(data))).toEqual([served, served, served]);
  expect(JSON.stringify((body as { value: object }).value)).toBe(value);
});

it.each(TRANSPORTS)('are names of variables and of aliases over %s', async (transport) => {
  const query = `query ($__proto__: String, $constructor: [EvaluationContextInput!]!) {
    __proto__: evaluate(contexts: [{ targetingKey: $__proto__ }]) { constructor: results { targetingKey } }
    prototype: evaluate(contexts: $constructor) { results { targetingKey } }
  }`;
  const variables = JSON.parse('{"__proto__":"ada","constructor":[{"targetingKey":"bob"}],"prototype":1}') as object;

  const { data, errors } = await answerOver(transport, world, { query, variables }, secret);

  expect(errors).toEqual([]);
  expect(JSON.stringify(data)).toBe(
    '{"__proto__":{"constructor":[{"targetingKey":"ada"}]},"prototype":{"results":[{"targetingKey":"bob"}]}}',
  );
});
