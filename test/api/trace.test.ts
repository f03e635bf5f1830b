/** The trace of an evaluation through GraphQL. */
import { configure, makeFlag, makeSegment } from '../support/make';
import { makeEmptyScene, type EmptyScene } from '../support/scene';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

const makeScene = (kind?: string): Promise<EmptyScene> => makeEmptyScene(world, kind);

const BUCKET = 'bucketBy actual input salt seed hash bucket';
const CONDITION = `depth matched __typename
  ... on AttributeConditionTrace { attribute actual operator expected ignoreCase }
  ... on SegmentConditionTrace { operatorOfSegments: operator segments { segmentKey isMember } }
  ... on GroupConditionTrace { group }`;
const SERVE = `variation rollout { ${BUCKET} intervals { variation start end } whenMissing isExperiment }`;
const TRACE = `trace {
  flagKey targetingKey
  flags {
    flagKey flagVersion isEnabled isArchived variations { key value } offVariation
    prerequisites { flagKey expectedVariation actualVariation isEnabled isArchived isMet }
    targets { variation targetingKeyCount matched }
    rules { ruleId conditions { ${CONDITION} } gate { ${BUCKET} interval { start end } matched } matched serve { ${SERVE} } }
    fallthrough { ${SERVE} }
    variation reason ruleId prerequisiteKey errorCode errorMessage
  }
  segments { segmentKey isIncluded isExcluded rules { ruleId conditions { ${CONDITION} } matched } isMember }
}`;
const EVALUATE = `query ($contexts: [EvaluationContextInput!]!, $flagKeys: [String!]) {
  evaluate(contexts: $contexts, flagKeys: $flagKeys) { results { evaluations { flagKey variation ruleId errorMessage ${TRACE} } } }
}`;

interface Evaluated {
  readonly flagKey: string;
  readonly variation: string | null;
  readonly ruleId: string | null;
  readonly errorMessage: string | null;
  readonly trace: Record<string, never> | null;
}

async function evaluate(secret: string, context: object, flagKeys: string[] | null = null): Promise<Evaluated[]> {
  const data = await world.client(secret).request<{ evaluate: { results: { evaluations: Evaluated[] }[] } }>(EVALUATE, {
    contexts: [context],
    flagKeys,
  });
  return data.evaluate.results[0]!.evaluations;
}

const plan = { attribute: 'plan', operator: 'EQUALS', values: ['pro'] };

it('traces a flag with a prerequisite, a target, groups, a segment, a gate and a rollout', async () => {
  const { project, environment, secret } = await makeScene();
  const [flag, other] = [await makeFlag(project), await makeFlag(project)];
  const segment = await makeSegment(project, { included: [], rules: [{ id: 'beta', conditions: [{ attribute: plan }] }] });
  await configure(project, other, environment);
  const shares = [
    { variation: 'on', weight: 50_000 },
    { variation: 'off', weight: 50_000 },
  ];
  await configure(project, flag, environment, {
    prerequisites: [{ flagKey: other.key, variation: 'on' }],
    targets: [{ variation: 'off', targetingKeys: ['grace', 'alan'] }],
    rules: [
      {
        id: 'first',
        conditions: [
          {
            group: {
              group: 'ANY',
              conditions: [
                { attribute: { ...plan, values: ['free'] } },
                { segment: { operator: 'IN_SEGMENT', segments: [segment.key] } },
              ],
            },
          },
        ],
        gate: { bucketBy: 'targetingKey', weight: 100_000 },
        serve: { rollout: { bucketBy: 'targetingKey', whenMissing: 'off', shares } },
      },
    ],
  });

  const [evaluation] = await evaluate(secret, { targetingKey: 'ada', attributes: { plan: 'pro' } }, [flag.key]);

  const bucket = { bucketBy: 'targetingKey', actual: 'ada', input: 'ada', seed: expect.any(Number), hash: expect.any(Number) };
  const trace = evaluation!.trace as unknown as {
    flags: { rules: { gate: { bucket: number }; serve: { rollout: { bucket: number; salt: string } } }[] }[];
  };
  const { gate, serve } = trace.flags[0]!.rules[0]!;
  const attribute = {
    __typename: 'AttributeConditionTrace',
    attribute: 'plan',
    actual: 'pro',
    operator: 'EQUALS',
    ignoreCase: false,
  };
  const variations = [
    { key: 'on', value: true },
    { key: 'off', value: false },
  ];
  const common = {
    flagVersion: 2,
    isEnabled: true,
    isArchived: false,
    variations,
    offVariation: 'off',
    prerequisiteKey: null,
    errorCode: null,
    errorMessage: null,
  };
  expect(trace).toEqual({
    flagKey: flag.key,
    targetingKey: 'ada',
    flags: [
      {
        ...common,
        flagKey: flag.key,
        prerequisites: [
          { flagKey: other.key, expectedVariation: 'on', actualVariation: 'on', isEnabled: true, isArchived: false, isMet: true },
        ],
        targets: [{ variation: 'off', targetingKeyCount: 2, matched: false }],
        rules: [
          {
            ruleId: 'first',
            conditions: [
              { depth: 0, matched: true, __typename: 'GroupConditionTrace', group: 'ANY' },
              { depth: 1, matched: false, ...attribute, expected: ['free'] },
              {
                depth: 1,
                matched: true,
                __typename: 'SegmentConditionTrace',
                operatorOfSegments: 'IN_SEGMENT',
                segments: [{ segmentKey: segment.key, isMember: true }],
              },
            ],
            gate: {
              ...bucket,
              salt: `${serve.rollout.salt}:gate:first`,
              bucket: gate.bucket,
              interval: { start: 0, end: 100_000 },
              matched: true,
            },
            matched: true,
            serve: {
              variation: evaluation!.variation,
              rollout: {
                ...bucket,
                salt: serve.rollout.salt,
                bucket: serve.rollout.bucket,
                intervals: [
                  { variation: 'on', start: 0, end: 50_000 },
                  { variation: 'off', start: 50_000, end: 100_000 },
                ],
                whenMissing: 'off',
                isExperiment: false,
              },
            },
          },
        ],
        fallthrough: null,
        variation: evaluation!.variation,
        reason: 'SPLIT',
        ruleId: 'first',
      },
      {
        ...common,
        flagKey: other.key,
        prerequisites: [],
        targets: [],
        rules: [],
        fallthrough: { variation: 'on', rollout: null },
        variation: 'on',
        reason: 'FALLTHROUGH',
        ruleId: null,
      },
    ],
    segments: [
      {
        segmentKey: segment.key,
        isIncluded: false,
        isExcluded: false,
        rules: [{ ruleId: 'beta', conditions: [{ depth: 0, matched: true, ...attribute, expected: ['pro'] }], matched: true }],
        isMember: true,
      },
    ],
  });
  expect(evaluation!.variation).toBe(serve.rollout.bucket < 50_000 ? 'on' : 'off');
});

it('traces every flag and context when all are requested', async () => {
  const { project, environment, secret } = await makeScene();
  const [a, b] = [await makeFlag(project, { key: 'a' }), await makeFlag(project, { key: 'b' })];
  await configure(project, a, environment);

  const query =
    '{ evaluate(contexts: [{ targetingKey: "ada" }, {}]) { results { evaluations { ...Told } } } } fragment Told on Evaluation { trace { flagKey targetingKey flags { reason } } }';
  const { evaluate: answer } = await world.client(secret).request<{ evaluate: { results: unknown } }>(query);

  const tracesOf = (targetingKey: string | null): object => ({
    evaluations: [
      { trace: { flagKey: a.key, targetingKey, flags: [{ reason: 'FALLTHROUGH' }] } },
      { trace: { flagKey: b.key, targetingKey, flags: [{ reason: 'DISABLED' }] } },
    ],
  });
  expect(answer.results).toEqual([tracesOf('ada'), tracesOf(null)]);
});

it.each(['CLIENT', 'MOBILE'])('tells a %s key neither trace nor rule nor what is wrong with a flag', async (kind) => {
  const { project, environment, secret } = await makeScene(kind);
  const segment = await makeSegment(project);
  const [fine, broken] = [
    await makeFlag(project, { key: 'a', isClientAvailable: true }),
    await makeFlag(project, { key: 'b', isClientAvailable: true }),
  ];
  const rules = [{ id: 'secret-rule', conditions: [{ attribute: plan }], serve: { variation: 'on' } }];
  await configure(project, fine, environment, { rules });
  const inSegment = { segment: { operator: 'IN_SEGMENT', segments: [segment.key] } };
  await configure(project, broken, environment, { rules: [{ ...rules[0], conditions: [inSegment] }] });
  await world.app.database.connection.query('DELETE FROM segment WHERE id = $1', [segment.id]);

  const evaluations = await evaluate(secret, { targetingKey: 'ada', attributes: { plan: 'pro' } }, ['a', 'b', 'nowhere']);

  expect(evaluations).toEqual([
    { flagKey: 'a', variation: 'on', ruleId: null, errorMessage: null, trace: null },
    { flagKey: 'b', variation: null, ruleId: null, errorMessage: 'The flag cannot be evaluated.', trace: null },
    {
      flagKey: 'nowhere',
      variation: null,
      ruleId: null,
      errorMessage: 'There is no flag "nowhere" in the environment.',
      trace: null,
    },
  ]);
});

it('returns no trace of an unknown flag', async () => {
  const { secret } = await makeScene();

  const [evaluation] = await evaluate(secret, { targetingKey: 'ada' }, ['nowhere']);

  expect(evaluation).toMatchObject({ flagKey: 'nowhere', trace: null });
});

it('refuses more than 1,000 evaluations with a trace in one operation, and allows as many without', async () => {
  const { project, secret } = await makeScene();
  const flag = await makeFlag(project);
  const contexts = Array.from({ length: 501 }, (_, i) => ({ targetingKey: `context-${i}` }));
  const select = (selection: string): string =>
    `query ($contexts: [EvaluationContextInput!]!, $flagKeys: [String!]) { evaluate(contexts: $contexts, flagKeys: $flagKeys) { results { evaluations { ${selection} } } } }`;
  const flagKeys = [flag.key, flag.key];

  const traced = world.client(secret).request(select('trace { flagKey }'), { contexts, flagKeys });
  const untraced = world.client(secret).request(select('flagKey'), { contexts, flagKeys });

  const message = '501 contexts x 2 flags are 1002 evaluations with a trace; at most 1000 are allowed in one operation.';
  await expect(traced).rejects.toThrow(message);
  await expect(untraced).resolves.toMatchObject({ evaluate: expect.anything() });
});

it('refuses traces that are too large together', async () => {
  const { project, environment, secret } = await makeScene();
  const flag = await makeFlag(project);
  const conditions = Array.from({ length: 50 }, () => ({
    attribute: { attribute: 'text', operator: 'NOT_EQUALS', values: ['x'] },
  }));
  await configure(project, flag, environment, { rules: [{ id: 'long', conditions, serve: { variation: 'on' } }] });
  const context = { targetingKey: 'ada', attributes: { text: 'y'.repeat(60_000) } };

  const traced = evaluate(secret, context, [flag.key]);

  const message = `With the trace of "${flag.key}", the traces exceed the limit of 2097152 bytes in one operation; trace fewer flags or contexts.`;
  await expect(traced).rejects.toThrow(message);
});
