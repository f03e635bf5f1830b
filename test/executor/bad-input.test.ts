/** A fault in one field of an operation is said with a code, its path and the bound; the others are answered. */
import { configure, makeApiKey, makeEnvironment, makeFlag, makeProject, type Made, type MadeProject } from '../support/make';
import { authorization, createWorld, type World } from '../support/world';

let world: World;
let project: MadeProject;
let environment: Made;
let secret: string;
let rolledOut: Made;
let compared: Made;
let plain: Made;
beforeAll(async () => {
  world = await createWorld();
  project = await makeProject(world);
  environment = await makeEnvironment(project);
  [rolledOut, compared, plain] = [
    await makeFlag(project),
    await makeFlag(project),
    await makeFlag(project, { isClientAvailable: true }),
  ];
  const shares = ['on', 'off'].map((variation) => ({ variation, weight: 50_000 }));
  const rollout = { bucketBy: 'targetingKey', whenMissing: 'off', shares };
  await configure(project, rolledOut, environment, { fallthrough: { rollout } });
  const conditions = [{ attribute: { attribute: 'age', operator: 'GREATER_OR_EQUAL', values: [18] } }];
  const rules = [{ id: 'adults', conditions, serve: { variation: 'off' } }];
  await configure(project, compared, environment, { rules });
  await configure(project, plain, environment);
  secret = await makeApiKey(project, environment);
});
afterAll(() => world.close());

interface SentEvaluation {
  readonly code: string;
  readonly path: readonly string[] | undefined;
  readonly message: string;
}

interface Answer {
  readonly status: number;
  readonly data: Readonly<Record<string, unknown>> | null | undefined;
  readonly errors: readonly SentEvaluation[];
}

async function ask(query: string, variables: object = {}, credential = secret): Promise<Answer> {
  const response = await fetch(world.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization(credential) },
    body: JSON.stringify({ query, variables }),
  });
  const { data, errors = [] } = (await response.json()) as {
    data?: Answer['data'];
    errors?: { message: string; path?: string[]; extensions: { code: string } }[];
  };
  const told = errors.map(({ message, path, extensions }) => ({ code: extensions.code, path, message }));
  return { status: response.status, data, errors: told };
}

const BESIDE_GOOD = `query ($contexts: [EvaluationContextInput!]!, $id: ID, $flagKeys: [String!], $good: ID!) {
  before: evaluate(environmentId: $good, contexts: [{ targetingKey: "ada" }]) { results { targetingKey } }
  bad: evaluate(environmentId: $id, contexts: $contexts, flagKeys: $flagKeys) { results { targetingKey } }
  after: evaluate(environmentId: $good, contexts: [{ targetingKey: "eve" }]) { results { targetingKey } }
}`;
const GOOD = { before: { results: [{ targetingKey: 'ada' }] }, after: { results: [{ targetingKey: 'eve' }] } };

/** Levels of objects, the outermost counted. */
const nested = (levels: number): object => ({ v: levels === 1 ? 1 : nested(levels - 1) });
/** An object of so many bytes as JSON. */
const sized = (bytes: number): object => ({ a: 'x'.repeat(bytes - '{"a":""}'.length) });

it.each<[string, object, string]>([
  ['no context', { contexts: [] }, 'contexts: 0 were given; 1 to 1000 are allowed.'],
  [
    'more than 1,000 contexts',
    { contexts: Array.from({ length: 1_001 }, () => ({})) },
    'contexts: 1001 were given; 1 to 1000 are allowed.',
  ],
  [
    'more than 100,000 evaluations',
    { contexts: Array.from({ length: 1_000 }, () => ({})), flagKeys: Array.from({ length: 100 }, () => 'nothing') },
    '1000 contexts x 100 flags are 100000 evaluations, after 3 in the same operation; at most 100000 are allowed in one operation.',
  ],
])('refuses %s, and answers the fields beside it', async (_what, variables, message) => {
  const { status, data, errors } = await ask(BESIDE_GOOD, { good: environment.id, ...variables });

  expect({ status, data }).toEqual({ status: 200, data: { before: GOOD.before, bad: null, after: GOOD.after } });
  expect(errors).toEqual([{ code: 'BAD_USER_INPUT', path: ['bad'], message }]);
});

it('takes what is just within the bounds', async () => {
  const contexts = [{ attributes: sized(65_536) }, { attributes: nested(20) }];

  const { data, errors } = await ask(BESIDE_GOOD, { good: environment.id, contexts });

  expect(errors).toEqual([]);
  expect(data).toEqual({ ...GOOD, bad: { results: [{ targetingKey: null }, { targetingKey: null }] } });
});

it.each([
  ['that is not there', async () => `environment_${'0'.repeat(32)}`],
  ['of another key', async () => (await makeEnvironment(project)).id],
])('refuses an environment %s, and answers the fields beside it', async (_what, idOf) => {
  const { data, errors } = await ask(BESIDE_GOOD, { good: environment.id, contexts: [{}], id: await idOf() });

  const message = 'This key is of another environment: leave the environment out, or use a key of that environment.';
  expect(data).toEqual({ ...GOOD, bad: null });
  expect(errors).toEqual([{ code: 'FORBIDDEN', path: ['bad'], message }]);
});

it('asks for the environment where the credential has none, and answers the fields beside it', async () => {
  const { data, errors } = await ask(BESIDE_GOOD, { good: environment.id, contexts: [{}] }, world.owner.accessToken);

  const message = 'environmentId is required: the credential is not a key of one environment.';
  expect(data).toEqual({ ...GOOD, bad: null });
  expect(errors).toEqual([{ code: 'BAD_USER_INPUT', path: ['bad'], message }]);
});

it.each([
  ['a context that is a text', { contexts: ['ada'] }, 'contexts[0]'],
  ['a targeting key that is a number', { contexts: [{}, { targetingKey: 5 }] }, 'contexts[1].targetingKey'],
  ['attributes that are a list', { contexts: [{ attributes: [] }] }, 'contexts[0].attributes'],
  ['a member that is not there', { contexts: [{ key: 'ada' }] }, 'Field "key" is not defined'],
  ['a context that is null', { contexts: [{}, null] }, 'contexts[1]'],
  ['flag keys that are numbers', { contexts: [{}], flagKeys: [1] }, 'flagKeys[0]'],
])('refuses an operation with %s as a whole, and says where it is', async (_what, variables, place) => {
  const { status, data, errors } = await ask(BESIDE_GOOD, { good: environment.id, ...variables });

  expect({ status, data }).toEqual({ status: 400, data: undefined });
  expect(errors).toEqual([{ code: 'BAD_USER_INPUT', path: undefined, message: expect.stringContaining(place) as string }]);
});

it('answers for contexts that are too large or too deep that they are, and the contexts and fields beside them', async () => {
  const contexts = [{ targetingKey: 'ada' }, { targetingKey: 'big', attributes: sized(65_537) }, { attributes: nested(21) }, {}];
  const query = `query ($contexts: [EvaluationContextInput!]!, $flagKeys: [String!]) {
    evaluate(contexts: $contexts, flagKeys: $flagKeys) {
      results {
        targetingKey values
        evaluations {
          flagKey value variation reason ruleId prerequisiteKey errorCode errorMessage flagVersion trace { flags { flagKey } }
        }
      }
    }
    segmentsFor(context: { targetingKey: "ada" }) { id }
  }`;

  const { data, errors } = await ask(query, { contexts, flagKeys: [plain.key, 'nothing'] });

  const nothing = expect.objectContaining({ flagKey: 'nothing', errorCode: 'FLAG_NOT_FOUND', trace: null }) as object;
  const served = expect.objectContaining({ variation: 'on', reason: 'FALLTHROUGH', errorCode: null }) as object;
  const invalid = (errorMessage: string): object => ({
    ...{ flagKey: plain.key, flagVersion: expect.any(Number) as number, value: null, variation: null, trace: null },
    ...{ reason: 'ERROR', errorCode: 'INVALID_CONTEXT', errorMessage, ruleId: null, prerequisiteKey: null },
  });
  const tooLarge = 'context.attributes has 65537 bytes as JSON; at most 65536 are allowed.';
  const tooDeep = 'context.attributes nests deeper than 20.';
  expect(errors).toEqual([]);
  expect(data).toEqual({
    evaluate: {
      results: [
        { targetingKey: 'ada', values: { [plain.key]: true }, evaluations: [served, nothing] },
        { targetingKey: 'big', values: {}, evaluations: [invalid(tooLarge), nothing] },
        { targetingKey: null, values: {}, evaluations: [invalid(tooDeep), nothing] },
        { targetingKey: null, values: { [plain.key]: true }, evaluations: [served, nothing] },
      ],
    },
    segmentsFor: [],
  });
});

it.each(['SERVER', 'CLIENT'] as const)('answers a %s key for all flags beside a context that is too deep', async (kind) => {
  const credential = await makeApiKey(project, environment, kind);
  const query = `query ($contexts: [EvaluationContextInput!]!) {
      evaluate(contexts: $contexts) { results { evaluations { flagKey errorCode } } }
    }`;

  const { data, errors } = await ask(query, { contexts: [{}, { attributes: nested(21) }] }, credential);

  expect(errors).toEqual([]);
  const { results } = data!.evaluate as { results: { evaluations: { flagKey: string; errorCode: string | null }[] }[] };
  const [good, bad] = results.map(({ evaluations }) => evaluations);
  expect(good!.map(({ errorCode }) => errorCode)).toEqual(good!.map(() => null));
  expect(bad).toEqual(good!.map(({ flagKey }) => ({ flagKey, errorCode: 'INVALID_CONTEXT' })));
  expect(good).toHaveLength(kind === 'SERVER' ? 3 : 1);
});

it('traces as many evaluations as are allowed beside a context that is too deep, which has no trace', async () => {
  const query = `query ($contexts: [EvaluationContextInput!]!, $flagKeys: [String!]) {
    evaluate(contexts: $contexts, flagKeys: $flagKeys) { results { evaluations { trace { targetingKey } } } }
  }`;
  const flagKeys = Array.from({ length: 1_000 }, () => plain.key);

  const { data, errors } = await ask(query, { contexts: [{ attributes: nested(21) }, { targetingKey: 'ada' }], flagKeys });

  expect(errors).toEqual([]);
  const traces = [null, { targetingKey: 'ada' }];
  expect(data).toEqual({ evaluate: { results: traces.map((trace) => ({ evaluations: flagKeys.map(() => ({ trace })) })) } });
});

it('refuses to list the segments of a context that is too deep', async () => {
  const query = 'query ($context: EvaluationContextInput!) { segmentsFor(context: $context) { id } }';

  const { data, errors } = await ask(query, { context: { attributes: nested(21) } });

  const message = 'context.attributes nests deeper than 20.';
  expect(data).toEqual({ segmentsFor: null });
  expect(errors).toEqual([{ code: 'BAD_USER_INPUT', path: ['segmentsFor'], message }]);
});

const DECIDED = `query ($contexts: [EvaluationContextInput!]!, $flagKeys: [String!]) {
  evaluate(contexts: $contexts, flagKeys: $flagKeys) { results { evaluations { variation reason errorCode } } }
}`;

async function decided(contexts: readonly object[], flagKeys: readonly string[]): Promise<string[][]> {
  const { data, errors } = await ask(DECIDED, { contexts, flagKeys });
  expect(errors).toEqual([]);
  const { results } = data!.evaluate as {
    results: { evaluations: { variation: string | null; reason: string; errorCode: string | null }[] }[];
  };
  return results.map(({ evaluations }) =>
    evaluations.map(({ variation, reason, errorCode }) => [variation, reason, errorCode].filter(Boolean).join(' ')),
  );
}

it('serves what a rollout states for contexts without what it needs, other flags and contexts as ever', async () => {
  const contexts = [
    {},
    { targetingKey: '' },
    { targetingKey: null, attributes: { targetingKey: 'ada' } },
    { targetingKey: 'ada' },
  ];

  const [none, empty, elsewhere, ada] = await decided(contexts, [rolledOut.key, plain.key]);

  const withoutKey = ['off FALLTHROUGH', 'on FALLTHROUGH'];
  expect([none, empty, elsewhere]).toEqual([withoutKey, withoutKey, withoutKey]);
  expect(ada).toEqual([expect.stringContaining('SPLIT'), 'on FALLTHROUGH']);
});

it('takes an attribute of the wrong type for one that is absent, other flags and contexts as ever', async () => {
  const contexts = [{ attributes: { age: 'eighteen' } }, { attributes: { age: { years: 18 } } }, { attributes: { age: 18 } }];

  const answers = await decided(contexts, [compared.key, plain.key]);

  const absent = ['on FALLTHROUGH', 'on FALLTHROUGH'];
  expect(answers).toEqual([absent, absent, ['off RULE_MATCH', 'on FALLTHROUGH']]);
});

it('says which flag is not there, beside the answers of the others', async () => {
  expect(await decided([{}], [plain.key, 'nothing', plain.key])).toEqual([
    ['on FALLTHROUGH', 'ERROR FLAG_NOT_FOUND', 'on FALLTHROUGH'],
  ]);
});
