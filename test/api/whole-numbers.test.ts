/** Whole numbers that JSON numbers cannot tell from their neighbours are refused; before, one silently became another. */
import { makeApiKey, makeEnvironment, makeFlag, makeProject, mutate, targeting, uniqueKey, type Made } from '../support/make';
import { refusalOf } from '../support/members';
import { authorization, createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const NUMBER = 9_007_199_254_740_992;
const why = `a whole number beyond 2^53 (read as ${NUMBER}): as a JSON number it cannot be told from its neighbours. Send ids as text.`;

it.each([
  ['NUMBER', NUMBER],
  ['JSON', { id: [NUMBER] }],
])('refuses one in a variation of a %s flag', async (valueType, value) => {
  const project = await makeProject(world);
  const variations = [
    { key: 'a', value: valueType === 'NUMBER' ? Number.MAX_SAFE_INTEGER : { id: '9007199254740993' } },
    { key: 'b', value },
  ];
  const input = { projectId: project.id, key: uniqueKey('flag'), name: 'Flag', valueType, variations };

  const { userErrors } = await mutate(project.client, 'createFlag', input, 'flag { id }');

  expect(userErrors).toEqual([
    {
      code: 'INVALID',
      message: `The value of variation "b" must not contain ${why}`,
      path: ['input', 'variations', '1', 'value'],
    },
  ]);
});

it.each(['setFlagConfiguration', 'addRule', 'createSegment'])('refuses one in a condition of %s', async (name) => {
  const project = await makeProject(world);
  const [flag, environment] = [await makeFlag(project), await makeEnvironment(project)];
  const conditions = [{ attribute: { attribute: 'id', operator: 'IN', values: ['x', NUMBER] } }];
  const rule = { conditions, serve: { variation: 'on' } };
  const inputs: Readonly<Record<string, [input: object, path: string[]]>> = {
    setFlagConfiguration: [targeting(flag, environment, { rules: [rule] }), ['rules', '0']],
    addRule: [{ flagId: flag.id, environmentId: environment.id, expectedVersion: 0, rule }, ['rule']],
    createSegment: [
      { projectId: project.id, key: uniqueKey('segment'), name: 'Segment', rules: [{ conditions }] },
      ['rules', '0'],
    ],
  };
  const [input, path] = inputs[name]!;

  const { userErrors } = await mutate(project.client, name, input, 'revisions { revision }');

  expect(userErrors).toEqual([
    {
      code: 'INVALID',
      message: `Values of a condition must not contain ${why}`,
      path: ['input', ...path, 'conditions', '0', 'attribute', 'values', '1'],
    },
  ]);
});

describe('given an environment and a key of it', () => {
  let environment: Made;
  let flag: Made;
  let secret: string;
  beforeAll(async () => {
    const project = await makeProject(world);
    environment = await makeEnvironment(project);
    flag = await makeFlag(project);
    secret = await makeApiKey(project, environment);
  });
  const post = async (path: string, body: string): Promise<[number, unknown]> => {
    const headers = { 'content-type': 'application/json', ...authorization(secret) };
    const response = await fetch(new URL(path, world.url), { method: 'POST', headers, body });
    return [response.status, await response.json()];
  };

  it('answers a context that has one INVALID_CONTEXT, and the other contexts of the same request as ever', async () => {
    const query = `query ($contexts: [EvaluationContextInput!]!) {
      evaluate(contexts: $contexts) { results { evaluations { errorCode errorMessage } } } }`;
    const contexts = [
      { attributes: { id: NUMBER } },
      { attributes: { list: [{ id: -NUMBER }] } },
      { attributes: { id: Number.MAX_SAFE_INTEGER, size: 1e21, share: 0.1 } },
    ];

    const { evaluate } = await world.client(secret).request<{ evaluate: { results: unknown } }>(query, { contexts });

    expect(evaluate.results).toEqual([
      { evaluations: [{ errorCode: 'INVALID_CONTEXT', errorMessage: `context.attributes must not contain ${why}` }] },
      {
        evaluations: [
          {
            errorCode: 'INVALID_CONTEXT',
            errorMessage: `context.attributes must not contain ${why.replace(String(NUMBER), String(-NUMBER))}`,
          },
        ],
      },
      { evaluations: [{ errorCode: null, errorMessage: null }] },
    ]);
  });

  it('refuses a context that has one by OFREP, by the bulk format and in segmentsFor', async () => {
    const ofrep = await post(`/ofrep/v1/evaluate/flags/${flag.key}`, '{"context":{"targetingKey":"ada","id":9007199254740993}}');
    const bulk = await post(`/environments/${environment.id}/flags`, '{"kind":"user","key":"ada","id":9007199254740993}');
    const segments = await refusalOf(
      world.client(secret).request('{ segmentsFor(context: { attributes: { id: 9007199254740993 } }) { key } }'),
    );

    expect(ofrep).toEqual([
      400,
      { key: flag.key, errorCode: 'INVALID_CONTEXT', errorDetails: `context must not contain ${why}` },
    ]);
    expect(bulk).toMatchObject([
      400,
      { errors: [{ message: `context must not contain ${why}`, extensions: { code: 'BAD_USER_INPUT' } }] },
    ]);
    expect(segments).toEqual({ code: 'BAD_USER_INPUT', message: `context.attributes must not contain ${why}` });
  });

  it('answers a number that no JSON number can carry INVALID_CONTEXT', async () => {
    const answer = await post(`/ofrep/v1/evaluate/flags/${flag.key}`, '{"context":{"targetingKey":"ada","id":1e400}}');

    const errorDetails = 'context must not contain a number beyond 1.8e308, the largest that a JSON number can carry.';
    expect(answer).toEqual([400, { key: flag.key, errorCode: 'INVALID_CONTEXT', errorDetails }]);
  });
});
