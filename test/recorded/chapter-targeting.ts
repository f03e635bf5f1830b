/** Configurations of flags: set, toggled, copied, rolled back, changed together, and compared. */
import { inSegment } from './chapter-segments';
import { FIELDS, type Stage } from './stage';
import { at } from './story';

const SET = ['setFlagConfiguration', FIELDS.configuration] as const;
const TOGGLE = ['toggleFlag', 'flag { key } configuration { id isEnabled version updatedAt }'] as const;
const COPY = ['copyFlagConfiguration', FIELDS.configuration] as const;
const ROLL_BACK = ['rollBackFlagConfiguration', FIELDS.configuration] as const;
const CHANGE_SET = ['applyChangeSet', 'configurations { flag { key } environment { key } isEnabled version }'] as const;

const attribute = (name: string, operator: string, values: unknown[], ignoreCase = false): object => ({
  attribute: { attribute: name, operator, values, ignoreCase },
});
const rollout = (shares: readonly (readonly [string, number])[], whenMissing: string, bucketBy = 'targetingKey'): object => ({
  rollout: { bucketBy, whenMissing, shares: shares.map(([variation, weight]) => ({ variation, weight })) },
});

export async function tellTargeting(stage: Stage): Promise<void> {
  await tellSettings(stage);
  await tellBadSettings(stage);
  await tellMoves(stage);
  await tellChangeSets(stage);
  await tellComparisons(stage);
}

async function tellSettings({ story }: Stage): Promise<void> {
  const environmentId = story.kept('development');
  const settings: readonly (readonly [string, object])[] = [
    ['checkout', {
      isEnabled: true, offVariation: 'off', targets: [{ variation: 'on', targetingKeys: ['ada', 'grace'] }, { variation: 'off', targetingKeys: ['eve'] }],
      rules: [
        { id: 'europe', name: 'Europe', conditions: [inSegment('europe')], serve: { variation: 'on' } },
        { id: 'gated', conditions: [attribute('plan', 'EQUALS', ['pro'])], gate: { bucketBy: 'targetingKey', weight: 50_000 }, serve: { variation: 'on' } },
        { name: 'Drawn', conditions: [attribute('/company/size', 'GREATER_THAN', [10]), { group: { group: 'ANY', conditions: [attribute('version', 'SEMVER_GREATER', ['2.0.0']), attribute('ip', 'IP_IN_CIDR', ['10.0.0.0/8'])] } }], serve: { variation: 'off' } },
      ],
      fallthrough: { variation: 'off' },
    }],
    ['banner', {
      isEnabled: true, offVariation: 'none',
      rules: [{ id: 'names', conditions: [attribute('name', 'MATCHES', ['^a.*z$'], true)], serve: rollout([['red', 30_000], ['blue', 70_000]], 'none', '/company/id') }],
      fallthrough: rollout([['red', 50_000], ['blue', 40_000], ['none', 10_000]], 'none'),
    }],
    ['shipping', {
      isEnabled: true, offVariation: 'high', prerequisites: [{ flagKey: 'checkout', variation: 'on' }],
      rules: [{ id: 'dates', conditions: [attribute('since', 'BEFORE', ['2026-01-01T00:00:00Z']), { group: { group: 'NONE', conditions: [attribute('blocked', 'EXISTS', [])] } }], serve: { variation: 'low' } }],
      fallthrough: { variation: 'normal' },
    }],
    ['layout', { isEnabled: true, offVariation: 'nothing', rules: [{ id: 'staff', conditions: [inSegment('staff')], serve: { variation: 'narrow' } }], fallthrough: { variation: 'wide' } }],
    ['beta', { isEnabled: true, offVariation: 'off', rules: [{ id: 'numbers', conditions: [attribute('age', 'BETWEEN', [18, 65]), attribute('age', 'MODULO', [2, 0])], gate: { weight: 100_000 }, serve: rollout([['on', 100_000]], 'off') }], fallthrough: { variation: 'off' } }],
  ]; // prettier-ignore
  for (const [key, input] of settings) {
    const place = { flagId: story.kept(key), environmentId, expectedVersion: 0 };
    await story.mutate(`target the flag ${key}`, 'editor', SET, { ...place, ...input });
  }
  const again = {
    flagId: story.kept('beta'),
    environmentId,
    expectedVersion: 1,
    offVariation: 'off',
    fallthrough: { variation: 'on' },
  };
  await story.mutate('target a flag, and leave it switched as it is', 'editor key', SET, again);
  await story.mutate('target a flag as it is', 'owner', SET, { ...again, expectedVersion: 2 });
  await story.mutate('target a flag of a stale version', 'owner', SET, again);
  const keyed = { 'idempotency-key': 'target-once' };
  const once = { ...again, expectedVersion: 3, isEnabled: false };
  await story.mutate('target a flag with an idempotency key', 'owner', SET, once, keyed);
  await story.mutate('target it again with the same key', 'owner', SET, once, keyed);
  await story.mutate('target it again without the key', 'owner', SET, once);
  const demand = { environmentId: story.kept('production'), expectedVersion: 1, requiredRole: 'ADMIN' };
  await story.mutate('demand a stronger role', 'owner', ['updateEnvironment', FIELDS.environment], demand);
  const production = { ...again, environmentId: story.kept('production'), expectedVersion: 0 };
  await story.mutate('target a flag where a stronger role is required', 'editor', SET, production);
  await story.mutate('target a flag in production', 'admin', SET, production);
}

async function tellBadSettings({ story }: Stage): Promise<void> {
  const place = {
    flagId: story.kept('checkout'),
    environmentId: story.kept('development'),
    expectedVersion: 1,
    offVariation: 'off',
  };
  const fallthrough = { variation: 'on' };
  const condition = attribute('a', 'EQUALS', ['b']);
  const nested = Array.from({ length: 9 }).reduce<object>(
    (inner) => ({ group: { group: 'ALL', conditions: [inner] } }),
    condition,
  );
  const bad: readonly (readonly [string, object])[] = [
    ['unknown variations', { offVariation: 'x', fallthrough: { variation: 'y' }, targets: [{ variation: 'z', targetingKeys: ['a'] }] }],
    ['prerequisites that are none', { fallthrough, prerequisites: [{ flagKey: 'nothing', variation: 'on' }, { flagKey: 'beta', variation: 'maybe' }, { flagKey: 'beta', variation: 'on' }] }],
    ['prerequisites in a circle', { fallthrough, prerequisites: [{ flagKey: 'shipping', variation: 'low' }] }],
    ['itself as its prerequisite', { fallthrough, prerequisites: [{ flagKey: 'checkout', variation: 'on' }] }],
    ['targets that are named twice', { fallthrough, targets: [{ variation: 'on', targetingKeys: ['a', ''] }, { variation: 'off', targetingKeys: ['a'] }] }],
    ['weights that do not sum up', { fallthrough: rollout([['on', 1], ['off', 2]], 'off') }],
    ['weights out of range', { fallthrough: rollout([['on', -1], ['off', 100_001], ['on', 0]], 'maybe', '') }],
    ['rules of one id', { fallthrough, rules: [{ id: 'r', conditions: [condition], serve: fallthrough }, { id: 'r', conditions: [], gate: { weight: 100_001 }, serve: { variation: 'x' } }] }],
    ['groups that nest too deep', { fallthrough, rules: [{ id: 'r', conditions: [nested], serve: fallthrough }] }],
    ['unknown segments', { fallthrough, rules: [{ id: 'r', conditions: [inSegment('nowhere'), { segment: { operator: 'IN_SEGMENT', segments: [] } }], serve: fallthrough }] }],
    ['two kinds of serve', { fallthrough: { variation: 'on', ...rollout([['on', 100_000]], 'off') } }],
    ['no kind of condition', { fallthrough, rules: [{ conditions: [{}], serve: fallthrough }] }],
    ['a variation that is null', { fallthrough: { variation: null } }],
  ]; // prettier-ignore
  for (const [what, input] of bad) await story.mutate(`target a flag with ${what}`, 'owner', SET, { ...place, ...input });
}

async function tellMoves({ story }: Stage): Promise<void> {
  const flagId = story.kept('checkout');
  const [development, staging, production] = [story.kept('development'), story.kept('staging'), story.kept('production')];
  await story.mutate('toggle a flag', 'editor', TOGGLE, { flagId, environmentId: staging, isEnabled: true });
  await story.mutate('toggle it to what it is', 'editor', TOGGLE, { flagId, environmentId: staging, isEnabled: true });
  await story.mutate('toggle a flag in production as an editor', 'editor', TOGGLE, {
    flagId,
    environmentId: production,
    isEnabled: true,
  });
  await story.mutate('toggle a flag in production', 'admin key', TOGGLE, { flagId, environmentId: production, isEnabled: true });
  await story.mutate('toggle a flag of another project', 'owner', TOGGLE, {
    flagId,
    environmentId: story.kept('idle'),
    isEnabled: true,
  });
  await story.mutate('switch on the flag that is counted', 'owner', TOGGLE, {
    flagId: story.kept('counted'),
    environmentId: staging,
    isEnabled: true,
  });
  const copy = { flagId, fromEnvironmentId: development, environmentId: staging, expectedVersion: 1 };
  await story.mutate('copy a configuration', 'editor', COPY, copy);
  await story.mutate('copy a configuration of a stale version', 'editor', COPY, copy);
  await story.mutate('copy a configuration to itself', 'editor', COPY, { ...copy, environmentId: development });
  await story.mutate('copy a configuration with its switch', 'admin', COPY, {
    ...copy,
    environmentId: production,
    withIsEnabled: true,
  });
  const back = { flagId, environmentId: staging, expectedVersion: 2, toVersion: 1 };
  await story.mutate('roll back', 'editor', ROLL_BACK, back);
  await story.mutate('roll back of a stale version', 'editor', ROLL_BACK, back);
  await story.mutate('roll back to a version that never was', 'editor', ROLL_BACK, { ...back, expectedVersion: 3, toVersion: 9 });
  await story.mutate('roll back to the present version', 'editor', ROLL_BACK, { ...back, expectedVersion: 3, toVersion: 3 });
  const history = `query ($id: ID!, $environment: ID!) { flag(id: $id) { configuration(environmentId: $environment) {
    id history { nodes { kind actor { kind name } items { version environmentId before after differences { path old new } isErased } } }
  } } }`;
  const data = await story.query('history of a configuration', 'viewer', history, { id: flagId, environment: staging });
  story.keep('configuration', at(data, 'flag', 'configuration', 'id'));
}

async function tellChangeSets({ story }: Stage): Promise<void> {
  const projectId = story.kept('shop');
  const environmentId = story.kept('staging');
  const [banner, beta] = [story.kept('banner'), story.kept('beta')];
  const changes: readonly object[] = [
    { toggleFlag: { flagId: banner, environmentId, isEnabled: true } },
    { setFlagConfiguration: { flagId: beta, environmentId, expectedVersion: 0, isEnabled: true, offVariation: 'off', fallthrough: { variation: 'on' } } },
    { rollBackFlagConfiguration: { flagId: story.kept('checkout'), environmentId, expectedVersion: 3, toVersion: 2 } },
  ]; // prettier-ignore
  await story.mutate('apply a change set', 'editor', CHANGE_SET, { projectId, changes });
  await story.mutate('apply it again', 'editor', CHANGE_SET, { projectId, changes });
  await story.mutate('apply no changes', 'editor', CHANGE_SET, { projectId, changes: [] });
  const bad = [
    { toggleFlag: { flagId: 'flag_0', environmentId, isEnabled: true } },
    {
      copyFlagConfiguration: {
        flagId: beta,
        fromEnvironmentId: environmentId,
        environmentId: 'environment_0',
        expectedVersion: 0,
      },
    },
    {
      setFlagConfiguration: {
        flagId: banner,
        environmentId,
        expectedVersion: 1,
        offVariation: 'x',
        fallthrough: { variation: 'y' },
      },
    },
  ];
  await story.mutate('apply bad changes', 'editor', CHANGE_SET, { projectId, changes: bad });
  const twice = { toggleFlag: { flagId: banner, environmentId, isEnabled: false } };
  await story.mutate('apply two changes of one configuration', 'editor', CHANGE_SET, { projectId, changes: [twice, twice] });
  await story.mutate('apply a change with two faces', 'editor', CHANGE_SET, {
    projectId,
    changes: [{ ...twice, ...changes[1] }],
  });
}

async function tellComparisons({ story }: Stage): Promise<void> {
  const query = `query ($left: ID!, $right: ID!, $first: Int, $after: String) { environmentComparison(leftId: $left, rightId: $right, first: $first, after: $after) {
    totalCount edges { cursor } nodes { flag { key } left { version isEnabled } right { version isEnabled } differences { path old new } } pageInfo { hasNextPage endCursor }
  } }`;
  const places = { left: story.kept('development'), right: story.kept('staging') };
  const page = await story.query('compare environments', 'viewer', query, { ...places, first: 2 });
  const after = at(page, 'environmentComparison', 'pageInfo', 'endCursor');
  await story.query('compare environments further', 'viewer', query, { ...places, after });
  await story.query('compare an environment with itself', 'viewer', query, { ...places, right: places.left });
  await story.query('compare environments of two projects', 'owner', query, { ...places, right: story.kept('idle') });
  await story.query('compare environments as a local viewer', 'local viewer', query, places);
}
