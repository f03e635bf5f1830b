import type { Resolvers } from '../../graphql/generated/resolver-types';
import { payload } from '../../graphql/payload';
import { required } from '../../graphql/required';

export const projectResolvers: Resolvers = {
  Query: {
    project: (_parent, { id }, { actor, services }) => services.projects.find(actor, id),
    projectByKey: (_parent, { organizationId, key }, { actor, services }) =>
      services.projects.findByKey(actor, organizationId, key),
  },
  Mutation: {
    createProject: (_parent, { input }, { actor, services }) => payload(services.projects.create(actor, input)),
    updateProject: (_parent, { input }, { actor, services }) => payload(services.projects.update(actor, input)),
    deleteProject: (_parent, { input }, { actor, services }) => payload(services.projects.delete(actor, input)),
  },
  ProjectConnection: { totalCount: ({ count }) => count() },
  Project: {
    organization: (project, _args, { loaders }) => required(loaders.organization.load(project.organizationId)),
    environments: async (project, _args, { actor, services, loaders }) =>
      services.environments.visible(actor, project.organizationId, await loaders.environmentsOfProject.load(project.id)),
  },
};
