import { countedPage } from '../../graphql/connection';
import type { Resolvers } from '../../graphql/generated/resolver-types';
import { payload } from '../../graphql/payload';
import { required } from '../../graphql/required';

export const apiKeyResolvers: Resolvers = {
  Mutation: {
    createApiKey: (_parent, { input }, { actor, services }) => payload(services.apiKeys.create(actor, input)),
    updateApiKey: (_parent, { input }, { actor, services }) => payload(services.apiKeys.update(actor, input)),
    rotateApiKey: (_parent, { input }, { actor, services }) => payload(services.apiKeys.rotate(actor, input)),
    revokeApiKey: (_parent, { input }, { actor, services }) => payload(services.apiKeys.revoke(actor, input)),
  },
  Environment: {
    apiKeys: async (environment, _args, { actor, services, loaders }) => {
      const project = await required(loaders.project.load(environment.projectId));
      const { environmentIds } = services.apiKeys.searchProject(actor, project, [environment]);
      return environmentIds.length === 0 ? [] : loaders.apiKeysOfEnvironment.load(environment.id);
    },
  },
  Project: {
    apiKeys: async (project, args, { actor, services, loaders }) => {
      const environments = await loaders.environmentsOfProject.load(project.id);
      const search = services.apiKeys.searchProject(actor, project, environments);
      return countedPage(
        args,
        (position, limit) => loaders.apiKeysOfProject.load({ ...search, position, limit }),
        (apiKey) => apiKey.id,
        () => loaders.apiKeyCountOfProject.load(search),
      );
    },
  },
  Organization: {
    apiKeys: (organization, args, { actor, services, loaders }) => {
      const search = services.apiKeys.searchOrganization(actor, organization.id);
      return countedPage(
        args,
        (position, limit) => loaders.apiKeysOfOrganization.load({ ...search, position, limit }),
        (apiKey) => apiKey.id,
        () => loaders.apiKeyCountOfOrganization.load(search),
      );
    },
  },
  ApiKeyConnection: { totalCount: ({ count }) => count() },
  ApiKey: {
    endsAt: (apiKey, _args, { services }) => services.apiKeys.endOf(apiKey),
    isLive: (apiKey, _args, { services, now }) => {
      const end = services.apiKeys.endOf(apiKey);
      return end === null || end > now;
    },
    environment: async ({ organizationId, environmentId }, _args, { actor, services, loaders }) => {
      if (environmentId === null) return null;
      const environment = await required(loaders.environment.load(environmentId));
      return services.environments.visible(actor, organizationId, [environment])[0] ?? null;
    },
    replacedBy: ({ replacedById }, _args, { loaders }) => (replacedById === null ? null : loaders.apiKey.load(replacedById)),
  },
};
