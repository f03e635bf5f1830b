/**
 * A plain `evaluate` is answered from texts that are written once; everything else by graphql-js. Thousands of generated
 * requests are sent both ways to one server, and nothing may differ. A content type in capitals, which means the same, is not
 * one of the usual ones: it goes the ordinary way, whose executor is `execute` of graphql-js.
 */
import fc from 'fast-check';
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
import { createWorld, type World } from '../support/world';

const PARTS = 5;
/** As many as were compared before a release; a tenth of it finds what a change breaks. */
const REQUESTS_PER_PART = process.env.FLAGSTAFF_DIFFERENTIAL === 'full' ? 1_000 : 100;

let world: World;
let project: MadeProject;
let environment: Made;
let other: Made;
const credentials: Record<string, string> = {};
const keys: string[] = [];
/** How often nothing had to be waited for. */
let atOnce = 0;

beforeAll(async () => {
  world = await createWorld();
  project = await makeProject(world);
  environment = await makeEnvironment(project);
  other = await makeEnvironment(project);
  const values = {
    valueType: 'JSON',
    variations: [
      { key: 'on', value: { b: 1, a: [null, 'é', '\u{1F600}"'] } },
      { key: 'off', value: null },
    ],
  };
  const texts = {
    valueType: 'STRING',
    variations: [
      { key: 'on', value: 'ÄÖ€' },
      { key: 'off', value: '' },
    ],
  };
  const numbers = {
    valueType: 'NUMBER',
    variations: [
      { key: 'on', value: 1e21 },
      { key: 'off', value: -0.5 },
    ],
  };
  const shapes = [{}, values, texts, numbers, {}, {}, { key: '42' }, { key: '7' }, {}, {}];
  const flags: Made[] = [];
  for (const [i, shape] of shapes.entries()) {
    const flag = await makeFlag(project, { key: `${['a', 'b', 'z'][i % 3]}-flag-${i}`, ...shape });
    flags.push(flag);
    keys.push(flag.key);
    if (i % 4 === 3) continue;
    const conditions = [{ attribute: { attribute: 'plan', operator: 'IN', values: ['pro'] } }];
    const shares = [
      { variation: 'on', weight: 40_000 },
      { variation: 'off', weight: 60_000 },
    ];
    const rules = i % 2 === 0 ? [{ id: `rule-${i}`, conditions, serve: { variation: 'off' } }] : [];
    const fallthrough = i % 3 === 0 ? { rollout: { whenMissing: 'off', shares } } : { variation: 'on' };
    const prerequisites = i === 5 ? [{ flagKey: flags[0]!.key, variation: 'off' }] : [];
    await configure(project, flag, environment, {
      rules,
      fallthrough,
      prerequisites,
      targets: [{ variation: 'off', targetingKeys: ['eve'] }],
    });
  }
  for (const flag of flags.slice(0, 6)) {
    await make(project.client, 'updateFlag', { flagId: flag.id, expectedVersion: 1, isClientAvailable: true }, 'flag { id }');
  }
  await make(project.client, 'archiveFlag', { flagId: flags[8]!.id, expectedVersion: 1 }, 'flag { id }');
  credentials.server = await makeApiKey(project, environment);
  credentials.client = await makeApiKey(project, environment, 'CLIENT');
  credentials.other = await makeApiKey(project, other);
  credentials.owner = world.owner.accessToken;
  const { snapshots } = world.app.services;
  const evaluateAtOnce = snapshots.evaluateAtOnce.bind(snapshots);
  snapshots.evaluateAtOnce = (...given) => {
    const ready = evaluateAtOnce(...given);
    if (ready !== null) atOnce++;
    return ready;
  };
});
afterAll(() => world.close());

interface Sent {
  readonly query: string;
  readonly variables?: unknown;
  readonly operationName?: unknown;
  readonly credential: string;
}

const alias = (name: string): fc.Arbitrary<string> => fc.constantFrom(name, name, name, `x_${name}: ${name}`, `${name}: ${name}`);
const conditional = fc.constantFrom(
  '',
  '',
  '',
  '',
  ' @include(if: $yes)',
  ' @skip(if: $yes)',
  ' @include(if: $no)',
  ' @skip(if: true)',
  ' @include(if: true)',
);
const leaf = (names: readonly string[]): fc.Arbitrary<string> =>
  fc.tuple(fc.constantFrom(...names).chain(alias), conditional).map(([field, directive]) => field + directive);

const evaluationField = leaf([
  'flagKey',
  'value',
  'variation',
  'reason',
  'ruleId',
  'prerequisiteKey',
  'errorCode',
  'errorMessage',
  'flagVersion',
  '__typename',
]);
const evaluationSet = fc
  .tuple(
    fc.array(evaluationField, { minLength: 1, maxLength: 6 }),
    fc.constantFrom('', '', '... on Evaluation { reason flagKey }', '...E', '...E ...E', '... { value }', 'trace { flagKey }'),
  )
  .map(([fields, extra]) => `{ ${fields.join(' ')} ${extra} }`);
const contextField = fc.oneof(
  { weight: 2, arbitrary: leaf(['targetingKey', 'values', '__typename']) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom('evaluations', 'evaluations', 'e: evaluations'), conditional, evaluationSet)
      .map((parts) => parts.join('')),
  },
);
const contextSet = fc
  .tuple(fc.array(contextField, { minLength: 1, maxLength: 3 }), fc.constantFrom('', '', '...C'))
  .map(([fields, extra]) => `{ ${fields.join(' ')} ${extra} }`);
const resultField = fc.oneof(
  { weight: 1, arbitrary: leaf(['revision', 'epoch', '__typename']) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(fc.constantFrom('results', 'results', 'r: results'), conditional, contextSet)
      .map((parts) => parts.join('')),
  },
);
const resultSet = fc.array(resultField, { minLength: 1, maxLength: 3 }).map((fields) => `{ ${fields.join(' ')} }`);
const contextsArgument = fc.constantFrom(
  '$contexts',
  '$contexts',
  '$contexts',
  '$contexts',
  '[{ targetingKey: "ada" }]',
  '[{ targetingKey: $key, attributes: $attributes }]',
  '{ targetingKey: "ada", attributes: { plan: "pro" } }',
  '[]',
  '[{ attributes: { plan: "pro", n: 1.5 } }, {}]',
);
const otherArguments = fc.constantFrom(
  '',
  '',
  '',
  ', flagKeys: $flagKeys',
  ', flagKeys: $flagKeys',
  ', environmentId: $environment',
  ', minRevision: $since',
  ', flagKeys: ["nothing"]',
  ', flagKeys: null',
  ', environmentId: $environment, flagKeys: $flagKeys',
);
const root = fc
  .tuple(
    fc.constantFrom('evaluate', 'evaluate', 'evaluate', 'mine: evaluate'),
    contextsArgument,
    otherArguments,
    conditional,
    resultSet,
  )
  .map(([name, contexts, others, directive, set]) => `${name}(contexts: ${contexts}${others})${directive} ${set}`);
const selection = fc.oneof(
  { weight: 12, arbitrary: root },
  {
    weight: 1,
    arbitrary: fc.tuple(root, root).map(([a, b]) => `first: ${a.replace(/^\w+: /, '')} second: ${b.replace(/^\w+: /, '')}`),
  },
  { weight: 1, arbitrary: root.map((field) => `__typename ${field}`) },
  { weight: 1, arbitrary: root.map((field) => `...Q }\nfragment Q on Query { ${field}`) },
);
const TYPES: Readonly<Record<string, string>> = {
  contexts: '[EvaluationContextInput!]!',
  flagKeys: '[String!]',
  environment: 'ID',
  since: 'RevisionInput',
  key: 'String',
  attributes: 'JSONObject',
  yes: 'Boolean! = true',
  no: 'Boolean = false',
};
const FRAGMENTS: Readonly<Record<string, string>> = {
  E: 'fragment E on Evaluation { flagKey code: errorCode __typename }',
  C: 'fragment C on ContextEvaluations { values who: targetingKey evaluations { ruleId } }',
};
/** Declares what is used, but for a few that declare too much or too little. */
const document = fc
  .tuple(selection, fc.constantFrom('query Q', 'query Q', 'query Q', 'query'), fc.integer({ min: 0, max: 40 }))
  .map(([body, name, slip]) => {
    const used = Object.keys(TYPES).filter(
      (variable) => new RegExp(`\\$${variable}\\b`).test(body) !== (slip === 0 && variable === 'yes'),
    );
    const declared = used.length === 0 ? '' : `(${used.map((variable) => `$${variable}: ${TYPES[variable]}`).join(', ')})`;
    const fragments = Object.keys(FRAGMENTS).filter((fragment) => new RegExp(`\\.\\.\\.${fragment}\\b`).test(body));
    return { used, query: `${name}${declared} { ${body} }\n${fragments.map((fragment) => FRAGMENTS[fragment]).join('\n')}` };
  });

const attributeValue = fc.constantFrom<unknown>('pro', 'free', null, 1, true, ['pro'], { deep: { er: [1] } }, 'é€', '\u{1F600}');
const targetingKey = fc.oneof(
  { weight: 30, arbitrary: fc.constantFrom<unknown>('ada', 'eve', 'bob', '', null, 'é"\\\n', undefined) },
  { weight: 1, arbitrary: fc.constant<unknown>(5) },
);
const attributes = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.dictionary(fc.constantFrom('plan', 'country', 'targetingKey'), attributeValue),
  },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, [], 'text', 7, undefined, nested(19), nested(25), nested(150)) },
);
const contextValue = fc.oneof(
  { weight: 12, arbitrary: fc.record({ targetingKey, attributes }) },
  { weight: 1, arbitrary: fc.constantFrom<unknown>(null, 'ada', { unknown: 1 }, {}, []) },
);

function nested(levels: number): unknown {
  let value: unknown = 1;
  for (let i = 0; i < levels; i++) value = { v: value };
  return value;
}

const valueOf: Readonly<Record<string, () => fc.Arbitrary<unknown>>> = {
  contexts: () =>
    fc.oneof(
      { weight: 12, arbitrary: fc.array(contextValue, { minLength: 1, maxLength: 3 }) },
      { weight: 1, arbitrary: fc.constantFrom<unknown>([], null, {}, { targetingKey: 'ada' }, 'x', undefined) },
    ),
  flagKeys: () =>
    fc.oneof(
      { weight: 8, arbitrary: fc.array(fc.constantFrom(...keys, 'unknown', 'é"'), { maxLength: 5 }) },
      { weight: 1, arbitrary: fc.constantFrom<unknown>(null, undefined, [1], 'text', [null]) },
    ),
  environment: () =>
    fc.constantFrom<unknown>(
      ...Array.from({ length: 12 }, () => environment.id),
      other.id,
      'environment_unknown',
      null,
      undefined,
      3,
      '',
    ),
  since: () =>
    fc.constantFrom<unknown>(
      null,
      undefined,
      { epoch: 'foreign', revision: 9 },
      { epoch: 'x' },
      { epoch: 'x', revision: 1.5 },
      { epoch: 'x', revision: 2 ** 31 },
    ),
  key: () => targetingKey,
  attributes: () => attributes,
  yes: () => fc.constantFrom<unknown>(true, false, undefined, undefined, null, 'true'),
  no: () => fc.constantFrom<unknown>(true, false, undefined, null),
};

const requests = (): fc.Arbitrary<Sent> =>
  document.chain(({ used, query }) =>
    fc.record({
      query: fc.constant(query),
      variables: fc.oneof(
        {
          weight: 20,
          arbitrary: fc.record(Object.fromEntries(used.map((name) => [name, valueOf[name]!()]))),
        },
        { weight: 1, arbitrary: fc.constantFrom<unknown>(null, undefined, { surplus: 1 }, [], 'text') },
      ),
      operationName: fc.oneof(
        { weight: 20, arbitrary: fc.constantFrom<unknown>(undefined, null, query.startsWith('query Q') ? 'Q' : undefined) },
        { weight: 1, arbitrary: fc.constantFrom<unknown>('Nobody', 3) },
      ),
      credential: fc.constantFrom('server', 'server', 'server', 'client', 'client', 'other', 'owner'),
    }),
  );

const PASSING = /^(date|x-request-id|ratelimit|content-length)$/;

async function answerTo({ credential, ...body }: Sent, contentType: string): Promise<string> {
  const response = await fetch(world.url, {
    method: 'POST',
    headers: { 'content-type': contentType, authorization: `Bearer ${credentials[credential]!}` },
    body: JSON.stringify(body),
  });
  // The order of keys stays; what differs between any two requests does not.
  const text = (await response.text())
    .replace(/"requestId":"[^"]*"/g, '"requestId":""')
    .replace(/"remaining":\d+,"resetSeconds":\d+/, '"remaining":0');
  const headers = [...response.headers].filter(([name]) => !PASSING.test(name));
  return [response.status, JSON.stringify(headers), text].join('\n');
}

it.each(Array.from({ length: PARTS }, (_, part) => part))(
  'answers generated requests as graphql-js does, part %i',
  async (part) => {
    atOnce = 0;
    const samples = fc.sample(requests(), { numRuns: REQUESTS_PER_PART, seed: 20_261 + part });
    // Credentials and the environment are known from now on.
    for (const credential of Object.keys(credentials))
      await answerTo({ query: '{ evaluate(contexts: {}) { revision } }', credential }, 'application/json; charset=UTF-8');
    let answered = 0;
    const failures: unknown[] = [];
    const worker = async (): Promise<void> => {
      for (let sample = samples.pop(); sample !== undefined; sample = samples.pop()) {
        const ordinary = await answerTo(sample, 'application/json; charset=UTF-8');
        const fast = await answerTo(sample, 'application/json');
        if (fast !== ordinary) failures.push({ sample, fast, ordinary });
        if (ordinary.startsWith('200\n') && !ordinary.includes('"errors"')) answered++;
      }
    };
    await Promise.all([worker(), worker(), worker(), worker()]);

    expect(failures.slice(0, 1)).toEqual([]);
    // Otherwise it would prove nothing.
    expect(answered).toBeGreaterThan(REQUESTS_PER_PART / 4);
    expect(atOnce).toBeGreaterThan(REQUESTS_PER_PART / 10);
  },
  180_000,
);
