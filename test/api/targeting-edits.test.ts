/** Edits of a part of a targeting, and what stays when a part is left out: nobody has to read the whole to change a part. */
import {
  configure,
  decide,
  make,
  makeEnvironment,
  makeFlag,
  makeProject,
  makeSegment,
  mutate,
  type Made,
  type MadeProject,
  type UserError,
} from '../support/make';
import { lastChange } from '../support/members';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
afterAll(() => world.close());

interface Scene {
  readonly project: MadeProject;
  readonly environment: Made;
  readonly flag: Made;
  readonly other: Made;
  /** The version of the configuration that the scene ends with. */
  readonly version: number;
}
interface Shown {
  readonly version: number;
  readonly targeting: Record<string, unknown>;
}
interface Answer {
  readonly configuration: Shown | null;
  readonly revisions: readonly unknown[];
  readonly userErrors: readonly UserError[];
}

const serving = (variation: string): object => ({ variation });
const split = (on: number, patch: object = {}): object => ({
  bucketBy: 'company',
  whenMissing: 'off',
  shares: [
    { variation: 'on', weight: on },
    { variation: 'off', weight: 100_000 - on },
  ],
  ...patch,
});
const isIn = (country: string): object => ({
  attribute: { attribute: 'country', operator: 'IN', values: [country], ignoreCase: false },
});
const rule = (id: string, patch: object = {}): object => ({
  id,
  name: id,
  conditions: [isIn(id)],
  serve: serving('on'),
  ...patch,
});
const WHOLE = {
  offVariation: 'off',
  prerequisites: [] as object[],
  targets: [
    { variation: 'on', targetingKeys: ['ada', 'bob'] },
    { variation: 'off', targetingKeys: ['eve'] },
  ],
  rules: [
    rule('de', { gate: { bucketBy: 'company', weight: 10_000 } }),
    rule('fr', { serve: { rollout: split(10_000) } }),
    rule('it'),
  ],
  fallthrough: { rollout: split(25_000) },
};

async function makeScene(): Promise<Scene> {
  const project = await makeProject(world);
  const environment = await makeEnvironment(project);
  const [flag, other] = [await makeFlag(project), await makeFlag(project, { key: 'other' })];
  return { project, environment, flag, other, version: await configure(project, flag, environment, WHOLE) };
}

const edit = ({ project, environment, flag, version }: Scene, name: string, input: object): Promise<Answer> =>
  mutate(
    project.client,
    name,
    { flagId: flag.id, environmentId: environment.id, expectedVersion: version, ...input },
    'configuration { version targeting } revisions { environmentId }',
  );

it('keeps what setFlagConfiguration leaves out', async () => {
  const scene = await makeScene();
  const prerequisites = [{ flagKey: 'other', variation: 'off' }];

  const answer = await edit(scene, 'setFlagConfiguration', { prerequisites });

  expect(answer).toEqual({
    configuration: { version: 2, targeting: { ...WHOLE, prerequisites } },
    revisions: [{ environmentId: scene.environment.id }],
    userErrors: [],
  });
});

it.each([
  ['null', null],
  ['an empty list', []],
])('empties the lists for which setFlagConfiguration gets %s', async (_, nothing) => {
  const scene = await makeScene();

  const answer = await edit(scene, 'setFlagConfiguration', { prerequisites: nothing, targets: nothing, rules: nothing });

  expect(answer.configuration?.targeting).toEqual({ ...WHOLE, prerequisites: [], targets: [], rules: [] });
});

it('refuses null for what a configuration cannot be without', async () => {
  const answer = await edit(await makeScene(), 'setFlagConfiguration', { offVariation: null, fallthrough: null });

  const refused = (what: string, field: string): object => ({
    code: 'INVALID',
    message: `${what} must not be null; leave it out to keep it as it is.`,
    path: ['input', field],
  });
  expect(answer).toEqual({
    configuration: null,
    revisions: [],
    userErrors: [refused('The off variation', 'offVariation'), refused('The fallthrough', 'fallthrough')],
  });
});

it('shows a targeting in the shape in which it can be set elsewhere, groups nested eight deep included', async () => {
  const scene = await makeScene();
  const segment = await makeSegment(scene.project);
  const deepest: object = { segment: { operator: 'IN_SEGMENT', segments: [segment.key] } };
  const nested = Array.from({ length: 8 }).reduce<object>((inner) => ({ group: { group: 'ALL', conditions: [inner] } }), deepest);
  const added = await edit(scene, 'addRule', { rule: rule('deep', { conditions: [nested] }) });
  const elsewhere = await makeEnvironment(scene.project);

  const place = { flagId: scene.flag.id, environmentId: elsewhere.id, expectedVersion: 0 };
  const copied = await mutate<Answer>(
    scene.project.client,
    'setFlagConfiguration',
    { ...place, ...added.configuration?.targeting },
    'configuration { targeting }',
  );

  expect(copied.userErrors).toEqual([]);
  expect(copied.configuration?.targeting).toEqual({
    ...WHOLE,
    rules: [...WHOLE.rules, rule('deep', { conditions: [nested] })],
  });
});

it('reads a rule of eight nested groups field by field, from the root that is furthest away', async () => {
  const scene = await makeScene();
  const nested = Array.from({ length: 8 }).reduce<object>(
    (inner) => ({ group: { group: 'ANY', conditions: [inner] } }),
    isIn('be'),
  );
  await edit(scene, 'addRule', { rule: rule('deep', { conditions: [nested] }) });
  const conditions = Array.from({ length: 9 }).reduce<string>(
    (inner) => `conditions { ... on ConditionGroup { group ${inner} } ... on AttributeCondition { attribute } }`,
    '',
  );
  const rules = `rules { ${conditions} }`;

  const { organization } = await scene.project.client.request<{ organization: unknown }>(
    `query ($id: ID!, $environmentId: ID!) { organization(id: $id) { projects(first: 1) { edges { node {
      flags(first: 2) { edges { node { configuration(environmentId: $environmentId) { ${rules} } } } }
    } } } } }`,
    { id: scene.project.organizationId, environmentId: scene.environment.id },
  );

  expect(JSON.stringify(organization).match(/"group":"ANY"/g)).toHaveLength(8);
});

const ids = (answer: Answer): unknown[] => (answer.configuration?.targeting.rules as { id: string }[]).map(({ id }) => id);

it('adds a rule as the last, or before another, and answers it with the id that was drawn', async () => {
  const scene = await makeScene();
  const { id: _, ...without } = rule('be') as { id: string };

  const last = await edit(scene, 'addRule', { rule: rule('es') });
  const first = await make<{ rule: { id: string; name: string } } & Answer>(
    scene.project.client,
    'addRule',
    { flagId: scene.flag.id, environmentId: scene.environment.id, expectedVersion: 2, rule: without, beforeRuleId: 'de' },
    'rule { id name } configuration { version targeting } revisions { environmentId }',
  );

  expect(ids(last)).toEqual(['de', 'fr', 'it', 'es']);
  expect(first.rule).toEqual({ id: expect.stringMatching(/^rule_/) as string, name: 'be' });
  expect(ids(first)).toEqual([first.rule.id, 'de', 'fr', 'it', 'es']);
  expect(await lastChange(world, scene.project.organizationId)).toMatchObject({ kind: 'RULE_ADDED' });
});

it('changes what is given of one rule', async () => {
  const scene = await makeScene();

  const answer = await edit(scene, 'updateRule', { ruleId: 'de', name: 'Germany', serve: serving('off') });

  const changed = { ...(WHOLE.rules[0] as object), name: 'Germany', serve: serving('off') };
  expect(answer.configuration?.targeting).toEqual({ ...WHOLE, rules: [changed, ...WHOLE.rules.slice(1)] });
});

it('takes name, conditions and gate away where a rule is changed to null', async () => {
  const answer = await edit(await makeScene(), 'updateRule', { ruleId: 'de', name: null, conditions: null, gate: null });

  const changed = { id: 'de', name: '', conditions: [], serve: serving('on') };
  expect(answer.configuration?.targeting).toEqual({ ...WHOLE, rules: [changed, ...WHOLE.rules.slice(1)] });
});

it('removes one rule', async () => {
  expect(ids(await edit(await makeScene(), 'removeRule', { ruleId: 'fr' }))).toEqual(['de', 'it']);
});

it('moves rules to the end, or before another, in the order in which they are named', async () => {
  const [toEnd, before] = [await makeScene(), await makeScene()];

  expect(ids(await edit(toEnd, 'moveRules', { ruleIds: ['fr', 'de'] }))).toEqual(['it', 'fr', 'de']);
  expect(ids(await edit(before, 'moveRules', { ruleIds: ['it', 'fr'], beforeRuleId: 'de' }))).toEqual(['it', 'fr', 'de']);
});

it.each([
  ['setTargets', { variation: 'on', targetingKeys: ['eve', 'zoe'] }, [{ variation: 'on', targetingKeys: ['eve', 'zoe'] }]],
  ['addTargets', { variation: 'on', targetingKeys: ['eve', 'ada'] }, [{ variation: 'on', targetingKeys: ['ada', 'bob', 'eve'] }]],
  ['removeTargets', { targetingKeys: ['bob', 'eve', 'nobody'] }, [{ variation: 'on', targetingKeys: ['ada'] }]],
])('%s moves targeting keys between variations, each in one of them', async (name, input, targets) => {
  const answer = await edit(await makeScene(), name, input);

  expect(answer.configuration?.targeting).toEqual({ ...WHOLE, targets });
});

it('grows a rollout and keeps what it hashes', async () => {
  const [ofFallthrough, ofRule] = [await makeScene(), await makeScene()];
  const { shares } = split(50_000) as { shares: object[] };

  const fallthrough = await edit(ofFallthrough, 'setRollout', { shares });
  const inRule = await edit(ofRule, 'setRollout', { ruleId: 'fr', shares });

  expect(fallthrough.configuration?.targeting.fallthrough).toEqual({ rollout: split(50_000) });
  expect((inRule.configuration?.targeting.rules as object[])[1]).toEqual(rule('fr', { serve: { rollout: split(50_000) } }));
});

it('makes a rollout of what served one variation to all, and goes on serving that where the attribute is missing', async () => {
  const answer = await edit(await makeScene(), 'setRollout', {
    ruleId: 'it',
    shares: [{ variation: 'off', weight: 100_000 }],
  });

  const rollout = { bucketBy: 'targetingKey', whenMissing: 'on', shares: [{ variation: 'off', weight: 100_000 }] };
  expect((answer.configuration?.targeting.rules as object[])[2]).toEqual(rule('it', { serve: { rollout } }));
});

it('adds a prerequisite, changes it and removes it, and decides by each', async () => {
  const scene = await makeScene();
  const at = (version: number): Scene => ({ ...scene, version });
  const ada = { targetingKey: 'ada' };

  await edit(scene, 'setPrerequisite', { flagKey: 'other', variation: 'on' });
  const needing = await decide(scene.project, scene.environment, scene.flag, ada);
  const changed = await edit(at(2), 'setPrerequisite', { flagKey: 'other', variation: 'off' });
  const removed = await edit(at(3), 'removePrerequisite', { flagKey: 'other' });

  expect(needing).toBe('off PREREQUISITE_FAILED');
  expect(changed.configuration?.targeting.prerequisites).toEqual([{ flagKey: 'other', variation: 'off' }]);
  expect(removed.configuration).toEqual({ version: 4, targeting: WHOLE });
  expect(await decide(scene.project, scene.environment, scene.flag, ada)).toBe('on TARGET_MATCH');
});

it('records nothing when an edit changes nothing', async () => {
  const answer = await edit(await makeScene(), 'addTargets', { variation: 'off', targetingKeys: ['eve'] });

  expect(answer).toEqual({ configuration: { version: 1, targeting: WHOLE }, revisions: [], userErrors: [] });
});

const noRule = (id: string, ...path: string[]): object => ({
  code: 'NOT_FOUND',
  message: `The configuration has no rule "${id}".`,
  path: ['input', ...path],
});
const noVariation = (...path: string[]): object => ({
  code: 'NOT_FOUND',
  message: 'The flag has no variation "gone".',
  path: ['input', ...path],
});
const sum = 'The weights of a rollout must sum to 100000 (thousandths of a percent); these sum to 5.';

it.each<[string, object, object[]]>([
  [
    'addRule',
    { rule: rule('de', { serve: serving('gone') }), beforeRuleId: 'x' },
    [
      noVariation('rule', 'serve', 'variation'),
      noRule('x', 'beforeRuleId'),
      { code: 'DUPLICATE', message: 'Another rule has the id "de".', path: ['input', 'rule', 'id'] },
    ],
  ],
  ['updateRule', { ruleId: 'x' }, [noRule('x', 'ruleId')]],
  ['updateRule', { ruleId: 'de', serve: serving('gone') }, [noVariation('serve', 'variation')]],
  ['removeRule', { ruleId: 'x' }, [noRule('x', 'ruleId')]],
  ['moveRules', { ruleIds: ['x'], beforeRuleId: 'y' }, [noRule('x', 'ruleIds', '0'), noRule('y', 'beforeRuleId')]],
  [
    'moveRules',
    { ruleIds: ['de'], beforeRuleId: 'de' },
    [{ code: 'INVALID', message: 'The rule "de" cannot be moved before itself.', path: ['input', 'beforeRuleId'] }],
  ],
  ['setTargets', { variation: 'gone', targetingKeys: [] }, [noVariation('variation')]],
  [
    'addTargets',
    { variation: 'on', targetingKeys: ['x', 'x', ''] },
    [
      { code: 'DUPLICATE', message: 'The targeting key "x" is targeted twice.', path: ['input', 'targetingKeys', '1'] },
      { code: 'BLANK', message: 'A targeting key must not be empty.', path: ['input', 'targetingKeys', '2'] },
    ],
  ],
  [
    'removeTargets',
    { targetingKeys: [] },
    [
      {
        code: 'OUT_OF_RANGE',
        message: 'Targeting keys: 0 were given; 1 to 1000 are allowed.',
        path: ['input', 'targetingKeys'],
      },
    ],
  ],
  [
    'setRollout',
    { shares: [{ variation: 'gone', weight: 5 }] },
    [noVariation('shares', '0', 'variation'), { code: 'OUT_OF_RANGE', message: sum, path: ['input', 'shares'] }],
  ],
  [
    'setPrerequisite',
    { flagKey: 'none', variation: 'on' },
    [{ code: 'NOT_FOUND', message: 'The project has no flag "none".', path: ['input', 'flagKey'] }],
  ],
  [
    'removePrerequisite',
    { flagKey: 'other' },
    [{ code: 'NOT_FOUND', message: 'The flag "other" is not a prerequisite of this configuration.', path: ['input', 'flagKey'] }],
  ],
])('%s says what is wrong with its own input, and writes nothing', async (name, input, userErrors) => {
  expect(await edit(await makeScene(), name, input)).toEqual({ configuration: null, revisions: [], userErrors });
});

it('refuses a prerequisite that would close a circle', async () => {
  const scene = await makeScene();
  await configure(scene.project, scene.other, scene.environment, {
    prerequisites: [{ flagKey: scene.flag.key, variation: 'on' }],
  });

  const { userErrors } = await edit(scene, 'setPrerequisite', { flagKey: 'other', variation: 'on' });

  expect(userErrors).toMatchObject([{ code: 'CYCLE', path: ['input', 'flagKey'] }]);
});

it('refuses an edit of a version that is not the newest', async () => {
  const { userErrors } = await edit({ ...(await makeScene()), version: 0 }, 'removeRule', { ruleId: 'de' });

  expect(userErrors).toEqual([
    {
      code: 'STALE_VERSION',
      message: 'The configuration has version 1, not 0; read it again.',
      path: ['input', 'expectedVersion'],
    },
  ]);
});

it('takes several edits of one configuration in a change set, with the version before it, as one version', async () => {
  const scene = await makeScene();
  const place = { flagId: scene.flag.id, environmentId: scene.environment.id };
  const at = { ...place, expectedVersion: scene.version };

  const answer = await mutate<object>(
    scene.project.client,
    'applyChangeSet',
    {
      projectId: scene.project.id,
      changes: [
        { addRule: { ...at, rule: rule('es') } },
        { moveRules: { ...at, ruleIds: ['es'], beforeRuleId: 'de' } },
        { toggleFlag: { ...place, isEnabled: false } },
        { removeTargets: { ...at, targetingKeys: ['eve'] } },
      ],
    },
    'configurations { version isEnabled targeting } revisions { environmentId }',
  );

  const targeting = { ...WHOLE, rules: [rule('es'), ...WHOLE.rules], targets: WHOLE.targets.slice(0, 1) };
  expect(answer).toEqual({
    configurations: [{ version: 2, isEnabled: false, targeting }],
    revisions: [{ environmentId: scene.environment.id }],
    userErrors: [],
  });
});

it('says of an edit in a change set where it is wrong, and applies none of the set', async () => {
  const scene = await makeScene();
  const at = { flagId: scene.flag.id, environmentId: scene.environment.id, expectedVersion: scene.version };
  const changes = [{ removeRule: { ...at, ruleId: 'de' } }, { updateRule: { ...at, ruleId: 'de', name: 'Gone' } }];

  const answer = await mutate<object>(
    scene.project.client,
    'applyChangeSet',
    { projectId: scene.project.id, changes },
    'revisions { environmentId }',
  );

  expect(answer).toEqual({ revisions: [], userErrors: [noRule('de', 'changes', '1', 'updateRule', 'ruleId')] });
  expect(ids(await edit(scene, 'addTargets', { variation: 'on', targetingKeys: ['ada'] }))).toEqual(['de', 'fr', 'it']);
});
