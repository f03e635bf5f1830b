import type { Resolvers } from '../../graphql/generated/resolver-types';
import { payload } from '../../graphql/payload';
import { required } from '../../graphql/required';

export const environmentResolvers: Resolvers = {
  Query: {
    environment: (_parent, { id }, { actor, services }) => services.environments.find(actor, id),
    environmentByKey: (_parent, { projectId, key }, { actor, services }) =>
      services.environments.findByKey(actor, projectId, key),
  },
  Mutation: {
    createEnvironment: (_parent, { input }, { actor, services }) => payload(services.environments.create(actor, input)),
    updateEnvironment: (_parent, { input }, { actor, services }) => payload(services.environments.update(actor, input)),
    deleteEnvironment: (_parent, { input }, { actor, services }) => payload(services.environments.delete(actor, input)),
  },
  Environment: {
    revision: async ({ id }, _args, { loaders }) => (await required(loaders.environmentHead.load(id))).revision,
    epoch: async ({ id }, _args, { loaders }) => (await required(loaders.environmentHead.load(id))).epoch,
    project: ({ projectId }, _args, { loaders }) => required(loaders.project.load(projectId)),
  },
};
