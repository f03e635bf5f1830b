import { countedPage } from '../../graphql/connection';
import type { Resolvers } from '../../graphql/generated/resolver-types';
import { payload } from '../../graphql/payload';

export const organizationResolvers: Resolvers = {
  Query: {
    organization: (_parent, { id }, { actor, services }) => services.organizations.find(actor, id),
    organizationByKey: (_parent, { key }, { actor, services }) => services.organizations.findByKey(actor, key),
    organizations: (_parent, args, { actor, services }) =>
      countedPage(
        args,
        (afterKey, limit) => services.organizations.list(actor, afterKey, limit),
        (organization) => organization.key,
        () => services.organizations.count(actor),
      ),
  },
  Mutation: {
    createOrganization: (_parent, { input }, { actor, services }) => payload(services.organizations.create(actor, input)),
    updateOrganization: (_parent, { input }, { actor, services }) => payload(services.organizations.update(actor, input)),
    deleteOrganization: (_parent, { input }, { actor, services }) => payload(services.organizations.delete(actor, input)),
  },
  OrganizationConnection: { totalCount: ({ count }) => count() },
  Organization: {
    projects: (organization, { filter, ...args }, { actor, services, loaders }) => {
      const search = services.projects.search(actor, organization.id, filter?.search);
      return countedPage(
        args,
        (position, limit) => loaders.projectsOfOrganization.load({ ...search, position, limit }),
        (project) => project.key,
        () => loaders.projectCountOfOrganization.load(search),
      );
    },
  },
};
