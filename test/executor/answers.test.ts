/** Properties of a plain `evaluate`, whichever way it is answered: bounds, refusals, revisions. */
import {
  configure,
  eventually,
  makeApiKey,
  makeEnvironment,
  makeFlag,
  makeProject,
  toggle,
  type Made,
  type MadeProject,
} from '../support/make';
import { authorization, createWorld, isEmbedded, type World } from '../support/world';

jest.setTimeout(240_000);

const FLAGS = 100;

let world: World;
let project: MadeProject;
let environment: Made;
let secret: string;
const flags: Made[] = [];
beforeAll(async () => {
  world = await createWorld();
  project = await makeProject(world);
  environment = await makeEnvironment(project);
  for (let i = 0; i < FLAGS; i++) flags.push(await makeFlag(project));
  const shares = [
    { variation: 'on', weight: 50_000 },
    { variation: 'off', weight: 50_000 },
  ];
  await configure(project, flags[0]!, environment, { fallthrough: { rollout: { whenMissing: 'off', shares } } });
  secret = await makeApiKey(project, environment);
});
afterAll(() => world.close());

const FAST = 'application/json';
/** Means the same, and goes the ordinary way. */
const ORDINARY = 'application/json; charset=UTF-8';

interface Answer {
  readonly data?: { readonly evaluate: Evaluated | null } | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
}

interface Evaluated {
  readonly revision: number;
  readonly epoch: string;
  readonly results: readonly { readonly evaluations: readonly { readonly errorCode: string | null }[] }[];
}

const QUERY = `query E($contexts: [EvaluationContextInput!]!, $flagKeys: [String!], $id: ID, $minRevision: RevisionInput) {
  evaluate(contexts: $contexts, flagKeys: $flagKeys, environmentId: $id, minRevision: $minRevision) {
    revision epoch results { evaluations { flagKey value variation reason ruleId errorCode flagVersion } }
  }
}`;

async function ask(variables: object, contentType = FAST, url = world.url, credential = secret): Promise<Answer> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': contentType, ...authorization(credential) },
    body: JSON.stringify({ query: QUERY, variables }),
  });
  return (await response.json()) as Answer;
}

const told = ({ data, errors }: Answer): unknown => errors?.map(({ message, extensions }) => [extensions.code, message]) ?? data;

it('answers 1,000 contexts x 100 flags, and refuses one evaluation more with the bound', async () => {
  const contexts = Array.from({ length: 1_000 }, (_, i) => ({ targetingKey: `user-${i}`, attributes: { n: i } }));

  const { data } = await ask({ contexts });
  const tooMany = { contexts: contexts.slice(0, 11), flagKeys: Array.from({ length: 9_091 }, (_, i) => flags[i % FLAGS]!.key) };
  const refused = [await ask(tooMany), await ask(tooMany, ORDINARY)];

  expect(data!.evaluate!.results.map(({ evaluations }) => evaluations.length)).toEqual(contexts.map(() => FLAGS));
  const message = '11 contexts x 9091 flags are 100001 evaluations; at most 100000 are allowed in one operation.';
  expect(refused.map(told)).toEqual([[['BAD_USER_INPUT', message]], [['BAD_USER_INPUT', message]]]);
});

const nested = (levels: number): unknown => (levels === 0 ? 1 : { v: nested(levels - 1) });

it.each<[string, object, string]>([
  ['a context that is a text', { contexts: ['ada'] }, 'BAD_USER_INPUT'],
  ['a targeting key that is a number', { contexts: [{ targetingKey: 5 }] }, 'BAD_USER_INPUT'],
  ['attributes that are a list', { contexts: [{ attributes: [] }] }, 'BAD_USER_INPUT'],
  ['an unknown member', { contexts: [{ key: 'ada' }] }, 'BAD_USER_INPUT'],
  ['no context', { contexts: [] }, 'BAD_USER_INPUT'],
  ['1,001 contexts', { contexts: Array.from({ length: 1_001 }, () => ({})) }, 'BAD_USER_INPUT'],
  ['flag keys that are numbers', { contexts: [{}], flagKeys: [1] }, 'BAD_USER_INPUT'],
])('refuses %s with the same words on both ways', async (_what, variables, code) => {
  const answers = [await ask(variables), await ask(variables, ORDINARY)];

  expect(answers[0]!.errors!.map(({ extensions }) => extensions.code)).toEqual([code]);
  expect(told(answers[0]!)).toEqual(told(answers[1]!));
});

it.each([
  ['over 64 KiB', { a: 'x'.repeat(65_536) }],
  ['deeper than 20', nested(22)],
])('answers INVALID_CONTEXT for attributes %s in the same words on both ways', async (_what, attributes) => {
  const variables = { contexts: [{ targetingKey: 'ada' }, { attributes }] };
  const answers = [await ask(variables), await ask(variables, ORDINARY)];

  const codes = answers[0]!.data!.evaluate!.results.map(({ evaluations }) => evaluations.map(({ errorCode }) => errorCode));
  expect(codes).toEqual([null, 'INVALID_CONTEXT'].map((code) => flags.map(() => code)));
  expect(told(answers[0]!)).toEqual(told(answers[1]!));
});

it('refuses an environment that is not there and that of another key in the same words on both ways', async () => {
  const other = await makeApiKey(project, await makeEnvironment(project));
  const answers = [
    await ask({ contexts: [{}], id: `environment_${'0'.repeat(32)}` }),
    await ask({ contexts: [{}], id: environment.id }, FAST, world.url, other),
    await ask({ contexts: [{}], id: environment.id }, ORDINARY, world.url, other),
  ];

  const message = 'This key is of another environment: leave the environment out, or use a key of that environment.';
  expect(answers.map(told)).toEqual(answers.map(() => [['FORBIDDEN', message]]));
});

it('serves what is stated for a context without a targeting key, and tells of an unknown flag, beside the others', async () => {
  const [rolledOut, plain] = flags;

  const variables = { contexts: [{}, { targetingKey: '' }], flagKeys: [rolledOut!.key, 'nothing', plain!.key] };
  const [fast, ordinary] = [await ask(variables), await ask(variables, ORDINARY)];

  const missing = { value: false, variation: 'off', reason: 'FALLTHROUGH', ruleId: null, errorCode: null };
  const unknown = {
    flagKey: 'nothing',
    value: null,
    variation: null,
    reason: 'ERROR',
    ruleId: null,
    errorCode: 'FLAG_NOT_FOUND',
  };
  for (const { evaluations } of fast.data!.evaluate!.results) {
    expect(evaluations).toMatchObject([missing, unknown, { reason: 'DISABLED', errorCode: null }]);
  }
  expect(fast.data).toEqual(ordinary.data);
});

(isEmbedded ? it.skip : it)('answers nothing older than the revision asked for, on either of two servers', async () => {
  const second = await world.startSecondServer();
  const urls = [world.url, `${second.url}/graphql`];
  for (const url of urls) await eventually(async () => (await ask({ contexts: [{}] }, ORDINARY, url)).data);

  // However the tests before left it: a toggle that changes nothing makes no revision.
  await toggle(project, flags[2]!, environment, false);
  for (let i = 0; i < 20; i++) {
    const minRevision = await toggle(project, flags[2]!, environment, i % 2 === 0);
    const { revision, epoch } = minRevision;
    const answers = await Promise.all(
      urls.map(async (url) => {
        for (;;) {
          const { data, errors } = await ask({ contexts: [{}], minRevision: { revision, epoch } }, FAST, url);
          // Not reached within 2 s, on a busy machine: no answer yet.
          if (errors?.[0]?.extensions.code !== 'REVISION_NOT_REACHED') return data!.evaluate!;
        }
      }),
    );
    expect(answers.map((evaluated) => evaluated.revision >= revision)).toEqual([true, true]);
  }
});
