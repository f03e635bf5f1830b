import type { Context } from '../context';
import type { Resolvers } from '../../graphql/generated/resolver-types';
import { payload } from '../../graphql/payload';
import { required } from '../../graphql/required';
import { historyOf } from '../changes/history-resolvers';
import type { FlagConfigurationEntity } from './flag-configuration-entity';
import type { FlagEntity } from './flag-entity';
import { configurationsIn, variationOf } from './flag-view';
import { configurationId } from './flag-wire';
import { inputOfTargeting } from './targeting-rules';

export const configurationResolvers: Resolvers = {
  Mutation: {
    toggleFlag: (_parent, { input }, { actor, services }) => payload(services.configurations.toggle(actor, input)),
    setFlagConfiguration: (_parent, { input }, { actor, services }) => payload(services.configurations.set(actor, input)),
    copyFlagConfiguration: (_parent, { input }, { actor, services }) => payload(services.configurations.copy(actor, input)),
    rollBackFlagConfiguration: (_parent, { input }, { actor, services }) =>
      payload(services.configurations.rollBack(actor, input)),
    addRule: (_parent, { input }, { actor, services }) => payload(services.configurations.edit(actor, 'addRule', input)),
    updateRule: (_parent, { input }, { actor, services }) => payload(services.configurations.edit(actor, 'updateRule', input)),
    removeRule: (_parent, { input }, { actor, services }) => payload(services.configurations.edit(actor, 'removeRule', input)),
    moveRules: (_parent, { input }, { actor, services }) => payload(services.configurations.edit(actor, 'moveRules', input)),
    setTargets: (_parent, { input }, { actor, services }) => payload(services.configurations.edit(actor, 'setTargets', input)),
    addTargets: (_parent, { input }, { actor, services }) => payload(services.configurations.edit(actor, 'addTargets', input)),
    removeTargets: (_parent, { input }, { actor, services }) =>
      payload(services.configurations.edit(actor, 'removeTargets', input)),
    setRollout: (_parent, { input }, { actor, services }) => payload(services.configurations.edit(actor, 'setRollout', input)),
    setPrerequisite: (_parent, { input }, { actor, services }) =>
      payload(services.configurations.edit(actor, 'setPrerequisite', input)),
    removePrerequisite: (_parent, { input }, { actor, services }) =>
      payload(services.configurations.edit(actor, 'removePrerequisite', input)),
    applyChangeSet: (_parent, { input }, { actor, services, budget }) => {
      budget.changes = (budget.changes ?? 0) + input.changes.length;
      return payload(services.changeSets.apply(actor, input));
    },
  },
  Flag: {
    configurations: (flag, _args, context) => configurationsOf(flag, context),
    configuration: async (flag, { environmentId }, context) =>
      (await configurationsOf(flag, context)).find((configuration) => configuration.environmentId === environmentId) ?? null,
  },
  FlagConfiguration: {
    id: (configuration) => configurationId(configuration),
    flag: ({ flagId }, _args, { loaders }) => required(loaders.flag.load(flagId)),
    environment: ({ environmentId }, _args, { loaders }) => required(loaders.environment.load(environmentId)),
    offVariation: async (configuration, _args, context) =>
      variationOf(await flagOf(configuration, context), configuration.offVariation),
    targeting: (configuration) => inputOfTargeting(configuration),
    targets: async (configuration, _args, context) => {
      const flag = await flagOf(configuration, context);
      return configuration.targets.map((target) => ({ flag, target }));
    },
    rules: async (configuration, _args, context) => {
      const flag = await flagOf(configuration, context);
      return configuration.rules.map((rule) => ({ flag, rule }));
    },
    fallthrough: async (configuration, _args, context) => ({
      flag: await flagOf(configuration, context),
      serve: configuration.fallthrough,
    }),
    history: async (configuration, args, context) => {
      const { projectId } = await required(context.loaders.environment.load(configuration.environmentId));
      const project = await required(context.loaders.project.load(projectId));
      return historyOf({ id: configurationId(configuration), project }, args, context);
    },
  },
  Target: {
    variation: ({ flag, target }) => variationOf(flag, target.variation),
    targetingKeys: ({ target }) => target.targetingKeys,
  },
  Rule: {
    id: ({ rule }) => rule.id,
    name: ({ rule }) => rule.name,
    conditions: ({ rule }) => rule.conditions,
    gate: ({ rule }) => rule.gate ?? null,
    serve: ({ flag, rule }) => ({ flag, serve: rule.serve }),
  },
  Serve: {
    variation: ({ flag, serve }) => (serve.variation === undefined ? null : variationOf(flag, serve.variation)),
    rollout: ({ flag, serve }) => (serve.rollout ? { flag, rollout: serve.rollout } : null),
  },
  Rollout: {
    bucketBy: ({ rollout }) => rollout.bucketBy,
    whenMissing: ({ flag, rollout }) => variationOf(flag, rollout.whenMissing),
    shares: ({ flag, rollout }) => rollout.shares.map((share) => ({ flag, share })),
  },
  RolloutShare: {
    variation: ({ flag, share }) => variationOf(flag, share.variation),
    weight: ({ share }) => share.weight,
  },
  Condition: {
    __resolveType: (condition) => {
      if ('attribute' in condition) return 'AttributeCondition';
      return 'segments' in condition ? 'SegmentCondition' : 'ConditionGroup';
    },
  },
  AttributeCondition: { ignoreCase: ({ ignoreCase }) => ignoreCase ?? false },
};

function flagOf({ flagId }: FlagConfigurationEntity, { loaders }: Context): Promise<FlagEntity> {
  return required(loaders.flag.load(flagId));
}

/** Covers the environments that the actor may see. */
async function configurationsOf(flag: FlagEntity, { actor, services, loaders }: Context): Promise<FlagConfigurationEntity[]> {
  const [project, environments, stored] = await Promise.all([
    required(loaders.project.load(flag.projectId)),
    loaders.environmentsOfProject.load(flag.projectId),
    loaders.configurationsOfFlag.load(flag.id),
  ]);
  const visible = services.environments.visible(actor, project.organizationId, environments);
  return configurationsIn(
    flag,
    visible.map(({ id }) => id),
    stored,
  );
}
