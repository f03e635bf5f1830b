import { epochOf, makeScene, makeSceneWithKey } from '../support/scene';
import { createWorld, type World } from '../support/world';
import { make, mutate, toggle } from '../support/make';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

it('evaluates several flags for several contexts at one revision after a flag was configured', async () => {
  const { project, environment, flag, secret } = await makeSceneWithKey(world);

  const set = await mutate<{ configuration: unknown; revisions: unknown[] }>(
    project.client,
    'setFlagConfiguration',
    {
      flagId: flag.id,
      environmentId: environment.id,
      expectedVersion: 0,
      isEnabled: true,
      offVariation: 'off',
      targets: [{ variation: 'on', targetingKeys: ['ada'] }],
      rules: [
        {
          id: 'europe',
          name: 'Europe',
          conditions: [{ attribute: { attribute: 'country', operator: 'IN', values: ['NL', 'DE'] } }],
          serve: { variation: 'on' },
        },
      ],
      fallthrough: { variation: 'off' },
    },
    'configuration { version isEnabled rules { id name } } revisions { environmentId revision }',
  );
  const answer = await world.client(secret).request(
    `query ($contexts: [EvaluationContextInput!]!, $flagKeys: [String!]) {
      evaluate(contexts: $contexts, flagKeys: $flagKeys) {
        revision
        results { targetingKey values evaluations { flagKey value variation reason ruleId errorCode flagVersion } }
      }
    }`,
    {
      contexts: [{ targetingKey: 'ada' }, { targetingKey: 'bob', attributes: { country: 'NL' } }, { targetingKey: 'eve' }],
      flagKeys: [flag.key, 'unknown'],
    },
  );

  expect(set).toEqual({
    configuration: { version: 1, isEnabled: true, rules: [{ id: 'europe', name: 'Europe' }] },
    revisions: [{ environmentId: environment.id, revision: 2 }],
    userErrors: [],
  });
  const unknown = {
    flagKey: 'unknown',
    value: null,
    variation: null,
    reason: 'ERROR',
    ruleId: null,
    errorCode: 'FLAG_NOT_FOUND',
    flagVersion: null,
  };
  const known = { flagKey: flag.key, errorCode: null, flagVersion: 2 };
  expect(answer).toEqual({
    evaluate: {
      revision: 2,
      results: [
        {
          targetingKey: 'ada',
          values: { [flag.key]: true },
          evaluations: [{ ...known, value: true, variation: 'on', reason: 'TARGET_MATCH', ruleId: null }, unknown],
        },
        {
          targetingKey: 'bob',
          values: { [flag.key]: true },
          evaluations: [{ ...known, value: true, variation: 'on', reason: 'RULE_MATCH', ruleId: 'europe' }, unknown],
        },
        {
          targetingKey: 'eve',
          values: { [flag.key]: false },
          evaluations: [{ ...known, value: false, variation: 'off', reason: 'FALLTHROUGH', ruleId: null }, unknown],
        },
      ],
    },
  });
});

it('delivers a toggle made on another connection to a subscriber, with its revision', async () => {
  const { project, environment, flag, secret } = await makeSceneWithKey(world);
  const events = world.socket(secret).iterate({
    query: `subscription ($since: RevisionInput) {
      flagChanged(since: $since) { kind revision changes { kind flagKey flag { name isEnabled version } } }
    }`,
    variables: { since: { epoch: await epochOf(world, secret), revision: 0 } },
  });
  const created = await events.next();

  const revision = await toggle(project, flag, environment, true);
  const toggled = await events.next();

  const change = { flagKey: flag.key };
  expect(created.value?.data).toEqual({
    flagChanged: {
      kind: 'CHANGES',
      revision: 1,
      changes: [{ ...change, kind: 'CREATED', flag: { name: 'Flag', isEnabled: false, version: 1 } }],
    },
  });
  expect(revision.revision).toBe(2);
  expect(toggled.value?.data).toEqual({
    flagChanged: {
      kind: 'CHANGES',
      revision: 2,
      changes: [{ ...change, kind: 'UPDATED', flag: { name: 'Flag', isEnabled: true, version: 2 } }],
    },
  });
});

it('lists the changes of a flag with actor, before and after, newest first', async () => {
  const { project, environment, flag } = await makeScene(world);
  await toggle(project, flag, environment, true);

  const { flag: answer } = await project.client.request<{ flag: unknown }>(
    `query ($id: ID!) { flag(id: $id) { history { nodes { kind actor { kind name } items { subjectKind version before after } } } } }`,
    { id: flag.id },
  );

  const actor = { kind: 'USER', name: world.owner.email };
  expect(answer).toMatchObject({
    history: {
      nodes: [
        {
          kind: 'FLAG_TOGGLED',
          actor,
          items: [{ subjectKind: 'FLAG_CONFIGURATION', version: 1, before: { isEnabled: false }, after: { isEnabled: true } }],
        },
        { kind: 'FLAG_CREATED', actor, items: [{ subjectKind: 'FLAG', version: 1, before: null, after: { key: flag.key } }] },
      ],
    },
  });
});

it('records nothing when a flag is in the wanted state already', async () => {
  const { project, environment, flag } = await makeScene(world);

  const payload = await make<{ revisions: unknown[]; configuration: unknown }>(
    project.client,
    'toggleFlag',
    { flagId: flag.id, environmentId: environment.id, isEnabled: false },
    'configuration { isEnabled version } revisions { revision }',
  );

  expect(payload).toEqual({ configuration: { isEnabled: false, version: 0 }, revisions: [], userErrors: [] });
});
